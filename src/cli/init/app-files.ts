import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { SmartCacheError, systemErrorCode } from '../../core/errors.js';
import { bomOf } from './code-edits.js';

/** What is read of a package.json. */
interface PackageJson {
  type?: unknown;
  workspaces?: unknown;
  dependencies?: Record<string, unknown> | null;
  devDependencies?: Record<string, unknown> | null;
}

/** Where the pages of an app are. */
const PAGE_FOLDERS = ['app', 'pages', 'src/app', 'src/pages'];

/**
 * Refuses a folder that has nothing of a Next app: no `next.config`, no pages,
 * and no `next` in its package.json.
 *
 * @param packageText of its package.json, an object.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE`
 */
export function requireNextApp(root: string, packageText: string, configFile: string | undefined): void {
  const { workspaces, dependencies, devDependencies } = parsePackage(packageText);
  const hasNext = Object.hasOwn({ ...dependencies, ...devDependencies }, 'next');
  const has = (name: string) => fs.existsSync(path.join(root, name));
  if (configFile !== undefined || hasNext || PAGE_FOLDERS.some(has)) return;
  const isWorkspace = workspaces !== undefined || has('pnpm-workspace.yaml');
  throw new SmartCacheError('ERR_SMART_CACHE_USAGE', {
    what: 'There is no Next app in this folder; nothing was written',
    where: root,
    why: isWorkspace
      ? 'it is the root of a workspace, and the app is in a folder further down'
      : 'the command runs in another folder than the app',
    fix: "run it in the app's folder, the one with app/ or pages/, or pass --cwd DIR",
  });
}

/** Whether a package.json makes ES modules of the `.js` files beside it. */
export function isModulePackage(packageText: string): boolean {
  return parsePackage(packageText).type === 'module';
}

function parsePackage(text: string): PackageJson {
  return JSON.parse(text.slice(bomOf(text).length)) as PackageJson;
}

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
