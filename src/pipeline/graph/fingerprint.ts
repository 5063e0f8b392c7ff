import { createHash } from 'node:crypto';
import { SmartCacheError } from '../../core/errors.js';
import { describeValue } from '../../core/message-text.js';
import type { Fingerprint, FingerprintInput } from '../../core/options.js';

/** A {@link FingerprintInput} without its `Date`, which only few fingerprints need. */
export type FileToFingerprint = Omit<FingerprintInput, 'modified'> & { modifiedMs: number };

/**
 * Returns the hash for a file's URL: the first digits of its content hash, or of
 * a hash of the string that the `fingerprint` option gives. If the file refers
 * to no others, a string in the shape of a hash is used as it is.
 *
 * @param referredHashes of the files that this file refers to. Default: none.
 * They count only for a custom fingerprint, since content already holds them.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FINGERPRINT_INVALID`
 */
export function hashForUrl(
  fingerprint: Fingerprint,
  hashLength: number,
  file: FileToFingerprint,
  referredHashes: readonly string[] = [],
): string {
  if (fingerprint === 'content') return file.contentHash.slice(0, hashLength);
  const text = uniqueString(fingerprint, file);
  if (referredHashes.length === 0 && text.length === hashLength && /^[0-9a-f]+$/.test(text)) return text;
  return createHash('sha256')
    .update([text, ...referredHashes].join('\n'))
    .digest('hex')
    .slice(0, hashLength);
}

function uniqueString(fingerprint: Exclude<Fingerprint, 'content'>, { modifiedMs, ...file }: FileToFingerprint): string {
  const modified = new Date(modifiedMs);
  if (fingerprint === 'modified') return modified.toISOString();
  if (typeof fingerprint !== 'function') return fingerprint.version;
  const text: unknown = callFingerprint(fingerprint, { ...file, modified });
  if (typeof text === 'string' && text !== '') return text;
  throw new SmartCacheError('ERR_SMART_CACHE_FINGERPRINT_INVALID', {
    what: 'The "fingerprint" function did not return a string',
    where: file.assetPath,
    why: `it returned ${describeValue(text)}`,
    fix: 'return a non-empty string for every file, such as a version or contentHash, and not from an async function',
  });
}

function callFingerprint(fingerprint: (file: FingerprintInput) => unknown, file: FingerprintInput): unknown {
  try {
    return fingerprint(file);
  } catch (error) {
    throw new SmartCacheError(
      'ERR_SMART_CACHE_FINGERPRINT_INVALID',
      {
        what: 'The "fingerprint" function failed',
        where: file.assetPath,
        why: String(error),
        fix: 'edit it in the second argument of withSmartCache() in your next.config, so that it returns a string for every file',
      },
      { cause: error },
    );
  }
}
