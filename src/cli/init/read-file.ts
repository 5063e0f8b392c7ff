import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import { SmartCacheError, systemErrorCode } from '../../core/errors.js';

/**
 * What a file holds, or `undefined` for no file. One that is there and cannot
 * be read must not pass for none: it would be replaced.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
function readIfThere(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    const systemCode = systemErrorCode(error);
    // ENOTDIR: a parent is a file, so this path cannot exist.
    if (systemCode === 'ENOENT' || systemCode === 'ENOTDIR') return undefined;
    throw unreadable(file, error, {
      what: 'A file cannot be read; nothing was written',
      why: systemCode === 'EISDIR' ? 'it is a folder' : `the system said ${systemCode ?? String(error)}`,
      fix:
        systemCode === 'EISDIR'
          ? 'remove or rename it and run the command again'
          : 'make it readable for this user and run the command again',
    });
  }
}

/**
 * The text of a file, or `undefined` for no file. What is not UTF-8 would be
 * damaged by being written again.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function readUtf8IfThere(file: string): string | undefined {
  const content = readIfThere(file);
  if (content === undefined || isUtf8(content)) return content?.toString();
  throw unreadable(file, undefined, {
    what: 'A file cannot be changed without damage; nothing was written',
    why: 'it is not text in UTF-8',
    fix: 'save it as UTF-8 and run the command again',
  });
}

/** A file of the app that `init` would rewrite, and cannot. */
export function unreadable(where: string, cause: unknown, { what, why, fix }: { what: string; why: string; fix: string }): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', { what, where, why, fix }, { cause });
}
