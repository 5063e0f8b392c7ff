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
 * @throws {SmartCacheError} `ERR_SMART_CACHE_WRITE_FAILED`; the old file stays.
 */
export function replaceText(target: string, text: string): void {
  const temporary = temporaryName(target);
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, target);
  } catch (error) {
    removeQuietly(temporary);
    throw writeFailed(target, error);
  }
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
