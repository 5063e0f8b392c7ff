import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SmartCacheError, systemErrorCode } from '../core/errors.js';

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

export function writeFailed(target: string, cause: unknown): SmartCacheError {
  const systemCode = systemErrorCode(cause);
  return new SmartCacheError(
    'ERR_SMART_CACHE_WRITE_FAILED',
    {
      what: 'A file cannot be written; what was there before is untouched',
      where: target,
      why: systemCode === 'ENOSPC' ? 'the disk is full' : `the system said ${systemCode ?? String(cause)}`,
      fix:
        systemCode === 'ENOSPC'
          ? 'free some space and run the command again'
          : 'make the folder writable for this user and run the command again',
    },
    { cause },
  );
}
