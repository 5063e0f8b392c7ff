import fs from 'node:fs';
import path from 'node:path';
import { systemErrorCode } from '../../core/errors.js';
import { algorithmOf } from '../../core/options.js';
import { removalFailed, writeFailed } from '../../disk/files.js';
import { hashFile } from './hash-file.js';

/**
 * The frozen copies, one file per content hash, in one folder: to list it is
 * one system call for hundreds of them. A copy is never changed once it has
 * its name.
 */
export interface Store {
  filesDir: string;
  pathOf(contentHash: string): string;
}

export function openStore(cacheDir: string): Store {
  const filesDir = path.join(cacheDir, 'files');
  return { filesDir, pathOf: (contentHash) => `${filesDir}${path.sep}${contentHash}` };
}

/** The content hashes that are in the store. */
export function listStore(store: Store): Set<string> {
  return new Set(listFiles(store).filter((name) => algorithmOf(name) !== undefined));
}

/** Copies left behind by a build that was killed, or by no deploy that is still kept, once they are this old. */
const PRUNE_AFTER_MS = 60 * 60 * 1000;

/**
 * Removes what no kept deploy names. Young files stay: another build may just
 * have made them.
 *
 * @param now milliseconds since the epoch.
 */
export function pruneStore(store: Store, isKept: (contentHash: string) => boolean, now: number): void {
  for (const name of listFiles(store)) {
    if (isKept(name)) continue;
    const file = path.join(store.filesDir, name);
    const stats = fs.statSync(file, { throwIfNoEntry: false });
    // A folder there is none of ours.
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
/** Of the memory that files are read into. */
export const CHUNK_BYTES = 1024 * 1024;

/**
 * Finds the copies in the store that are whole: content hash → size in bytes.
 * A crash, a cache of CI or another program may have cut or changed a copy, so
 * each is hashed again, the smallest first, up to {@link HASHED_BYTES} in all.
 * A larger one is believed without being hashed if its time stamp is
 * {@link timeOfWholeCopy}.
 */
export function findWholeCopies(store: Store, hashedBytes = HASHED_BYTES): Map<string, number> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const copies = [...listStore(store)].flatMap((contentHash) => {
    // A symbolic link would lead out of the store.
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
 * The modification time that the package gives a copy, in seconds since the
 * epoch. It tells the size of the copy, so the time of a copy that was cut does
 * not fit its size, and a copy that was written into has the time of the
 * writing. It is a multiple of two seconds, since the archives of some caches
 * keep nothing finer.
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
