import { SmartCacheError } from '../core/errors.js';
import type { HashAlgorithm } from '../core/manifest-document.js';
import { removeQuietly } from '../disk/files.js';
import { createReusingReader, hashContent } from '../disk/hash-file.js';
import { type CopyWriter, openCopyWriter } from './copy-writer.js';
import type { TextStore } from './graph/rewrite-files.js';
import type { PublicFile } from './graph/unchanged-files.js';
import { listStore, openPackedCopies, openStore, type StoreContents } from './store.js';
import { findWholeCopies } from './whole-copies.js';

/** Reads the bytes that were hashed, and takes rewritten ones. Production and development have one each. */
export interface Copies extends TextStore {
  /** Opens the writer of the frozen copies, once; `undefined` in development, which has no store. */
  openWriter(): CopyWriter | undefined;
  /** The number of texts written so far. */
  readonly written: number;
  /** Content hashes of the undamaged copies that the store had before this build. */
  readonly found: ReadonlySet<string>;
  /** Content hashes of the damaged copies that the store had before this build. */
  readonly damaged: ReadonlySet<string>;
  /** The packs of the store that cannot be used. */
  readonly unusablePacks: StoreContents['unusablePacks'];
  /** Makes all copies written so far a part of the store. */
  finish(): void;
  /** Closes files, and removes an unfinished pack. */
  close(): void;
}

/**
 * Reads texts from the frozen copies, which stay as they were hashed when `public/` changes.
 *
 * @param checksCopies whether to check each copy for damage.
 */
export function openStoredCopies(cacheDir: string, algorithm: HashAlgorithm, checksCopies: boolean): Copies {
  const store = openStore(cacheDir);
  const contents = listStore(store);
  const { own, packed, unusablePacks } = contents;
  for (const { file, index, mayBeWhole } of unusablePacks) if (!mayBeWhole) for (const useless of [index, file]) removeQuietly(useless);
  const sizes = checksCopies ? findWholeCopies(store, contents) : undefined;
  const stored = new Set([...own, ...packed.keys()]);
  const found = sizes ? new Set(sizes.keys()) : stored;
  const damaged = new Set(sizes && [...stored].filter((contentHash) => !found.has(contentHash)));
  const packedBefore = openPackedCopies(contents);
  let writer: CopyWriter | undefined;
  const openWriter = () => {
    writer ??= openCopyWriter(store, {
      hasOwn: (contentHash) => own.has(contentHash),
      isPacked: (contentHash) => packed.has(contentHash) && !damaged.has(contentHash),
    });
    return writer;
  };
  const readFile = createReusingReader();
  const readFrozen = ({ contentHash, size }: PublicFile): Buffer | undefined => {
    if (packed.has(contentHash)) return packedBefore.read(contentHash) ?? writer?.readPacked(contentHash);
    const content = writer?.readPacked(contentHash) ?? readFile(store.pathOf(contentHash), size);
    return hashContent(content, algorithm).contentHash === contentHash ? content : undefined;
  };
  let written = 0;
  return {
    openWriter,
    found,
    damaged,
    unusablePacks,
    get written() {
      return written;
    },
    has: (contentHash, size) => found.has(contentHash) && (sizes === undefined || sizes.get(contentHash) === size),
    read(file) {
      const { contentHash, size, absolutePath } = file;
      const frozen = readFrozen(file);
      if (frozen) return frozen;
      const original = readFile(absolutePath, size);
      if (hashContent(original, algorithm).contentHash !== contentHash) throw copyDamaged(store.pathOf(contentHash), absolutePath);
      damaged.add(contentHash);
      openWriter().writeWhole(contentHash, original);
      return original;
    },
    write(content) {
      const hashes = hashContent(content, algorithm);
      openWriter().writeWhole(hashes.contentHash, content);
      written++;
      return { ...hashes, size: content.length };
    },
    finish: () => writer?.finish(),
    close() {
      packedBefore.close();
      writer?.discard();
    },
  };
}

/** Development: hashes rewritten texts without keeping them, so that an edit also changes the URLs of the files that refer to the edited one. */
export function openUnstoredCopies(algorithm: HashAlgorithm): Copies {
  const read = createReusingReader();
  let written = 0;
  return {
    openWriter: () => undefined,
    found: new Set(),
    damaged: new Set(),
    unusablePacks: [],
    get written() {
      return written;
    },
    has: () => true,
    read: ({ absolutePath, size }) => read(absolutePath, size),
    write(content) {
      written++;
      return { ...hashContent(content, algorithm), size: content.length };
    },
    finish() {},
    close() {},
  };
}

function copyDamaged(frozen: string, original: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_STORE_DAMAGED', {
    what: 'A frozen copy in the store is damaged',
    where: frozen,
    why: `another program wrote into it, and its original cannot replace it, since that has just been edited: ${original}`,
    fix: 'run the command again; it copies the file as it is now',
  });
}
