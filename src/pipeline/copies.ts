import { SmartCacheError } from '../core/errors.js';
import type { HashAlgorithm } from '../core/manifest-document.js';
import { createContentHasher, createReusingReader } from '../disk/hash-file.js';
import type { TextStore } from './graph/rewrite-files.js';
import { type CopyWriter, findWholeCopies, listStore, openCopyWriter, openStore } from './store.js';

/** Reads the bytes that were hashed, and takes rewritten ones. Production and development have one each. */
export interface Copies extends TextStore {
  /** Whether there is a store; development has none. */
  readonly areKept: boolean;
  /** The number of texts written so far. */
  readonly written: number;
  /** Content hashes of the undamaged copies that the store had before this build. */
  readonly found: ReadonlySet<string>;
  /** Content hashes of the damaged copies that the store had before this build. */
  readonly damaged: ReadonlySet<string>;
}

/**
 * Reads texts from the frozen copies, which stay as they were hashed when `public/` changes.
 *
 * @param checksCopies whether to check each copy for damage.
 */
export function openStoredCopies(cacheDir: string, algorithm: HashAlgorithm, checksCopies: boolean): Copies {
  const store = openStore(cacheDir);
  const stored = listStore(store);
  const sizes = checksCopies ? findWholeCopies(store) : undefined;
  const found = new Set(sizes?.keys() ?? stored);
  const damaged = new Set([...stored].filter((contentHash) => !found.has(contentHash)));
  let writer: CopyWriter | undefined;
  const write = (contentHash: string, content: Buffer) => {
    writer ??= openCopyWriter(store);
    writer.writeWhole(contentHash, content);
  };
  const read = createReusingReader();
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

/** Development: hashes rewritten texts without keeping them, so that an edit also changes the URLs of the files that refer to the edited one. */
export function openUnstoredCopies(algorithm: HashAlgorithm): Copies {
  const read = createReusingReader();
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
  const hasher = createContentHasher(algorithm);
  hasher.update(content);
  return { ...hasher.finish(), size: content.length };
}

function copyDamaged(frozen: string, original: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_STORE_DAMAGED', {
    what: 'A frozen copy in the store is damaged',
    where: frozen,
    why: `another program wrote into it, and its original cannot replace it, since that has just been edited: ${original}`,
    fix: 'run the command again; it copies the file as it is now',
  });
}
