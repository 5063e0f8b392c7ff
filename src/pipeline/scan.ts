import fs from 'node:fs';
import path from 'node:path';
import { compareAssetPaths } from '../core/asset-path.js';
import { EVERYTHING, hashedPathMatcher } from '../core/asset-path-globs.js';
import { SmartCacheError, systemErrorCode } from '../core/errors.js';
import { isInside, unreadable } from '../disk/files.js';
import { type FileStamp, stampOf } from '../disk/hash-file.js';
import type { Project } from './project.js';

/** A public file that the globs select. */
export interface ScannedFile extends FileStamp {
  assetPath: string;
  absolutePath: string;
}

export interface Scan {
  /** The files to hash, sorted by asset path. */
  files: ScannedFile[];
  /** Asset paths that keep their name, since they have a fixed name or the globs leave them out. Sorted. */
  plainPaths: string[];
}

export interface ScanOptions {
  include: readonly string[];
  exclude: readonly string[];
}

/** Next treats an app without `public/` like one with an empty folder. A dangling link is an error. */
export function scanProject({ isApp, publicDir, options }: Pick<Project, 'isApp' | 'publicDir' | 'options'>): Scan {
  const isMissing = isApp && fs.lstatSync(publicDir, { throwIfNoEntry: false }) === undefined;
  return isMissing ? { files: [], plainPaths: [] } : scanPublicFolder(publicDir, options);
}

/**
 * Lists `public/` with one `lstat` for each file, and reads no file.
 *
 * @throws {SmartCacheError} for a missing folder, a symbolic link that leaves
 * `public/` or points to a folder around it, and for sockets, FIFOs and devices.
 */
export function scanPublicFolder(publicDir: string, { include, exclude }: ScanOptions): Scan {
  const isHashed = hashedPathMatcher(include, exclude);
  const isAllowed = hashedPathMatcher([EVERYTHING], exclude);
  const realPublicDir = realPathOfPublic(publicDir);
  const files: ScannedFile[] = [];
  const plainPaths: string[] = [];

  walk(publicDir, '', [realPublicDir]);
  files.sort((a, b) => compareAssetPaths(a.assetPath, b.assetPath));
  plainPaths.sort(compareAssetPaths);
  return { files, plainPaths };

  function walk(folder: string, folderAssetPath: string, realAncestors: readonly string[]): void {
    for (const entry of readFolder(folder, isLeftOut(folderAssetPath))) {
      const absolutePath = `${folder}${path.sep}${entry.name}`;
      const assetPath = `${folderAssetPath}/${entry.name}`;
      if (entry.isDirectory()) walk(absolutePath, assetPath, realAncestors);
      else if (entry.isSymbolicLink()) follow(absolutePath, assetPath, realAncestors);
      else visit(absolutePath, assetPath, entry.isFile());
    }
  }

  /** Whether no glob selects an entry, or "exclude" leaves out everything in it. */
  function isLeftOut(assetPath: string): boolean {
    return assetPath !== '' && (!isHashed(assetPath) || !isAllowed(`${assetPath}/any name`));
  }

  function visit(absolutePath: string, assetPath: string, isFile: boolean): void {
    if (!isHashed(assetPath)) {
      if (isFile) plainPaths.push(assetPath);
      return;
    }
    if (!isFile) throw unsupported(absolutePath, 'it is a socket, a FIFO or a device, which has no content to serve');
    if (assetPath.includes('\uFFFD')) throw unsupported(absolutePath, 'its name is not valid UTF-8, so no URL can name it');
    // Next answers 404 for a name with a backslash.
    if (assetPath.includes('\\')) throw unsupported(absolutePath, 'its name contains a backslash, and Next cannot serve such a file');
    files.push({ assetPath, absolutePath, ...stampOf(statFile(absolutePath)) });
  }

  function follow(absolutePath: string, assetPath: string, realAncestors: readonly string[]): void {
    let link: LinkTarget;
    try {
      link = resolveLink(absolutePath, realPublicDir, realAncestors);
    } catch (error) {
      // Some editors lock a file with a dangling link.
      if (isLeftOut(assetPath)) return;
      throw error;
    }
    if (link.isFolder) walk(absolutePath, assetPath, [...realAncestors, link.target]);
    else visit(absolutePath, assetPath, link.isFile);
  }
}

interface LinkTarget {
  target: string;
  isFolder: boolean;
  isFile: boolean;
}

/** Follows a symbolic link, which must stay inside `public/` and must not point to a folder around it. */
function resolveLink(absolutePath: string, realPublicDir: string, realAncestors: readonly string[]): LinkTarget {
  const target = realPathOfLink(absolutePath);
  if (!isInside(realPublicDir, target)) {
    throw new SmartCacheError('ERR_SMART_CACHE_SYMLINK_OUTSIDE', {
      what: 'A symbolic link points out of public/',
      where: absolutePath,
      why: `it points to ${target}, and the build never reads a file outside public/`,
      fix: 'copy the target into public/ in your prebuild script, or leave the link out with the "exclude" option',
    });
  }
  const stats = fs.statSync(target);
  const folders = [...realAncestors, fs.realpathSync(path.dirname(absolutePath))];
  if (stats.isDirectory() && folders.some((folder) => isInside(target, folder))) {
    throw circular(absolutePath, `it points to ${target}, a folder that contains it`);
  }
  return { target, isFolder: stats.isDirectory(), isFile: stats.isFile() };
}

function realPathOfPublic(publicDir: string): string {
  try {
    const real = fs.realpathSync(publicDir);
    if (fs.statSync(real).isDirectory()) return real;
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw unreadable(publicDir, error);
  }
  throw new SmartCacheError('ERR_SMART_CACHE_PUBLIC_MISSING', {
    what: 'There is no public/ folder',
    where: publicDir,
    why: 'the command runs in another folder than the app, or the app has no static files yet',
    fix: 'run it in the folder of next.config (or pass --cwd DIR), or create public/',
  });
}

function readFolder(folder: string, mayLack: boolean): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (mayLack) return [];
    throw unreadable(folder, error);
  }
}

function statFile(absolutePath: string): fs.BigIntStats {
  try {
    return fs.statSync(absolutePath, { bigint: true });
  } catch (error) {
    throw unreadable(absolutePath, error);
  }
}

function realPathOfLink(absolutePath: string): string {
  try {
    return fs.realpathSync(absolutePath);
  } catch (error) {
    if (systemErrorCode(error) === 'ELOOP') throw circular(absolutePath, 'it points back to itself');
    throw unreadable(absolutePath, error);
  }
}

function circular(absolutePath: string, why: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_SYMLINK_CIRCULAR', {
    what: 'A symbolic link in public/ makes a circle',
    where: absolutePath,
    why,
    fix: `remove the link: rm ${JSON.stringify(absolutePath)}`,
  });
}

function unsupported(absolutePath: string, why: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_FILE_UNSUPPORTED', {
    what: 'A file in public/ cannot be served',
    where: JSON.stringify(absolutePath),
    why,
    fix: 'move it out of public/, rename it, or leave it out with the "exclude" option',
  });
}
