import fs from 'node:fs';
import path from 'node:path';
import { readTextIfThere } from '../disk/atomic-write.js';

/** Its own source names no file of any app. */
const OURSELVES = 'next-smart-cache';

/** Where npm and its kind install. */
const INSTALLED = 'node_modules';

/**
 * The folders of the packages that count as an app's own source: what the
 * workspace links in, directly or through another such package, and what Next
 * is told to compile with the app. All are real paths.
 *
 * @param root the app's folder, a real path.
 * @param transpilePackages names, looked for wherever they are installed.
 */
export function findSourcePackages(root: string, transpilePackages: readonly string[]): string[] {
  const found = new Set<string>();
  for (const name of transpilePackages) add(findPackage(root, name), name);
  addWorkspaceDependencies(root);
  return [...found];

  function addWorkspaceDependencies(folder: string): void {
    for (const name of dependenciesOf(folder)) {
      const dependency = findPackage(folder, name);
      if (dependency !== undefined && !isInstalled(dependency)) add(dependency, name);
    }
  }

  function add(folder: string | undefined, name: string): void {
    // A link to a folder around the app (`file:../..`) would bring in every other app beside it.
    if (folder === undefined || name === OURSELVES || found.has(folder) || isAround(folder, root)) return;
    found.add(folder);
    addWorkspaceDependencies(folder);
  }
}

/** Whether a real path lies in a `node_modules`: it is somebody else's source. */
export function isInstalled(realPath: string): boolean {
  return realPath.split(path.sep).includes(INSTALLED);
}

/** Whether a folder is another one, or one of those that it lies in. */
export function isAround(folder: string, inner: string): boolean {
  return folder === inner || inner.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

/** As Node looks for it: in the `node_modules` of a folder, then in those further up. */
function findPackage(from: string, name: string): string | undefined {
  const candidate = path.join(from, INSTALLED, name);
  const real = realPathIfThere(candidate);
  const parent = path.dirname(from);
  return real ?? (parent === from ? undefined : findPackage(parent, name));
}

function realPathIfThere(candidate: string): string | undefined {
  try {
    return fs.realpathSync(candidate);
  } catch {
    return undefined;
  }
}

/** Also those for development alone, which is where a bundled app may have all of its packages. */
function dependenciesOf(folder: string): string[] {
  const text = readTextIfThere(path.join(folder, 'package.json'));
  try {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(text ?? '{}') as PackageJson;
    return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies });
  } catch {
    // Half written in an editor, or somebody else's mistake: not for us to report.
    return [];
  }
}

type PackageJson = Partial<
  Record<'dependencies' | 'devDependencies' | 'optionalDependencies' | 'peerDependencies', Record<string, string> | undefined>
>;
