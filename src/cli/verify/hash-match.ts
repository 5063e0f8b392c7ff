import type { Digests } from './answer.js';

/** The algorithm by which a hash is that of the bytes. Any will do: from outside, nobody knows which one the app has chosen. */
export function matchingAlgorithm(hash: string, digests: Digests): string | undefined {
  return Object.entries(digests).find(([, digest]) => digest.toString('hex').startsWith(hash))?.[0];
}

/**
 * Whether an `integrity` attribute lets the bytes through (Subresource
 * Integrity, section 3.3): of its strongest algorithm, any hash may match.
 * One that names no algorithm known to browsers lets everything through.
 */
export function satisfiesIntegrity(integrity: string, digests: Digests): boolean {
  const sources = integrity
    .trim()
    .split(/\s+/)
    .map((source) => /^(sha256|sha384|sha512)-([^?]+)/.exec(source))
    .filter((match) => match !== null);
  const strongest = sources
    .map(([, algorithm = '']) => algorithm)
    .sort()
    .at(-1);
  if (strongest === undefined) return true;
  return sources.some(
    ([, algorithm, hash]) => algorithm === strongest && digests[algorithm as keyof Digests].equals(Buffer.from(hash ?? '', 'base64')),
  );
}
