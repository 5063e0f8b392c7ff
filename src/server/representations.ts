import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Coding } from './accept-encoding.js';
import { type CheckedFile, createCheckedOpener, readChecked } from './checked-file.js';
import { createMemoryBudget } from './memory-budget.js';
import { makeRepresentation, type Representation } from './representation.js';
import type { StoreFile, StoreFiles } from './store-files.js';
import type { UsableSources } from './usable-sources.js';

/** Larger files are streamed. */
const MAX_BYTES_IN_MEMORY = 256 * 1024;

/** Larger files are compressed by Next, which streams them. */
const MAX_BYTES_TO_COMPRESS = 2 * 1024 * 1024;

/** About how many bytes a representation needs in memory besides its content. */
const OVERHEAD = 1024;

const gzip = promisify(zlib.gzip);

/**
 * Makes representations, and keeps the small ones in memory. Requests
 * that come meanwhile wait for the same one.
 *
 * @param memoryBytes the budget for all of them.
 * @returns a function that returns `undefined` if Next must answer. Its promise rejects with `UnusableFile`.
 */
export function createRepresentations(
  files: StoreFiles,
  sources: UsableSources,
  memoryBytes: number,
): (file: StoreFile, coding: Coding) => Promise<Representation> | undefined {
  const memory = createMemoryBudget(memoryBytes);
  const pending = new Map<string, Promise<Representation>>();
  // An empty file has nothing to stream.
  const maxInMemory = Math.max(0, Math.min(MAX_BYTES_IN_MEMORY, memoryBytes - OVERHEAD));
  const maxToCompress = Math.min(MAX_BYTES_TO_COMPRESS, memoryBytes - OVERHEAD);

  return (file, coding) => {
    const source = sources.sourceOf(file, coding);
    if (source === undefined && file.entry[1] > maxToCompress) return undefined;
    const key = `${coding} ${file.url}`;
    const known = pending.get(key);
    if (known) return known;
    const made = (source ? load(file, coding, source) : compress(file)).finally(() => pending.delete(key));
    pending.set(key, made);
    return made;
  };

  async function load(file: StoreFile, coding: Coding, source: CheckedFile): Promise<Representation> {
    const { size, hash } = source;
    const content = size <= maxInMemory ? await readChecked(source) : createCheckedOpener(source);
    return keep(file, coding, { hash, size, content });
  }

  /** Next compresses each response again. Here, the result is kept in memory. */
  async function compress(file: StoreFile): Promise<Representation> {
    const source = files.sourceOf(file, 'identity');
    if (source === undefined) throw new Error('every file has its own bytes');
    const compressed = await gzip(await readChecked(source), { level: zlib.constants.Z_BEST_COMPRESSION });
    // A part of a larger buffer would keep all of it in memory.
    const content = Buffer.allocUnsafeSlow(compressed.length);
    compressed.copy(content);
    const hash = createHash('sha256').update(content).digest('hex');
    return keep(file, 'gzip', { hash, size: content.length, content });
  }

  function keep(file: StoreFile, coding: Coding, body: Pick<Representation, 'size' | 'content'> & { hash: string }): Representation {
    const { contentType, appHeaders, encodings } = files.traitsOf(file);
    const representation = makeRepresentation({ coding, ...body, contentType, appHeaders, isNegotiated: encodings.length > 0 });
    const isLarge = typeof body.content === 'function';
    const release = () => {
      if (file.ready[coding] === representation) delete file.ready[coding];
    };
    // A large file holds no bytes, but the outcome of its check.
    if (isLarge || memory.keep(representation, body.size + OVERHEAD, release)) file.ready[coding] = representation;
    return representation;
  }
}
