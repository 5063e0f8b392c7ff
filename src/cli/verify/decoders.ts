import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { EndedAnswer } from './trouble.js';

/** `createZstdDecompress` is there from Node 22.15 on. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: zlib.createGunzip,
  'x-gzip': zlib.createGunzip,
  deflate: zlib.createInflate,
  br: zlib.createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * What undoes a `Content-Encoding` (RFC 9110, section 8.4), last one first. A
 * server may send one although none was asked for.
 *
 * @throws {EndedAnswer} for one that is not known here.
 */
export function decodersOf(contentEncoding: string | undefined): Transform[] {
  const names = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return names
    .filter((name) => name !== '' && name !== 'identity')
    .reverse()
    .map((name) => {
      const create = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
      if (create) return create();
      const detail = `the body comes in the encoding "${name}", which was not asked for and cannot be read here`;
      throw new EndedAnswer('bad-encoding', detail, 'let the server honour "Accept-Encoding: identity"');
    });
}
