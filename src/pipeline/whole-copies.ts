import fs from 'node:fs';
import { algorithmOf } from '../core/manifest-document.js';
import { isLimitOfOpenFiles } from '../disk/files.js';
import { hashFile } from '../disk/hash-file.js';
import { listStore, openPackedCopies, type Store, type StoreContents } from './store.js';

/** How many bytes of copies one `next build` hashes again: about half a second. */
const HASHED_BYTES = 500_000_000;
/** How many bytes of a file are read at once. */
export const CHUNK_BYTES = 1024 * 1024;

/**
 * Finds the undamaged copies: content hash → size in bytes. A crash, a CI cache
 * or another program may have cut or changed a copy. Each is therefore hashed
 * again, the smallest first, up to {@link HASHED_BYTES} in all. Beyond that, a copy
 * with a file of its own counts as undamaged if its time stamp is {@link timeOfWholeCopy}.
 */
export function findWholeCopies(store: Store, contents: StoreContents = listStore(store), hashedBytes = HASHED_BYTES): Map<string, number> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const packed = openPackedCopies(contents);
  const copies = [
    ...[...contents.own].flatMap((contentHash): FoundCopy[] => {
      // A symbolic link would point out of the store.
      const stats = fs.lstatSync(store.pathOf(contentHash), { throwIfNoEntry: false });
      if (!stats?.isFile()) return [];
      const isRight = () => hasContent(store.pathOf(contentHash), contentHash, buffer);
      return [{ contentHash, size: stats.size, isStamped: isStamped(stats), isRight }];
    }),
    ...Array.from(contents.packed, ([contentHash, places]): FoundCopy => {
      const [{ size }] = places as [(typeof places)[0]];
      return { contentHash, size, isStamped: false, isRight: () => packed.read(contentHash) !== undefined };
    }),
  ];
  copies.sort((a, b) => a.size - b.size);
  const whole = new Map<string, number>();
  let bytes = 0;
  try {
    for (const { contentHash, size, isStamped, isRight } of copies) {
      bytes += size;
      if ((bytes > hashedBytes && isStamped) || isRight()) whole.set(contentHash, size);
    }
  } finally {
    packed.close();
  }
  return whole;
}

interface FoundCopy {
  contentHash: string;
  /** Bytes. */
  size: number;
  /** Whether it has a file of its own with the time stamp that the package gives. */
  isStamped: boolean;
  /** Hashes the copy. */
  isRight(): boolean;
}

const YEAR_2000 = Date.UTC(2000) / 1000;

/**
 * Returns the modification time that the package gives the file of a copy, in
 * seconds since the epoch. It encodes the size, so it shows that the file was
 * cut; and writing into the file changes it. It is a multiple of two seconds,
 * since the archives of some CI caches keep nothing finer.
 *
 * @param size bytes.
 */
export function timeOfWholeCopy(size: number): number {
  return YEAR_2000 + 2 * (size % 2 ** 28);
}

/** Whether the file of a copy has the time that the package gave it. */
export function isStamped({ mtimeMs, size }: Pick<fs.Stats, 'mtimeMs' | 'size'>): boolean {
  return mtimeMs === timeOfWholeCopy(size) * 1000;
}

/**
 * Whether the content of a file has this content hash. False if the file cannot be read.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE` if too many files are open.
 */
export function hasContent(file: string, contentHash: string, buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)): boolean {
  const algorithm = algorithmOf(contentHash);
  try {
    return algorithm !== undefined && hashFile(file, algorithm, buffer, () => {}).contentHash === contentHash;
  } catch (error) {
    if (isLimitOfOpenFiles(error)) throw error;
    return false;
  }
}
