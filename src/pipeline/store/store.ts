import fs from 'node:fs';
import path from 'node:path';
import { algorithmOf } from '../../core/content-hash.js';
import { systemErrorCode } from '../../core/errors.js';
import { removalFailed, writeFailed } from '../disk/file-errors.js';

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
