import zlib from 'node:zlib';
import type { Encoding } from '../../core/content-types.js';

/** Compresses and decompresses whole files. */
export interface Encoder {
  /** Everything besides the content that decides the bytes. Variants with other settings are made again. */
  settings: string;
  encode(content: Buffer): Buffer;
  /** @throws {Error} if the bytes are damaged or cut, or longer than `size` when decoded. */
  decode(encoded: Buffer, size: number): Buffer;
}

const { versions } = process;
const { constants } = zlib;

/** A decoder may refuse larger windows (RFC 9659, section 3): 8 MB, as a power of two. */
const ZSTD_WINDOW_BITS = 23;
/** The largest window of Brotli without its "large window" mode (RFC 7932, section 9.1). */
const BROTLI_MAX_WINDOW_BITS = constants.BROTLI_MAX_WINDOW_BITS;

/** `@types/node` 20 does not know Zstandard, which Node has from 22.15 on. */
interface Zstandard {
  zstdCompressSync(content: Buffer, options: { params: Record<number, number> }): Buffer;
  zstdDecompressSync(content: Buffer, options: { params: Record<number, number>; maxOutputLength: number }): Buffer;
  constants: Record<'ZSTD_c_compressionLevel' | 'ZSTD_c_windowLog' | 'ZSTD_d_windowLogMax', number>;
}

/** The best that each encoding can do: variants are made once, and sent often. */
export const ENCODERS: Readonly<Record<Encoding, Encoder>> = {
  br: {
    settings: `brotli ${versions.brotli}, quality 11`,
    encode: (content) =>
      zlib.brotliCompressSync(content, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
          [constants.BROTLI_PARAM_LGWIN]: windowBits(content.length),
        },
      }),
    decode: (encoded, size) => zlib.brotliDecompressSync(encoded, { maxOutputLength: limit(size) }),
  },
  gzip: {
    settings: `zlib ${versions.zlib}, level 9`,
    encode: (content) => zlib.gzipSync(content, { level: constants.Z_BEST_COMPRESSION }),
    decode: (encoded, size) => zlib.gunzipSync(encoded, { maxOutputLength: limit(size) }),
  },
  zstd: {
    settings: `zstd ${versions.zstd}, level 19`,
    encode(content) {
      const { zstdCompressSync, constants: names } = zlib as unknown as Zstandard;
      // Higher levels want larger windows.
      return zstdCompressSync(content, { params: { [names.ZSTD_c_compressionLevel]: 19, [names.ZSTD_c_windowLog]: ZSTD_WINDOW_BITS } });
    },
    decode(encoded, size) {
      const { zstdDecompressSync, constants: names } = zlib as unknown as Zstandard;
      const decoded = zstdDecompressSync(encoded, {
        params: { [names.ZSTD_d_windowLogMax]: ZSTD_WINDOW_BITS },
        maxOutputLength: limit(size),
      });
      // Node 22 does not report a cut frame (https://github.com/nodejs/node/issues/64592).
      if (decoded.length < size) throw new Error('unexpected end of file');
      return decoded;
    },
  },
};

/** The smallest window that holds the whole file, so that decoders need no more memory than that. */
function windowBits(size: number): number {
  const bits = Math.ceil(Math.log2(size + 16));
  return Math.min(BROTLI_MAX_WINDOW_BITS, Math.max(constants.BROTLI_MIN_WINDOW_BITS, bits));
}

/** Node accepts no limit of 0. */
function limit(size: number): number {
  return Math.max(1, size);
}
