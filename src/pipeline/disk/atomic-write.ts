import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { writeFailed } from './file-errors.js';

/** A name beside `target` that no other process uses. */
export function temporaryName(target: string): string {
  return `${target}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
}

/**
 * Replaces a file's text in one step, by a rename: readers see the old text or
 * the new one, whole. A file that already holds the text is left alone.
 *
 * @returns whether anything was written.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_WRITE_FAILED`; the old file stays.
 */
export function writeIfChanged(target: string, text: string): boolean {
  if (readTextIfThere(target) === text) return false;
  replaceText(target, text);
  return true;
}

/**
 * {@link writeIfChanged} for what is known to be different.
 *
 * @returns the new file's {@link identityOf}.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_WRITE_FAILED`; the old file stays.
 */
export function replaceText(target: string, text: string): string | undefined {
  const temporary = temporaryName(target);
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(temporary, text);
    // Under the other name: by now, another process may have replaced what is under this one.
    const identity = identityOf(temporary);
    fs.renameSync(temporary, target);
    return identity;
  } catch (error) {
    removeQuietly(temporary);
    throw writeFailed(target, error);
  }
}

/** Tells what a file holds from whatever it has held or will hold, as long as it is written by being replaced; `undefined` for no file. */
export function identityOf(file: string): string | undefined {
  const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.ino}-${stats.size}-${stats.mtimeNs}`;
}

/** Clears up after a failure, whose own error must not be hidden by that of the clearing up. */
export function removeQuietly(temporary: string): void {
  try {
    fs.rmSync(temporary, { recursive: true, force: true });
  } catch {
    // Where it could not be made, it cannot be removed.
  }
}

/** A file's text, or `undefined` when there is none to read. */
export function readTextIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
