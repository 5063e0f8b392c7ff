import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { systemErrorCode } from '../../core/errors.js';
import { removeQuietly, writeFailed } from '../../disk/files.js';
import { type Store, timeOfWholeCopy } from './store.js';

/** From here on a file system that can clone (Btrfs, XFS, APFS) saves more than the extra system call costs. */
const CLONE_FROM_BYTES = 4 * 1024 * 1024;

export type CopyWriter = ReturnType<typeof copyWriter>;

/**
 * Makes the store's copies.
 *
 * A build that is killed may leave a half copy behind, also under its final
 * name. The scan cache does not vouch for it: it is written when all copies are
 * there, forgets beforehand the files whose copy is missing, and is not the one
 * of development; so the next build makes the copy again.
 */
export function copyWriter(store: Store) {
  const run = `${process.pid}-${randomBytes(6).toString('hex')}`;
  let count = 0;
  let canClone = true;
  attempt(store.filesDir, () => fs.mkdirSync(store.filesDir, { recursive: true }));

  return {
    temporaryName: () => `${store.filesDir}${path.sep}${run}-${count++}.tmp`,

    clone(source: string, size: number, temporary: string): boolean {
      if (!canClone || size < CLONE_FROM_BYTES) return false;
      try {
        fs.copyFileSync(source, temporary, fs.constants.COPYFILE_FICLONE_FORCE);
        return true;
      } catch {
        // The file system cannot; writing the bytes works everywhere.
        canClone = false;
        return false;
      }
    },

    /** In one step where no copy is there yet, which saves a rename a file; a copy that is there may be half, and is replaced whole. */
    writeWhole(contentHash: string, content: Buffer): void {
      const target = store.pathOf(contentHash);
      if (writeNew(target, content)) return;
      const temporary = this.temporaryName();
      writeNew(temporary, content);
      this.keep(temporary, contentHash);
    },

    writeInChunks<T>(temporary: string, produce: (sink: (chunk: Buffer) => void) => T): T {
      const descriptor = attempt(temporary, () => fs.openSync(temporary, 'wx'));
      try {
        return produce((chunk) => attempt(temporary, () => writeAll(descriptor, chunk)));
      } finally {
        fs.closeSync(descriptor);
      }
    },

    keep(temporary: string, contentHash: string): void {
      const target = store.pathOf(contentHash);
      attempt(target, () => {
        const time = timeOfWholeCopy(fs.statSync(temporary).size);
        fs.utimesSync(temporary, time, time);
        fs.renameSync(temporary, target);
      });
    },
  };
}

/** @returns false when a file of that name is there already. */
function writeNew(target: string, content: Buffer): boolean {
  return attempt(target, () => {
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

function writeAll(descriptor: number, chunk: Buffer): void {
  for (let written = 0; written < chunk.length; ) written += fs.writeSync(descriptor, chunk, written);
}

function attempt<T>(target: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw writeFailed(target, error);
  }
}
