import type { Encoding } from '../core/content-types.js';
import { type Coding, encodingsWith } from './accept-encoding.js';
import type { CheckedFile } from './checked-file.js';
import type { StoreFile, StoreFiles } from './store-files.js';

/**
 * How long the server does not look again at a file on disk that was missing or
 * damaged, in milliseconds. A deploy that copies files one after the other
 * completes them soon, so to leave them alone until the server restarts would be
 * too long. In between, a request costs no read.
 */
const RETRY_MS = 5000;

/** The files on disk, without those that the server could not use lately. */
export interface UsableSources {
  /** The encodings to choose from. Equal lists are the same object. */
  encodingsOf(file: StoreFile): readonly Encoding[];
  /** The file on disk with the bytes of one coding; `undefined` if there is none to use. */
  sourceOf(file: StoreFile, coding: Coding): CheckedFile | undefined;
  /** Notes that the source of a coding is missing or damaged. */
  fail(file: StoreFile, coding: Coding): void;
}

export function createUsableSources(files: StoreFiles): UsableSources {
  const sourceOf = (file: StoreFile, coding: Coding) => {
    const failedAt = file.traits?.failures?.[coding];
    return failedAt !== undefined && performance.now() - failedAt < RETRY_MS ? undefined : files.sourceOf(file, coding);
  };
  return {
    sourceOf,
    encodingsOf(file) {
      const { encodings, failures, isCompressed } = files.traitsOf(file);
      if (failures === undefined) return encodings;
      const canCompress = isCompressed && (file.ready.gzip !== undefined || sourceOf(file, 'identity') !== undefined);
      return encodingsWith((encoding) => sourceOf(file, encoding) !== undefined || (encoding === 'gzip' && canCompress));
    },
    fail(file, coding) {
      const traits = files.traitsOf(file);
      traits.failures = { ...traits.failures, [coding]: performance.now() };
    },
  };
}
