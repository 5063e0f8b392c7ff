import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SmartCacheError, systemErrorCode } from '../core/errors.js';

/** Returns a name beside `target` that no other process uses. */
export function temporaryName(target: string): string {
  return `${target}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
}

/**
 * Replaces a file's text by a rename, so that readers see the whole old text or
 * the whole new one. A file that already has the text stays untouched.
 *
 * @returns whether the text was written.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_WRITE_FAILED`; the old file stays.
 */
export function writeIfChanged(target: string, text: string): boolean {
  if (readTextIfThere(target) === text) return false;
  replaceText(target, text);
  return true;
}

/**
 * Replaces a file's text by a rename, without comparing it first.
 *
 * @returns the {@link identityOf} of the new file.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_WRITE_FAILED`; the old file stays.
 */
export function replaceText(target: string, text: string): string | undefined {
  const temporary = temporaryName(target);
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(temporary, text);
    // After the rename, another process may replace the file, and its identity would be the wrong one.
    const identity = identityOf(temporary);
    fs.renameSync(temporary, target);
    return identity;
  } catch (error) {
    removeQuietly(temporary);
    throw writeFailed(target, error);
  }
}

/** Returns a text that changes whenever the file is replaced; `undefined` if there is no file. */
export function identityOf(file: string): string | undefined {
  const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.ino}-${stats.size}-${stats.mtimeNs}`;
}

/** Removes a file after a failure. It throws nothing, so that the caller reports that failure. */
export function removeQuietly(temporary: string): void {
  try {
    fs.rmSync(temporary, { recursive: true, force: true });
  } catch {
    // The folder may be read-only. The failure before has the same cause, and is reported.
  }
}

/** Returns a file's text, or `undefined` if it cannot be read. */
export function readTextIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Returns memory that the next call uses again. A new buffer for each large file
 * would wait for the garbage collector and fill the memory meanwhile.
 *
 * @returns a function of a size in bytes.
 */
export function createReusableMemory(): (size: number) => Buffer {
  let memory = Buffer.alloc(0);
  return (size) => {
    // Sizes are powers of two, so that few buffers become too small.
    if (memory.length < size) memory = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(size)));
    return memory.subarray(0, size);
  };
}

/** The error for a file or folder of `public/` that cannot be read. */
export function unreadable(absolutePath: string, cause: unknown): SmartCacheError {
  const systemCode = systemErrorCode(cause);
  const limit = limitOfOpenFiles(systemCode);
  if (limit !== undefined)
    return new SmartCacheError(
      'ERR_SMART_CACHE_FILE_UNREADABLE',
      { what: 'A file cannot be read', where: absolutePath, ...limit },
      { cause },
    );
  const vanished = systemCode === 'ENOENT';
  if (vanished && fs.lstatSync(absolutePath, { throwIfNoEntry: false })?.isSymbolicLink()) return danglingLink(absolutePath, cause);
  return new SmartCacheError(
    'ERR_SMART_CACHE_FILE_UNREADABLE',
    {
      what: vanished ? 'A file in public/ vanished while it was being hashed' : 'A file in public/ cannot be read',
      where: absolutePath,
      why: vanished ? 'another program deleted it' : `the system said ${systemCode ?? String(cause)}`,
      fix: vanished
        ? 'let the step that writes public/ finish first, then run the command again'
        : `make it readable for this user (chmod +r ${JSON.stringify(absolutePath)}), or leave it out with the "exclude" option`,
    },
    { cause },
  );
}

/** Explains the system's codes for too many open files; `undefined` for other codes. The file itself may be in order. */
export function limitOfOpenFiles(systemCode: string | undefined): { why: string; fix: string } | undefined {
  if (systemCode === 'EMFILE')
    return {
      why: 'too many files are open (EMFILE)',
      fix: 'raise the limit for open files, for example "ulimit -n 8192", and run the command again in the same shell',
    };
  if (systemCode === 'ENFILE')
    return {
      why: 'too many files are open on this machine (ENFILE)',
      fix: 'raise its limit (sysctl fs.file-max), or end other programs, and run the command again',
    };
  return undefined;
}

/** Whether an error, or the error that caused it, says that too many files are open. */
export function isLimitOfOpenFiles(error: unknown): boolean {
  return limitOfOpenFiles(systemErrorCode(error instanceof SmartCacheError ? error.cause : error)) !== undefined;
}

function danglingLink(absolutePath: string, cause: unknown): SmartCacheError {
  return new SmartCacheError(
    'ERR_SMART_CACHE_FILE_UNREADABLE',
    {
      what: 'A symbolic link in public/ points to a missing file',
      where: absolutePath,
      why: `there is no ${readLink(absolutePath)}`,
      fix: 'remove the link, restore its target, or leave it out with the "exclude" option',
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

/**
 * Runs an action that writes.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_WRITE_FAILED` if it throws.
 */
