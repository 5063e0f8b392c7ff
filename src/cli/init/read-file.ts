import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import { SmartCacheError, systemErrorCode } from '../../core/errors.js';

/**
 * The text of a file, or `undefined` for no file. `init` would replace a file
 * that it takes for missing, and damage one that is not UTF-8.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function readUtf8IfThere(file: string): string | undefined {
  let content: Buffer;
  try {
    content = fs.readFileSync(file);
  } catch (error) {
    const systemCode = systemErrorCode(error);
    // ENOTDIR: a parent is a file, so this path cannot exist.
    if (systemCode === 'ENOENT' || systemCode === 'ENOTDIR') return undefined;
    const isFolder = systemCode === 'EISDIR';
    throw unreadable(file, error, {
      what: 'A file cannot be read; nothing was written',
      why: isFolder ? 'it is a folder' : `the system said ${systemCode ?? String(error)}`,
      fix: `${isFolder ? 'remove or rename it' : 'make it readable for this user'} and run the command again`,
    });
  }
  if (isUtf8(content)) return content.toString();
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
