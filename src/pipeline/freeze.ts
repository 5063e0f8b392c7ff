import fs from 'node:fs';
import { type OnProgress, SmartCacheError } from '../core/errors.js';
import type { HashAlgorithm } from '../core/manifest-document.js';
import { removeQuietly, unreadable } from '../disk/files.js';
import { createReusingReader, type FileStamp, type HashedContent, hashFile, stampOf } from '../disk/hash-file.js';
import type { CopyWriter } from './copy-writer.js';
import { findReferences, type LexedFile } from './references/find-references.js';

export interface FreezeJob {
  files: readonly FileToFreeze[];
  algorithm: HashAlgorithm;
  /** Takes the frozen copies; `undefined` hashes without copying. */
  copies: CopyWriter | undefined;
}

export interface FileToFreeze extends FileStamp {
  assetPath: string;
  absolutePath: string;
}

/** A file at the moment when it was frozen. */
export interface FrozenFile extends HashedContent {
  /** The references to other files, if the format can have any. */
  lexed?: LexedFile | undefined;
}

/** Most assets fit into one chunk, and one chunk fits into the processor's cache. */
const CHUNK_BYTES = 1024 * 1024;
const ATTEMPTS = 3;
const EMPTY = Buffer.alloc(0);

/**
 * Reads each file once, in chunks, and hashes the very bytes that it writes to
 * the store, so that hash and copy agree even if the file is being edited.
 * Memory does not grow with file size.
 *
 * It is synchronous, because a config object must be complete when
 * `withSmartCache` returns it. It uses one thread: more threads make a cold
 * build at most 1.14 times as fast, see bench/RESULTS.md.
 *
 * @param onProgress called after each chunk. Default: nothing is called.
 * @throws {SmartCacheError} for a file that cannot be read or keeps changing,
 * and for a store that cannot be written.
 */
export function freezeFiles({ files, algorithm, copies }: FreezeJob, onProgress?: OnProgress): FrozenFile[] {
  const onChunk = onProgress ? chunkCounter(files, onProgress) : undefined;
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const hash = (file: string, sink?: (chunk: Buffer) => void): HashedContent =>
    hashFile(file, algorithm, buffer, (chunk) => {
      sink?.(chunk);
      onChunk?.(chunk.length);
    });
  const readLarge = createReusingReader();
  return files.map((file) => untilStable(file, () => freezeWhole(file) ?? freezeLarge(file)));

  /** Freezes a file that fits into the buffer: its hash is known before its copy is written. Returns `undefined` for a larger file. */
  function freezeWhole(file: FileToFreeze): FrozenFile | undefined {
    if (file.size > CHUNK_BYTES) return undefined;
    const chunks: Buffer[] = [];
    const hashed = hash(file.absolutePath, (chunk) => chunks.push(chunk));
    if (chunks.length > 1) return undefined;
    const content = chunks[0] ?? EMPTY;
    copies?.writeWhole(hashed.contentHash, content);
    return withReferences(file, hashed, () => content);
  }

  function freezeLarge(file: FileToFreeze): FrozenFile {
    const hashed = copies ? freezeInChunks(file, copies) : hash(file.absolutePath);
    return withReferences(file, hashed, () => readLarge(copies?.pathOf(hashed.contentHash) ?? file.absolutePath, hashed.size));
  }

  function withReferences({ assetPath }: FileToFreeze, hashed: HashedContent, read: () => Buffer): FrozenFile {
    return { ...hashed, lexed: findReferences(assetPath, hashed.size, read) };
  }

  function freezeInChunks(file: FileToFreeze, copies: CopyWriter): HashedContent {
    const temporary = copies.temporaryName();
    try {
      const frozen = copies.clone(file.absolutePath, file.size, temporary)
        ? { ...hash(temporary), ...currentStamp(file.absolutePath) }
        : copies.writeInChunks(temporary, (sink) => hash(file.absolutePath, sink));
      copies.keep(temporary, frozen.contentHash);
      return frozen;
    } catch (error) {
      removeQuietly(temporary);
      throw error;
    }
  }
}

/** Adds up the bytes of chunks, and reports the sum. */
function chunkCounter(files: readonly FileToFreeze[], onProgress: OnProgress): (bytes: number) => void {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  return (bytes) => {
    done += bytes;
    // A file that changes while it is read is read again, so its bytes count again.
    onProgress(Math.min(done, total), total);
  };
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
    why: `another program is still writing to it; it changed during each of ${ATTEMPTS} attempts`,
    fix: 'let the step that writes it finish first, then run the command again',
  });
}

function currentStamp(file: string): FileStamp {
  try {
    return stampOf(fs.statSync(file, { bigint: true }));
  } catch (error) {
    throw unreadable(file, error);
  }
}
