import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { systemErrorCode } from '../core/errors.js';
import { algorithmOf } from '../core/manifest-document.js';
import { removalFailed, removeQuietly, writeFailed } from '../disk/files.js';
import { hashFile } from '../disk/hash-file.js';

/**
 * The frozen copies: one file for each content hash, named after it. All are in
 * one folder, which is quick to list. A finished copy never changes.
 */
export interface Store {
  filesDir: string;
  pathOf(contentHash: string): string;
}

export function openStore(cacheDir: string): Store {
  const filesDir = path.join(cacheDir, 'files');
  return { filesDir, pathOf: (contentHash) => `${filesDir}${path.sep}${contentHash}` };
}

/** Lists the content hashes of the copies. */
export function listStore(store: Store): Set<string> {
  return new Set(listFiles(store).filter((name) => algorithmOf(name) !== undefined));
}

const PRUNE_AFTER_MS = 60 * 60 * 1000;

/**
 * Removes the copies that no kept deploy needs, and those that killed builds left
 * unfinished. Files younger than an hour stay, since another build may have just made them.
 *
 * @param now milliseconds since the epoch.
 */
export function pruneStore(store: Store, isKept: (contentHash: string) => boolean, now: number): void {
  for (const name of listFiles(store)) {
    if (isKept(name)) continue;
    const file = path.join(store.filesDir, name);
    const stats = fs.statSync(file, { throwIfNoEntry: false });
    // Another program made a folder here.
    if (stats?.isFile() && now - stats.ctimeMs > PRUNE_AFTER_MS) remove(file);
  }
}

function remove(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch (error) {
    throw removalFailed(file, error);
  }
}

function listFiles({ filesDir }: Store): string[] {
  try {
    return fs.readdirSync(filesDir);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw writeFailed(filesDir, error);
  }
}

/** How many bytes of copies one `next build` hashes again: about half a second. */
const HASHED_BYTES = 500_000_000;
/** How many bytes of a file are read at once. */
export const CHUNK_BYTES = 1024 * 1024;

/**
 * Finds the undamaged copies: content hash → size in bytes. A crash, a CI cache
 * or another program may have cut or changed a copy. So each is hashed again, the
 * smallest first, up to {@link HASHED_BYTES} in all. The rest count as undamaged
 * if their time stamp is {@link timeOfWholeCopy}.
 */
export function findWholeCopies(store: Store, hashedBytes = HASHED_BYTES): Map<string, number> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const copies = [...listStore(store)].flatMap((contentHash) => {
    // A symbolic link would point out of the store.
    const stats = fs.lstatSync(store.pathOf(contentHash), { throwIfNoEntry: false });
    return stats?.isFile() ? [{ contentHash, size: stats.size, mtimeMs: stats.mtimeMs }] : [];
  });
  copies.sort((a, b) => a.size - b.size);
  const whole = new Map<string, number>();
  let bytes = 0;
  for (const { contentHash, size, mtimeMs } of copies) {
    bytes += size;
    const isBelieved = bytes > hashedBytes && mtimeMs === timeOfWholeCopy(size) * 1000;
    if (isBelieved || hasContent(store.pathOf(contentHash), contentHash, buffer)) whole.set(contentHash, size);
  }
  return whole;
}

const YEAR_2000 = Date.UTC(2000) / 1000;

/**
 * Returns the modification time that the package gives a copy, in seconds since
 * the epoch. It encodes the size, so it shows that a copy was cut; and writing into
 * a copy changes it. It is a multiple of two seconds, since the archives of some
 * CI caches keep nothing finer.
 *
 * @param size bytes.
 */
export function timeOfWholeCopy(size: number): number {
  return YEAR_2000 + 2 * (size % 2 ** 28);
}

/** Whether the content of a file has this content hash. False if the file cannot be read. */
export function hasContent(file: string, contentHash: string, buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)): boolean {
  const algorithm = algorithmOf(contentHash);
  try {
    return algorithm !== undefined && hashFile(file, algorithm, buffer, () => {}).contentHash === contentHash;
  } catch {
    return false;
  }
}

/** For files of this size, cloning (Btrfs, XFS, APFS) saves more than the extra system call costs. */
const CLONE_FROM_BYTES = 4 * 1024 * 1024;

export type CopyWriter = ReturnType<typeof openCopyWriter>;

/**
 * Writes copies into the store.
 *
 * A killed build may leave half a copy under its final name. The next build makes
 * it again, since the scan cache does not know it: the cache is written after all
 * copies, and forgets beforehand the files whose copy is missing.
 */
export function openCopyWriter(store: Store) {
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
        // The file system cannot clone. The caller writes the bytes instead.
        canClone = false;
        return false;
      }
    },

    /** Writes a new copy under its final name, which saves a rename. An existing copy may be half written, so a rename replaces it. */
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

/** Returns false if the file already exists. */
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
