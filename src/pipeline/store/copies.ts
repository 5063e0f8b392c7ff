import type { HashAlgorithm } from '../../core/smart-cache-options.js';
import type { TextStore } from '../graph/link-files.js';
import { type CopyWriter, copyWriter } from './copy-writer.js';
import { contentHasher, reusingReader } from './hash-file.js';
import { listStore, openStore, sizeOfCopy } from './store.js';

/** What the bytes of files are read from, and where rewritten ones go. */
export interface Copies extends TextStore {
  /** Whether there is a store; development has none. */
  readonly areKept: boolean;
  /** How many texts have been written. */
  readonly written: number;
}

/**
 * The store: texts are read from the frozen copies, so that they are what was
 * hashed whatever has become of `public/` since.
 *
 * @param checkSizes whether each copy is looked at.
 */
export function storedCopies(cacheDir: string, algorithm: HashAlgorithm, checkSizes: boolean): Copies {
  const store = openStore(cacheDir);
  const stored = listStore(store);
  let writer: CopyWriter | undefined;
  const read = reusingReader();
  let written = 0;
  return {
    areKept: true,
    get written() {
      return written;
    },
    has: (contentHash, size) => stored.has(contentHash) && (!checkSizes || sizeOfCopy(store, contentHash) === size),
    read: ({ contentHash, size }) => read(store.pathOf(contentHash), size),
    write(content) {
      const hashed = hashContent(content, algorithm);
      writer ??= copyWriter(store);
      writer.writeWhole(hashed.contentHash, content);
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
