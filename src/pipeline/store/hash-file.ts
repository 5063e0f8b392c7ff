import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { HashAlgorithm } from '../../core/options.js';
import { unreadable } from '../../disk/files.js';
import { type FileStamp, stampOf } from '../file-stamp.js';

interface ContentHashes {
  /** Whole content hash, lower-case hex. */
  contentHash: string;
  /** Subresource Integrity metadata. */
  integrity: string;
}

/** What a file held, with its stamp right after the last byte was read. */
export interface HashedContent extends FileStamp, ContentHashes {}

/** The hashes of bytes that come in chunks. */
export function contentHasher(algorithm: HashAlgorithm): { update(chunk: Buffer): void; finish(): ContentHashes } {
  const hash = createHash(algorithm);
  // SRI knows no MD5 (https://www.w3.org/TR/SRI/#hash-functions), so those files get SHA-256 there.
  const integrityHash = algorithm === 'md5' ? createHash('sha256') : undefined;
  return {
    update(chunk) {
      hash.update(chunk);
      integrityHash?.update(chunk);
    },
    finish() {
      const digest = hash.digest();
      const integrity = integrityHash ? `sha256-${integrityHash.digest('base64')}` : `${algorithm}-${digest.toString('base64')}`;
      return { contentHash: digest.toString('hex'), integrity };
    },
  };
}

/**
 * Reads a file once, in chunks of the buffer's size, so that memory does not
 * grow with the file.
 *
 * @param sink is given every chunk, before the buffer is used again.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function hashFile(file: string, algorithm: HashAlgorithm, buffer: Buffer, sink: (chunk: Buffer) => void): HashedContent {
  const hasher = contentHasher(algorithm);
  const { descriptor, read, close } = openForReading(file);
  try {
    for (let bytes = read(buffer); bytes > 0; bytes = read(buffer)) {
      const chunk = buffer.subarray(0, bytes);
      hasher.update(chunk);
      sink(chunk);
    }
    return { ...stampOf(fs.fstatSync(descriptor, { bigint: true })), ...hasher.finish() };
  } finally {
    close();
  }
}

/**
 * Reads whole files, one at a time: what is returned holds until the next call.
 *
 * @returns a function of a file and its size in bytes.
 */
export function reusingReader(): (file: string, size: number) => Buffer {
  const memory = reusableMemory();
  return (file, size) => {
    const buffer = memory(size);
    const { read, close } = openForReading(file);
    try {
      let length = 0;
      for (let bytes = 1; bytes > 0 && length < size; length += bytes) bytes = read(buffer.subarray(length));
      return buffer.subarray(0, length);
    } finally {
      close();
    }
  };
}

function openForReading(file: string): { descriptor: number; read(buffer: Buffer): number; close(): void } {
  try {
    const descriptor = fs.openSync(file, 'r');
    return {
      descriptor,
      read(buffer) {
        try {
          return fs.readSync(descriptor, buffer, 0, buffer.length, null);
        } catch (error) {
          throw unreadable(file, error);
        }
      },
      close: () => fs.closeSync(descriptor),
    };
  } catch (error) {
    throw unreadable(file, error);
  }
}

/**
 * Memory for one thing at a time: what is returned holds until the next call.
 * Of large files, a new buffer for each would wait for the garbage collector,
 * which is in no hurry.
 *
 * @returns a function of a size in bytes.
 */
export function reusableMemory(): (size: number) => Buffer {
  let memory = Buffer.alloc(0);
  return (size) => {
    // In powers of two: what is outgrown waits for the collector too.
    if (memory.length < size) memory = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(size)));
    return memory.subarray(0, size);
  };
}
