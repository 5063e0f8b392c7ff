import fs from 'node:fs';
import path from 'node:path';
import { systemErrorCode } from '../core/errors.js';
import { algorithmOf } from '../core/manifest-document.js';
import { writeFailed } from '../disk/files.js';
import { hashContent } from '../disk/hash-file.js';
import { findPacks, openPackReader, type PackedCopy } from './packs.js';

/**
 * The frozen copies, by content hash. All are in one folder, which is quick to
 * list. Some have a file of their own, named after the content hash; small ones
 * are in packs. A finished file never changes.
 */
export interface Store {
  filesDir: string;
  /** The file of a copy that has one of its own. */
  pathOf(contentHash: string): string;
}

export function openStore(cacheDir: string): Store {
  const filesDir = path.join(cacheDir, 'files');
  return { filesDir, pathOf: (contentHash) => `${filesDir}${path.sep}${contentHash}` };
}

/** The copies that a store has at one moment. */
export interface StoreContents {
  /** Content hashes of the copies with a file of their own. */
  own: ReadonlySet<string>;
  /** The copies in packs that have no file of their own, by content hash. Two builds may each have packed the same content. */
  packed: ReadonlyMap<string, readonly PackedCopy[]>;
  /** Why a pack cannot be used. */
  unusablePacks: ReturnType<typeof findPacks>['unusable'];
}

/** Lists the copies, and checks none of them. */
export function listStore(store: Store): StoreContents {
  const names = listFiles(store);
  const own = new Set(names.filter((name) => algorithmOf(name) !== undefined));
  const { packs, unusable } = findPacks(store.filesDir, names);
  const packed = new Map<string, PackedCopy[]>();
  for (const copy of packs.flatMap(({ copies }) => copies)) {
    if (own.has(copy.contentHash)) continue;
    const places = packed.get(copy.contentHash);
    if (places === undefined) packed.set(copy.contentHash, [copy]);
    else places.push(copy);
  }
  return { own, packed, unusablePacks: unusable };
}

/** Lists the names of everything in the folder. */
export function listFiles({ filesDir }: Store): string[] {
  try {
    return fs.readdirSync(filesDir);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw writeFailed(filesDir, error);
  }
}

export type PackedCopies = ReturnType<typeof openPackedCopies>;

/** Reads copies from packs, and checks each of them. {@link openPackReader} says how long a result is valid. */
export function openPackedCopies({ packed }: StoreContents) {
  const reader = openPackReader();
  return {
    close: reader.close,

    /** Returns `undefined` if no pack has a copy without damage. */
    read(contentHash: string): Buffer | undefined {
      const algorithm = algorithmOf(contentHash);
      for (const copy of (algorithm && packed.get(contentHash)) || []) {
        const content = reader.read(copy);
        if (content && algorithm && hashContent(content, algorithm).contentHash === contentHash) return content;
      }
      return undefined;
    },
  };
}
