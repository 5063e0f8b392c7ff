import { SmartCacheError } from '../core/errors.js';
import type { HashAlgorithm } from '../core/options.js';
import type { TextStore } from './graph/link-files.js';
import { type CopyWriter, copyWriter } from './store/copy-writer.js';
import { contentHasher, reusingReader } from './store/hash-file.js';
import { findWholeCopies, listStore, openStore } from './store/store.js';

/** What the bytes of files are read from, and where rewritten ones go. */
export interface Copies extends TextStore {
  /** Whether there is a store; development has none. */
  readonly areKept: boolean;
  /** How many texts have been written. */
  readonly written: number;
  /** Content hashes of the copies that the store had before, without those that a check found damaged. */
  readonly found: ReadonlySet<string>;
  /** Content hashes of the copies that the store had, but damaged. */
  readonly damaged: ReadonlySet<string>;
}

/**
 * The store: texts are read from the frozen copies, so that they are what was
 * hashed whatever has become of `public/` since.
 *
 * @param checksCopies whether each copy is checked for damage.
 */
export function storedCopies(cacheDir: string, algorithm: HashAlgorithm, checksCopies: boolean): Copies {
  const store = openStore(cacheDir);
  const stored = listStore(store);
  const sizes = checksCopies ? findWholeCopies(store) : undefined;
  const found = new Set(sizes?.keys() ?? stored);
  const damaged = new Set([...stored].filter((contentHash) => !found.has(contentHash)));
  let writer: CopyWriter | undefined;
  const write = (contentHash: string, content: Buffer) => {
    writer ??= copyWriter(store);
    writer.writeWhole(contentHash, content);
  };
  const read = reusingReader();
  let written = 0;
  return {
    areKept: true,
    found,
    damaged,
    get written() {
      return written;
    },
    has: (contentHash, size) => found.has(contentHash) && (sizes === undefined || sizes.get(contentHash) === size),
    read({ contentHash, size, absolutePath }) {
      const isRight = (content: Buffer) => hashContent(content, algorithm).contentHash === contentHash;
      const frozen = read(store.pathOf(contentHash), size);
      if (isRight(frozen)) return frozen;
      const original = read(absolutePath, size);
      if (!isRight(original)) throw copyDamaged(store.pathOf(contentHash), absolutePath);
      damaged.add(contentHash);
      write(contentHash, original);
      return original;
    },
    write(content) {
      const hashed = hashContent(content, algorithm);
      write(hashed.contentHash, content);
      written++;
      return hashed;
    },
  };
}

/** Development: what would be written is hashed all the same, so that an edit below a file changes the URL of that file too. */
export function unstoredCopies(algorithm: HashAlgorithm): Copies {
  const read = reusingReader();
  let written = 0;
  return {
    areKept: false,
    found: new Set(),
    damaged: new Set(),
    get written() {
      return written;
    },
    has: () => true,
    read: ({ absolutePath, size }) => read(absolutePath, size),
    write(content) {
      written++;
      return hashContent(content, algorithm);
    },
  };
}

function hashContent(content: Buffer, algorithm: HashAlgorithm) {
  const hasher = contentHasher(algorithm);
  hasher.update(content);
  return { ...hasher.finish(), size: content.length };
}

function copyDamaged(frozen: string, original: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_STORE_DAMAGED', {
    what: 'A frozen copy in the store is damaged',
    where: frozen,
    why: `something wrote into it, and its original cannot replace it, since it has just been edited: ${original}`,
    fix: 'run the command again; it copies the file as it is now',
  });
}
