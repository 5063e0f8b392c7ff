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

/** A file or folder of `public/` that cannot be opened or read. */
export function unreadable(absolutePath: string, cause: unknown): SmartCacheError {
  const systemCode = systemErrorCode(cause);
  const vanished = systemCode === 'ENOENT';
  if (vanished && fs.lstatSync(absolutePath, { throwIfNoEntry: false })?.isSymbolicLink()) return danglingLink(absolutePath, cause);
  return new SmartCacheError(
    'ERR_SMART_CACHE_FILE_UNREADABLE',
    {
      what: vanished ? 'A file in public/ vanished while it was being hashed' : 'A file in public/ cannot be read',
      where: absolutePath,
      why: vanished ? 'something else deleted it' : `the system said ${systemCode ?? String(cause)}`,
      fix: vanished
        ? 'let the step that writes public/ finish first, then run the command again'
        : `make it readable for this user (chmod +r ${JSON.stringify(absolutePath)}), or leave it out with the "exclude" option`,
    },
    { cause },
  );
}

function danglingLink(absolutePath: string, cause: unknown): SmartCacheError {
  return new SmartCacheError(
    'ERR_SMART_CACHE_FILE_UNREADABLE',
    {
      what: 'A symbolic link in public/ leads nowhere',
      where: absolutePath,
      why: `there is no ${readLink(absolutePath)}`,
      fix: 'remove the link, put back what it leads to, or leave it out with the "exclude" option',
    },
    { cause },
  );
}

function readLink(absolutePath: string): string {
  try {
    return path.resolve(path.dirname(absolutePath), fs.readlinkSync(absolutePath));
  } catch {
    return 'target';
  }
}

/** A file or folder of ours that cannot be written or used. */
export function writeFailed(target: string, cause: unknown): SmartCacheError {
  const { why, fix } = obstacleOf(cause);
  const what = 'A file cannot be written; what was there before is untouched';
  return new SmartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { what, where: target, why, fix }, { cause });
}

/** A file under a name of ours that somebody else has written. */
export function foreignFile(target: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_WRITE_FAILED', {
    what: 'A file is in the way, and was left as it is',
    where: target,
    why: 'this package writes a file of that name, but it has not written this one',
    fix: 'rename it, or delete it if nobody needs it, and run the command again',
  });
}

/** A file or folder of ours that cannot be removed. */
export function removalFailed(target: string, cause: unknown): SmartCacheError {
  return new SmartCacheError(
    'ERR_SMART_CACHE_WRITE_FAILED',
    {
      what: 'Something cannot be removed, and what comes after it has not been tried',
      where: target,
      why: `the system said ${systemErrorCode(cause) ?? String(cause)}`,
      fix: 'make the folder that it is in writable for this user, end what has it open, and run the command again',
    },
    { cause },
  );
}

function obstacleOf(cause: unknown): { why: string; fix: string } {
  const systemCode = systemErrorCode(cause);
  switch (systemCode) {
    case 'ENOSPC':
      return { why: 'the disk is full', fix: 'free some space and run the command again' };
    case 'EDQUOT':
      return { why: "this user's share of the disk is full (EDQUOT)", fix: 'free some space and run the command again' };
    case 'EFBIG':
      return {
        why: 'it is larger than a file may be here (EFBIG)',
        fix: 'raise the limit (ulimit -f), or leave large files out with the "exclude" option',
      };
    case 'EROFS':
      return {
        why: 'the file system is mounted read-only (EROFS)',
        fix: 'run the command in a copy of the app that is writable, or mount it so',
      };
    case 'ENAMETOOLONG':
      return {
        why: 'the path of a file in it is longer than the system allows (ENAMETOOLONG)',
        fix: 'shorten the names of the folders in public/, leave the file out with the "exclude" option, or build in a folder with a shorter path',
      };
    case 'EISDIR':
      return { why: 'a folder has the name of the file', fix: 'remove or rename that folder and run the command again' };
    case 'EEXIST':
    case 'ENOTDIR':
      return { why: 'a file has the name of a folder on the way there', fix: 'remove or rename that file and run the command again' };
    default:
      return {
        why: `the system said ${systemCode ?? String(cause)}`,
        fix: 'make the folder writable for this user and run the command again',
      };
  }
}
