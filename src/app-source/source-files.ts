import fs from 'node:fs';
import path from 'node:path';
import { isInside, readTextIfThere } from '../disk/files.js';

/** Folders that builds write into an app's folder. In its subfolders, such names may be routes. */
const OUTPUT_FOLDERS = ['out', 'dist', 'build', 'coverage', 'storybook-static'];

/** Folders that tools write into a package. Its `dist` may hold the files that the app imports. */
const REPORT_FOLDERS = ['coverage', 'storybook-static'];

/** Code and Markdown. Declaration files do not count: the generated one names every asset path. */
const CODE_FILE = /(?<!\.d)\.(?:[cm]?[jt]sx?|mdx?)$/;

/** The same and data. `package.json` and lock files name no public file. */
const CODE_OR_DATA_FILE =
  /^(?!(?:package(?:-lock)?|npm-shrinkwrap)\.json$|pnpm-lock\.yaml$).*(?<!\.d)\.(?:[cm]?[jt]sx?|mdx?|json5?|ya?ml|toml|csv)$/;

/** The settings that say where the app source is. All paths are absolute. */
export interface AppFolders {
  /** The folder with `next.config` and `public/`. */
  root: string;
  publicDir: string;
  /** The folder of Next's output. */
  buildDir: string;
  /** Names of installed packages that Next compiles with the app. */
  transpilePackages: readonly string[];
  /** Whether the JSX runtime of this package creates the app's elements, so that paths in data files count. */
  usesJsxRuntime: boolean;
}

/** The app source. All paths are real paths. */
export interface SourceFiles {
  files: readonly string[];
  /** The app's folder, the packages of its workspace, and the targets of links in them. */
  folders: readonly string[];
  /** Whether a path in these folders is app source, or a folder that may hold some. */
  isSource(absolutePath: string, isFile: boolean): boolean;
}

/**
 * Lists the app source: the app's folder and the packages of its workspace. It
 * follows links, except those to a folder around the app, and visits each folder
 * once. With the JSX runtime, data files count too, since elements may get their
 * paths from them.
 */
export function listSourceFiles(app: AppFolders): SourceFiles {
  const sourceFile = app.usesJsxRuntime ? CODE_OR_DATA_FILE : CODE_FILE;
  const root = fs.realpathSync(app.root);
  const skipped = foldersToSkip(app, root);
  // A link may point to a file that the list already has.
  const files = new Set<string>();
  const folders: string[] = [];
  const seen = new Set<string>();

  walkFrom(root);
  for (const folder of findSourcePackages(root, app.transpilePackages)) {
    for (const name of REPORT_FOLDERS) skipped.add(path.join(folder, name));
    walkFrom(folder);
  }
  return { files: [...files], folders, isSource };

  function isSource(absolutePath: string, isFile: boolean): boolean {
    const name = path.basename(absolutePath);
    if (isFile) return sourceFile.test(name);
    return name !== 'node_modules' && !name.startsWith('.') && !skipped.has(absolutePath);
  }

  function walkFrom(folder: string): void {
    if (seen.has(folder)) return;
    folders.push(folder);
    walk(folder);
  }

  function walk(folder: string): void {
    if (seen.has(folder)) return;
    seen.add(folder);
    for (const entry of readFolder(folder)) {
      const absolutePath = `${folder}${path.sep}${entry.name}`;
      if (entry.isSymbolicLink()) follow(absolutePath);
      else if (!isSource(absolutePath, entry.isFile())) continue;
      else if (entry.isDirectory()) walk(absolutePath);
      else if (entry.isFile()) files.add(absolutePath);
    }
  }

  function follow(link: string): void {
    const target = findTarget(link);
    if (target === undefined || !isSource(link, target.isFile) || isInside(target.real, root)) return;
    if ([...skipped].some((folder) => isInside(folder, target.real))) return;
    if (target.isFile) files.add(target.real);
    else walkFrom(target.real);
  }
}

/** Lists the folders to skip: `public/` and build output. */
function foldersToSkip({ root: given, publicDir, buildDir }: AppFolders, root: string): Set<string> {
  const ownFolders = [publicDir, buildDir].map((folder) => path.resolve(root, path.relative(given, folder)));
  const skipped = [...ownFolders, ...OUTPUT_FOLDERS.map((name) => path.join(root, name))];
  return new Set([...skipped, ...skipped.flatMap((folder) => findTarget(folder)?.real ?? [])]);
}

/** Treats a folder that this user may not read, such as the data of a database, as empty. */
function readFolder(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Follows a link; `undefined` if its target is missing. */
function findTarget(link: string): { real: string; isFile: boolean } | undefined {
  try {
    const real = fs.realpathSync(link);
    return { real, isFile: fs.statSync(real).isFile() };
  } catch {
    return undefined;
  }
}

/** This package names no file of any app. */
const OURSELVES = 'next-smart-cache';

const INSTALLED = 'node_modules';

/**
 * Finds the packages that count as app source: dependencies that the workspace
 * links in, directly or through another such package, and the packages that Next
 * compiles with the app. Returns real paths of folders.
 *
 * @param root the app's folder, a real path.
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
    // A link to a folder around the app (`file:../..`) would add all other apps of the workspace.
    if (folder === undefined || name === OURSELVES || found.has(folder) || isInside(folder, root)) return;
    found.add(folder);
    addWorkspaceDependencies(folder);
  }
}

/** Whether a real path is in a `node_modules`, so that it belongs to an installed package. */
export function isInstalled(realPath: string): boolean {
  return realPath.split(path.sep).includes(INSTALLED);
}

/** Looks in the `node_modules` of a folder and of its parents, as Node does. */
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

/** Includes `devDependencies`, since a bundled app may list all of its packages there. */
function dependenciesOf(folder: string): string[] {
  const text = readTextIfThere(path.join(folder, 'package.json'));
  try {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(text ?? '{}') as PackageJson;
    return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies });
  } catch {
    // An editor may be writing the file. Package managers report a broken one.
    return [];
  }
}

type PackageJson = Partial<
  Record<'dependencies' | 'devDependencies' | 'optionalDependencies' | 'peerDependencies', Record<string, string> | undefined>
>;