export function attemptToWrite<T>(target: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw writeFailed(target, error);
  }
}

export function writeAll(descriptor: number, chunk: Buffer): void {
  for (let written = 0; written < chunk.length; ) written += fs.writeSync(descriptor, chunk, written);
}

/** The error for a file or folder that the package cannot write. */
export function writeFailed(target: string, cause: unknown): SmartCacheError {
  const { why, fix } = obstacleOf(cause);
  const what = 'A file cannot be written; the old file, if any, is untouched';
  return new SmartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { what, where: target, why, fix }, { cause });
}

/** Makes the error for a file that has a name of this package but that another program has written. */
export function createForeignFileError(target: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_WRITE_FAILED', {
    what: 'A file of another program has a name that this package writes; it was left as it is',
    where: target,
    why: 'it does not contain the header that next-smart-cache writes',
    fix: 'rename it, or delete it if you do not need it, and run the command again',
  });
}

/** The error for a file or folder that the package cannot remove. */
export function removalFailed(target: string, cause: unknown): SmartCacheError {
  return new SmartCacheError(
    'ERR_SMART_CACHE_WRITE_FAILED',
    {
      what: 'A file or folder cannot be removed; the removal stopped there',
      where: target,
      why: `the system said ${systemErrorCode(cause) ?? String(cause)}`,
      fix: 'make its folder writable for this user, close the programs that use it, and run the command again',
    },
    { cause },
  );
}

function obstacleOf(cause: unknown): { why: string; fix: string } {
  const systemCode = systemErrorCode(cause);
  const limit = limitOfOpenFiles(systemCode);
  if (limit !== undefined) return limit;
  switch (systemCode) {
    case 'ENOSPC':
      return { why: 'the disk is full', fix: 'free some space and run the command again' };
    case 'EDQUOT':
      return { why: "this user's share of the disk is full (EDQUOT)", fix: 'free some space and run the command again' };
    case 'EFBIG':
      return {
        why: 'it is larger than the system allows for a file (EFBIG)',
        fix: 'raise the limit (ulimit -f), or leave large files out with the "exclude" option',
      };
    case 'EROFS':
      return {
        why: 'the file system is mounted read-only (EROFS)',
        fix: 'run the command in a writable copy of the app, or mount the file system with write access',
      };
    case 'ENAMETOOLONG':
      return {
        why: 'a path in it is longer than the system allows (ENAMETOOLONG)',
        fix: 'shorten the names of the folders in public/, leave the file out with the "exclude" option, or build in a folder with a shorter path',
      };
    case 'EISDIR':
      return { why: 'a folder has the name of the file', fix: 'remove or rename that folder and run the command again' };
    case 'EEXIST':
    case 'ENOTDIR':
      return { why: 'a parent of this path is a file, not a folder', fix: 'remove or rename that file and run the command again' };
    default:
      return {
        why: `the system said ${systemCode ?? String(cause)}`,
        fix: 'make the folder writable for this user and run the command again',
      };
  }
}

/** Whether a path is a folder, or inside of it: `/a/bc` is not inside `/a/b`. Both are absolute. */
export function isInside(folder: string, candidate: string): boolean {
  return candidate === folder || candidate.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}
