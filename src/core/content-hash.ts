import type { HashAlgorithm } from './smart-cache-options.js';

/** Hex digits that each algorithm yields. */
export const HEX_DIGITS: Readonly<Record<HashAlgorithm, number>> = { md5: 32, sha256: 64, sha384: 96, sha512: 128 };
export const HASH_ALGORITHMS = Object.keys(HEX_DIGITS) as HashAlgorithm[];

/** Tells the algorithm of a whole content hash by its length; `undefined` if the text is not a content hash. */
export function algorithmOf(contentHash: string): HashAlgorithm | undefined {
  const algorithm = HASH_ALGORITHMS.find((candidate) => HEX_DIGITS[candidate] === contentHash.length);
  return algorithm !== undefined && /^[0-9a-f]+$/.test(contentHash) ? algorithm : undefined;
}
