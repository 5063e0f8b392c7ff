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
  const temporary = temporaryName(target);
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, target);
    return true;
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw writeFailed(target, error);
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
