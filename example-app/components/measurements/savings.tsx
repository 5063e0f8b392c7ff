import type { Comparison } from '@/lib/comparison';
import { formatBytes, formatCount, formatMilliseconds } from '@/lib/format';

/** What a repeat visit saves, as one sentence. */
export function Savings({ plain, hashed }: Comparison['repeat']) {
  const requests = plain.requests - hashed.requests;
  const milliseconds = plain.milliseconds - hashed.milliseconds;
  // Under `next dev` there is nothing to save.
  if (requests <= 0) return null;
  return (
    <p className="savings">
      A repeat visit with hashed URLs saved <strong>{formatCount(requests)} requests</strong>,{' '}
      <strong>{formatBytes(plain.bytes - hashed.bytes)}</strong>
      {milliseconds > 0 && (
        <>
          {' '}
          and <strong>{formatMilliseconds(milliseconds)}</strong>
        </>
      )}
      .
    </p>
  );
}
