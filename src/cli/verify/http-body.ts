import { createHash } from 'node:crypto';
import type http from 'node:http';
import { type Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { HASH_ALGORITHMS, type HashAlgorithm } from '../../core/manifest-document.js';
import { formatBytes } from '../../core/message-text.js';
import { AbandonedAnswer } from './request-failure.js';

/** How much of a body to read. */
export interface BodyOptions {
  /** Bytes after which reading stops. With 0, only the head is read. */
  maxBytes: number;
  /** Whether to keep the beginning of a longer body, which otherwise is a failure. Default: false. */
  isCuttable?: boolean;
  /** Whether to hash the body. Default: false. */
  hashes?: boolean;
  /** How many bytes to keep. A longer body is dropped, unless it is cuttable. Default: `maxBytes` if it is cuttable, else 0. */
  keepBytes?: number;
}

/** A body after its `Content-Encoding` is undone, as a browser has it. */
export interface ReceivedBody {
  hashes: BodyHashes | undefined;
  /** `undefined`: there were more than `keepBytes`. */
  bytes: Buffer | undefined;
  /** Whether `bytes` are only the beginning. */
  isCut: boolean;
}

/** The hashes of a body by each algorithm that an app may use, because a URL does not name its algorithm. */
export type BodyHashes = Readonly<Record<HashAlgorithm, Buffer>>;

/** Hashes chunks as they arrive, so that a body of any size takes little memory. */
export async function readBody(
  response: http.IncomingMessage,
  { maxBytes, isCuttable, hashes, keepBytes = isCuttable ? maxBytes : 0 }: BodyOptions,
  signal: AbortSignal,
): Promise<ReceivedBody | undefined> {
  if (maxBytes === 0) {
    response.destroy();
    return undefined;
  }
  const hashers = hashes ? HASH_ALGORITHMS.map((algorithm) => createHash(algorithm)) : [];
  const kept: Buffer[] = [];
  let size = 0;
  const isCut = () => isCuttable === true && size > maxBytes;
  try {
    const declared = Number(response.headers['content-length']);
    if (!isCuttable && declared > maxBytes) throw tooLarge(maxBytes);
    const last = new Writable({
      write(chunk: Buffer, _encoding, done) {
        const before = size;
        size += chunk.length;
        if (isCut()) kept.push(chunk.subarray(0, maxBytes - before));
        if (size > maxBytes) return done(tooLarge(maxBytes));
        for (const hasher of hashers) hasher.update(chunk);
        if (size <= keepBytes) kept.push(chunk);
        else kept.length = 0;
        done();
      },
    });
    // The signal also ends the decoding of a small body to a huge one, after the connection is done.
    await pipeline([response, ...decodersFor(response.headers['content-encoding']), last], { signal });
  } catch (error) {
    if (!isCut()) throw error;
  } finally {
    if (!response.complete) response.destroy();
  }
  const entries = HASH_ALGORITHMS.map((algorithm, index) => [algorithm, hashers[index]?.digest()]);
  return {
    hashes: hashes ? (Object.fromEntries(entries) as BodyHashes) : undefined,
    bytes: size <= keepBytes || isCut() ? Buffer.concat(kept) : undefined,
    isCut: isCut(),
  };
}

function tooLarge(maxBytes: number): AbandonedAnswer {
  const detail = `the answer is larger than ${formatBytes(maxBytes)}, so it was not read to the end`;
  return new AbandonedAnswer('too-large', detail, 'check what the server sends; if that size is right: --max-size <MB>');
}

/** `createZstdDecompress` exists from Node 22.15 on. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

const DECODERS: ReadonlyMap<string, (() => Transform) | undefined> = new Map([
  ['gzip', zlib.createGunzip],
  ['x-gzip', zlib.createGunzip],
  ['deflate', zlib.createInflate],
  ['br', zlib.createBrotliDecompress],
  ['zstd', createZstdDecompress],
]);

/**
 * Undoes a `Content-Encoding` (RFC 9110, section 8.4), last one first. Servers
 * may compress although the request does not accept it.
 *
 * @throws {AbandonedAnswer} for an unknown encoding.
 */
function decodersFor(contentEncoding = ''): Transform[] {
  const names = contentEncoding.split(',').map((name) => name.trim().toLowerCase());
  return names
    .filter((name) => name !== '' && name !== 'identity')
    .reverse()
    .map((name) => {
      const createDecoder = DECODERS.get(name);
      if (createDecoder) return createDecoder();
      const detail = `the body has the encoding "${name}", which was not requested and cannot be decoded here`;
      throw new AbandonedAnswer('network', detail, 'make the server respect "Accept-Encoding: identity"');
    });
}

/** The algorithm by which a hash in a URL matches the body; `undefined` if none does. */
export function matchingAlgorithm(hash: string, hashes: BodyHashes): string | undefined {
  return HASH_ALGORITHMS.find((algorithm) => hashes[algorithm].toString('hex').startsWith(hash));
}
