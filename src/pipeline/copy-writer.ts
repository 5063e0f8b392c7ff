import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { systemErrorCode } from '../core/errors.js';
import { attemptToWrite, removeQuietly, writeAll } from '../disk/files.js';
import { openPackWriter } from './packs.js';
import type { Store } from './store.js';
import { timeOfWholeCopy } from './whole-copies.js';

/** A larger copy always has a file of its own, which `next build` can clone. */
const PACKED_BYTES = 64 * 1024;
/** The first small copies of a build have files of their own too, so that an edit of a few files makes no pack. */
const OWN_FILES = 32;
/** For files of this size, cloning (Btrfs, XFS, APFS) saves more than the extra system call costs. */
const CLONE_FROM_BYTES = 4 * 1024 * 1024;

/** The undamaged copies that the store has already. */
interface CopiesBefore {
  hasOwn(contentHash: string): boolean;
  isPacked(contentHash: string): boolean;
}

const NONE: CopiesBefore = { hasOwn: () => false, isPacked: () => false };

export type CopyWriter = ReturnType<typeof openCopyWriter>;

/**
 * Writes copies into the store. The caller must call `finish` or `discard`.
 *
 * A killed build may leave half a copy under its final name. The next build makes
 * that copy again, since the scan cache does not have its file: a build drops files
 * without a copy from the cache before it copies, and adds them after all copies.
 */
export function openCopyWriter(store: Store, before: CopiesBefore = NONE) {
  const run = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const written = new Set<string>();
  let temporaries = 0;
  let canClone = true;
  let pack: ReturnType<typeof openPackWriter> | undefined;
  attemptToWrite(store.filesDir, () => fs.mkdirSync(store.filesDir, { recursive: true }));

  return {
    pathOf: store.pathOf,
    temporaryName: () => `${store.filesDir}/${run}-${temporaries++}.tmp`,

    clone(source: string, size: number, temporary: string): boolean {
      if (!canClone || size < CLONE_FROM_BYTES) return false;
      try {
        fs.copyFileSync(source, temporary, fs.constants.COPYFILE_FICLONE_FORCE);
        return true;
      } catch {
        // The file system cannot clone. The caller writes the bytes instead.
        canClone = false;
        return false;
      }
    },

    writeWhole(contentHash: string, content: Buffer): void {
      if (written.has(contentHash) || before.isPacked(contentHash)) return;
      const isPacked = content.length <= PACKED_BYTES && written.size >= OWN_FILES && !before.hasOwn(contentHash);
      if (isPacked) {
        pack ??= openPackWriter(store.filesDir, run);
        pack.add(contentHash, content);
      } else this.writeOwn(contentHash, content);
      written.add(contentHash);
    },

    /** Writes a new copy under its final name, which saves a rename. An existing copy may be half written, so a rename replaces it. */
    writeOwn(contentHash: string, content: Buffer): void {
      const target = store.pathOf(contentHash);
      if (writeNew(target, content)) return;
      const temporary = this.temporaryName();
      writeNew(temporary, content);
      this.keep(temporary, contentHash);
    },

    writeInChunks<T>(temporary: string, produce: (sink: (chunk: Buffer) => void) => T): T {
      const descriptor = attemptToWrite(temporary, () => fs.openSync(temporary, 'wx'));
      try {
        return produce((chunk) => attemptToWrite(temporary, () => writeAll(descriptor, chunk)));
      } finally {
        fs.closeSync(descriptor);
      }
    },

    keep(temporary: string, contentHash: string): void {
      const target = store.pathOf(contentHash);
      attemptToWrite(target, () => {
        const time = timeOfWholeCopy(fs.statSync(temporary).size);
        fs.utimesSync(temporary, time, time);
        fs.renameSync(temporary, target);
      });
    },

    /** Returns the bytes of a copy that this writer has packed; {@link openPackWriter} says how long they are valid. */
    readPacked: (contentHash: string) => pack?.read(contentHash),

    /** Makes the pack a part of the store. */
    finish(): void {
      pack?.finish();
      pack = undefined;
    },

    /** Removes the pack. Does nothing after `finish`. */
    discard(): void {
      pack?.discard();
      pack = undefined;
    },
  };
}

/** Returns false if the file already exists. */
function writeNew(target: string, content: Buffer): boolean {
  return attemptToWrite(target, () => {
    let descriptor: number;
    try {
      descriptor = fs.openSync(target, 'wx');
    } catch (error) {
      if (systemErrorCode(error) === 'EEXIST') return false;
      throw error;
    }
    try {
      writeAll(descriptor, content);
      const time = timeOfWholeCopy(content.length);
      fs.futimesSync(descriptor, time, time);
    } catch (error) {
      removeQuietly(target);
      throw error;
    } finally {
      fs.closeSync(descriptor);
    }
    return true;
  });
}
