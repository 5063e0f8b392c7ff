import fs from 'node:fs';
import path from 'node:path';
import { systemErrorCode } from '../core/errors.js';

/**
 * The frozen copies, one file per content hash: `ab/cdef…` for `abcdef…`. A
 * copy is never changed once it has its name.
 */
export interface Store {
  filesDir: string;
  pathOf(contentHash: string): string;
}

export function openStore(cacheDir: string): Store {
  const filesDir = path.join(cacheDir, 'files');
  return {
    filesDir,
    pathOf: (contentHash) => `${filesDir}${path.sep}${contentHash.slice(0, 2)}${path.sep}${contentHash.slice(2)}`,
  };
}

/** The content hashes that are in the store: one directory listing for 256 of them, instead of a look at each. */
export function listStore({ filesDir }: Store): Set<string> {
  const contentHashes = new Set<string>();
  for (const shard of listFolder(filesDir)) {
    for (const rest of listFolder(path.join(filesDir, shard))) {
      if (!rest.endsWith('.tmp')) contentHashes.add(shard + rest);
    }
  }
  return contentHashes;
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
  for (const shard of listFolder(store.filesDir)) {
    for (const rest of listFolder(path.join(store.filesDir, shard))) {
      if (!rest.endsWith('.tmp') && isKept(shard + rest)) continue;
      const file = path.join(store.filesDir, shard, rest);
      const stats = fs.statSync(file, { throwIfNoEntry: false });
      if (stats && now - stats.ctimeMs > PRUNE_AFTER_MS) fs.rmSync(file, { force: true });
    }
  }
}

function listFolder(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
