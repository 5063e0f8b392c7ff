import type { HashAlgorithm } from './smart-cache-options.js';

/** Hex digits of a whole hash → its algorithm. */
const ALGORITHMS: Readonly<Record<number, HashAlgorithm>> = { 32: 'md5', 64: 'sha256', 96: 'sha384', 128: 'sha512' };

/** Tells the algorithm of a whole content hash by its length; `undefined` if the text is not a content hash. */
export function algorithmOf(contentHash: string): HashAlgorithm | undefined {
  const algorithm = ALGORITHMS[contentHash.length];
  return algorithm !== undefined && /^[0-9a-f]+$/.test(contentHash) ? algorithm : undefined;
}
