import { checkGlobs, fail, integer, oneOf, requireKnownKeys } from './check-option.js';
import { ENCODINGS, type Encoding } from './content-types.js';

/** The option `precompress`, if it is an object. */
export interface PrecompressOptions {
  /** Default: all that this Node has. Node has `'zstd'` from 22.15 on. */
  encodings?: readonly Encoding[];
  /** Size in bytes from which on a file is compressed. Default: 1024. */
  minBytes?: number;
  /** Globs over asset paths that are not compressed. Default: none. */
  exclude?: string | readonly string[];
}

export interface PrecompressSettings {
  encodings: readonly Encoding[];
  minBytes: number;
  exclude: readonly string[];
}

const KNOWN_OPTIONS: Record<keyof PrecompressOptions, true> = { encodings: true, minBytes: true, exclude: true };

/**
 * The threshold of Next's own compression (`compression` 1.8). A response of
 * this size fits into one packet, compressed or not.
 */
const MIN_BYTES = 1024;

/** @returns `undefined` if nothing is to be compressed. */
export function checkPrecompress(value: boolean | PrecompressOptions, hasZstd: boolean): PrecompressSettings | undefined {
  if (value === false) return undefined;
  const options = value === true ? {} : value;
  requireKnownKeys('precompress', options, KNOWN_OPTIONS, 'true, false or an object');
  const { encodings = ENCODINGS.filter((encoding) => encoding !== 'zstd' || hasZstd), minBytes = MIN_BYTES, exclude = [] } = options;
  return {
    encodings: checkEncodings(encodings, hasZstd),
    minBytes: integer('precompress.minBytes', minBytes, 0, Number.MAX_SAFE_INTEGER),
    exclude: checkGlobs('precompress.exclude', exclude),
  };
}

function checkEncodings(value: readonly Encoding[], hasZstd: boolean): readonly Encoding[] {
  const names = ENCODINGS.map((encoding) => JSON.stringify(encoding)).join(', ');
  if (!Array.isArray(value) || value.length === 0) fail('precompress.encodings', value, `an array of one or more of ${names}`);
  for (const encoding of value) oneOf('precompress.encodings', encoding, ENCODINGS);
  if (value.includes('zstd') && !hasZstd) fail('precompress.encodings', value, 'without "zstd" on this Node, which has it from 22.15 on');
  return ENCODINGS.filter((encoding) => value.includes(encoding));
}
