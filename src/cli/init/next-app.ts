import fs from 'node:fs';
import path from 'node:path';
import { SmartCacheError } from '../../core/errors.js';
import { bomOf } from './code-style.js';

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
