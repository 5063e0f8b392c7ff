import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SmartCacheError } from '../core/errors.js';
import type { HashAlgorithm } from '../core/options.js';
import { writeFailed } from './atomic-write.js';
import { type FileStamp, stampOf } from './file-stamp.js';
import { unreadable } from './scan.js';
import { openStore, type Store } from './store.js';

/** What is needed to freeze files; plain data, so that a worker thread can be given it. */
export interface FreezeJob {
  files: readonly FileToFreeze[];
  algorithm: HashAlgorithm;
  /** Where the frozen copies go; `undefined` hashes without copying. */
  cacheDir: string | undefined;
}

export interface FileToFreeze extends FileStamp {
  absolutePath: string;
}

/** What a file held at the moment it was frozen, with its stamp right after the last byte was read. */
export interface FrozenFile extends FileStamp {
  /** Whole content hash, lower-case hex. */
  contentHash: string;
  /** Subresource Integrity metadata. */
  integrity: string;
}

/** Big enough that most assets take one `read`, small enough to stay in cache. */
const CHUNK_BYTES = 1024 * 1024;
/** From here on a file system that can clone (Btrfs, XFS, APFS) saves more than the extra system call costs. */
const CLONE_FROM_BYTES = 4 * 1024 * 1024;
const ATTEMPTS = 3;

/**
 * Reads each file once, in chunks, and hashes the very bytes that it writes to
 * the store, so that hash and copy agree even if the file is being edited.
 * Memory does not grow with file size.
 *
 * Synchronous on purpose: for thousands of small files the event loop costs
 * more than the work. Parallelism comes from threads.
 *
 * @param onChunk called after each chunk: a sign of life.
 * @throws {SmartCacheError} for a file that cannot be read or keeps changing,
 * and for a store that cannot be written.
 */
export function freezeFiles({ files, algorithm, cacheDir }: FreezeJob, onChunk: () => void = () => {}): FrozenFile[] {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const hash = (file: string, sink?: (chunk: Buffer) => void): FrozenFile =>
    hashFile(file, algorithm, buffer, (chunk) => {
      sink?.(chunk);
      onChunk();
    });
  if (cacheDir === undefined) return files.map((file) => untilStable(file, () => hash(file.absolutePath)));

  const copies = copyWriter(openStore(cacheDir));
  return files.map((file) =>
    untilStable(file, () => {
      const temporary = copies.temporaryName();
      try {
        const frozen = copies.clone(file, temporary)
          ? { ...hash(temporary), ...currentStamp(file.absolutePath) }
          : copies.write(temporary, (sink) => hash(file.absolutePath, sink));
        copies.keep(temporary, frozen.contentHash);
        return frozen;
      } catch (error) {
        fs.rmSync(temporary, { force: true });
        throw error;
      }
    }),
  );
}

/** Repeats while the file changes between its listing and its last byte. */
function untilStable(file: FileToFreeze, freeze: () => FrozenFile): FrozenFile {
  let expected = file.signature;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const frozen = freeze();
    if (frozen.signature === expected) return frozen;
    expected = frozen.signature;
  }
  throw new SmartCacheError('ERR_SMART_CACHE_FILE_CHANGING', {
    what: 'A file in public/ keeps changing while it is being hashed',
    where: file.absolutePath,
    why: `something is still writing to it; it changed during each of ${ATTEMPTS} attempts`,
    fix: 'let the step that writes it finish first, then run the command again',
  });
}

function hashFile(file: string, algorithm: HashAlgorithm, buffer: Buffer, sink: (chunk: Buffer) => void): FrozenFile {
  const hash = createHash(algorithm);
  // SRI knows no MD5 (https://www.w3.org/TR/SRI/#hash-functions), so those files get SHA-256 there.
  const integrityHash = algorithm === 'md5' ? createHash('sha256') : undefined;
  const { descriptor, read, close } = openForReading(file);
  try {
    for (let bytes = read(buffer); bytes > 0; bytes = read(buffer)) {
      const chunk = buffer.subarray(0, bytes);
      hash.update(chunk);
      integrityHash?.update(chunk);
      sink(chunk);
    }
    const digest = hash.digest();
    const integrity = integrityHash ? `sha256-${integrityHash.digest('base64')}` : `${algorithm}-${digest.toString('base64')}`;
    return { ...stampOf(fs.fstatSync(descriptor, { bigint: true })), contentHash: digest.toString('hex'), integrity };
  } finally {
    close();
  }
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

function currentStamp(file: string): FileStamp {
  try {
    return stampOf(fs.statSync(file, { bigint: true }));
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Makes the store's copies: under a temporary name first, so that a killed build leaves no half file behind. */
function copyWriter(store: Store) {
  const run = `${process.pid}-${randomBytes(6).toString('hex')}`;
  let count = 0;
  let canClone = true;
  attempt(store.filesDir, () => fs.mkdirSync(store.filesDir, { recursive: true }));

  return {
    temporaryName: () => `${store.filesDir}${path.sep}${run}-${count++}.tmp`,

    clone({ absolutePath, size }: FileToFreeze, temporary: string): boolean {
      if (!canClone || size < CLONE_FROM_BYTES) return false;
      try {
        fs.copyFileSync(absolutePath, temporary, fs.constants.COPYFILE_FICLONE_FORCE);
        return true;
      } catch {
        // The file system cannot; writing the bytes works everywhere.
        canClone = false;
        return false;
      }
    },

    write(temporary: string, produce: (sink: (chunk: Buffer) => void) => FrozenFile): FrozenFile {
      const descriptor = attempt(temporary, () => fs.openSync(temporary, 'wx'));
      try {
        return produce((chunk) => attempt(temporary, () => writeWhole(descriptor, chunk)));
      } finally {
        fs.closeSync(descriptor);
      }
    },

    keep(temporary: string, contentHash: string): void {
      const target = store.pathOf(contentHash);
      attempt(target, () => fs.renameSync(temporary, target));
    },
  };
}

function writeWhole(descriptor: number, chunk: Buffer): void {
  for (let written = 0; written < chunk.length; ) written += fs.writeSync(descriptor, chunk, written);
}

function attempt<T>(target: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw writeFailed(target, error);
  }
}
