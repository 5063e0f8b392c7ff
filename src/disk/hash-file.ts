import { createHash, hash as hashAtOnce } from 'node:crypto';
import fs from 'node:fs';
import type { HashAlgorithm } from '../core/manifest-document.js';
import { createReusableMemory, unreadable } from './files.js';

interface ContentHashes {
  /** Whole content hash, lower-case hex. */
  contentHash: string;
  /** Subresource Integrity metadata. */
  integrity: string;
}

/** The hashes of a file, with its stamp right after the last byte was read. */
export interface HashedContent extends FileStamp, ContentHashes {}

/** Hashes bytes that are in memory as a whole, in half the time that chunks take. */
export function hashContent(content: Buffer, algorithm: HashAlgorithm): ContentHashes {
  const contentHash = hashAtOnce(algorithm, content, 'hex');
  const integrity = integrityAlgorithm(algorithm);
  const inBase64 = integrity === algorithm ? Buffer.from(contentHash, 'hex').toString('base64') : hashAtOnce(integrity, content, 'base64');
  return { contentHash, integrity: `${integrity}-${inBase64}` };
}

/** Hashes bytes that come in chunks. */
function createContentHasher(algorithm: HashAlgorithm): { update(chunk: Buffer): void; finish(): ContentHashes } {
  const hash = createHash(algorithm);
  const integrity = integrityAlgorithm(algorithm);
  const integrityHash = integrity === algorithm ? undefined : createHash(integrity);
  return {
    update(chunk) {
      hash.update(chunk);
      integrityHash?.update(chunk);
    },
    finish() {
      const bytes = hash.digest();
      return { contentHash: bytes.toString('hex'), integrity: `${integrity}-${(integrityHash?.digest() ?? bytes).toString('base64')}` };
    },
  };
}

/** SRI does not allow MD5 (https://www.w3.org/TR/SRI/#hash-functions), so the metadata has SHA-256 instead. */
function integrityAlgorithm(algorithm: HashAlgorithm): Exclude<HashAlgorithm, 'md5'> {
  return algorithm === 'md5' ? 'sha256' : algorithm;
}

/**
 * Reads a file once, in chunks of the buffer's size, so that memory does not
 * grow with the file.
 *
 * @param sink gets every chunk before the buffer is used again.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function hashFile(file: string, algorithm: HashAlgorithm, buffer: Buffer, sink: (chunk: Buffer) => void): HashedContent {
  const { descriptor, read, close } = openForReading(file);
  try {
    const first = buffer.subarray(0, read(buffer));
    const stamp = stampOf(fs.fstatSync(descriptor, { bigint: true }));
    // The size shows that this was all. Another read, which returns nothing, would cost a system call for each file.
    if (stamp.size === first.length) {
      if (first.length > 0) sink(first);
      return { ...stamp, ...hashContent(first, algorithm) };
    }
    const hasher = createContentHasher(algorithm);
    for (let chunk = first; chunk.length > 0; chunk = buffer.subarray(0, read(buffer))) {
      hasher.update(chunk);
      sink(chunk);
    }
    return { ...stampOf(fs.fstatSync(descriptor, { bigint: true })), ...hasher.finish() };
  } finally {
    close();
  }
}

/**
 * Reads whole files. Each result is valid until the next call.
 *
 * @returns a function of a file and its size in bytes.
 */
export function createReusingReader(): (file: string, size: number) => Buffer {
  const memory = createReusableMemory();
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

/** The state of a file by its metadata alone. */
export interface FileStamp {
  /** Bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  modifiedMs: number;
  /** Nanoseconds since the epoch: the later of modification and inode change. */
  touchedNs: bigint;
  /**
   * A text that changes whenever the file may have changed: size, modification
   * time with nanoseconds, inode, and the inode's change time, which no program can
   * set back (`cp -p`, `rsync -t` and `touch -d` set only the modification time).
   */
  signature: string;
}

export function stampOf({ size, mtimeNs, ctimeNs, ino }: fs.BigIntStats): FileStamp {
  return {
    size: Number(size),
    modifiedMs: Number(mtimeNs / 1_000_000n),
    touchedNs: mtimeNs > ctimeNs ? mtimeNs : ctimeNs,
    signature: `${size}-${mtimeNs}-${ctimeNs}-${ino}`,
  };
}

/** Kernel clocks tick every 1 to 10 ms, and a time stamp can be late by one tick. */
const FINE_GRAIN_NS = 20_000_000n;
/** FAT keeps modification times in steps of two seconds, and some network drives in whole seconds. */
const COARSE_GRAIN_NS = 2_000_000_000n;
const SECOND_NS = 1_000_000_000n;

/** Whether the file system may keep only whole seconds. */
export function hasCoarseStamp({ touchedNs }: FileStamp): boolean {
  return touchedNs % SECOND_NS === 0n;
}

/**
 * Whether a file was touched so shortly before `nowNs` that another write could
 * leave the same stamp. The scan cache must not remember such a file
 * (https://git-scm.com/docs/racy-git).
 */
export function isRacy(stamp: FileStamp, nowNs: bigint): boolean {
  return stamp.touchedNs + (hasCoarseStamp(stamp) ? COARSE_GRAIN_NS : FINE_GRAIN_NS) >= nowNs;
}

/** Returns the time in nanoseconds since the epoch, rounded down to a millisecond, so that it is never ahead of the file system's clock. */
export function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/**
 * Waits about 20 ms if a file is racy, so that the next build need not read it
 * again. Coarse stamps would need seconds, so the next build reads those files again.
 */
export function letClockTick(stamps: readonly FileStamp[]): void {
  const now = nowNs();
  if (!stamps.some((stamp) => !hasCoarseStamp(stamp) && isRacy(stamp, now))) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(FINE_GRAIN_NS / 1_000_000n) + 1);
}
