import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { writeFailed } from './file-errors.js';
import type { Store } from './store.js';

/** From here on a file system that can clone (Btrfs, XFS, APFS) saves more than the extra system call costs. */
const CLONE_FROM_BYTES = 4 * 1024 * 1024;

/** Makes the store's copies: under a temporary name first, so that a killed build leaves no half file behind. */
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

    write<T>(temporary: string, produce: (sink: (chunk: Buffer) => void) => T): T {
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
