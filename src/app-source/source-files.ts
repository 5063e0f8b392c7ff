import fs from 'node:fs';
import path from 'node:path';
import { readTextIfThere } from '../disk/files.js';

/** What builds leave in an app's folder. Further down, such names may be routes. */
const OUTPUT_FOLDERS = ['out', 'dist', 'build', 'coverage', 'storybook-static'];

/** What tools leave in a package's folder; its `dist` may be the very files that the app imports. */
const REPORT_FOLDERS = ['coverage', 'storybook-static'];

/** Code and prose. Declarations are not code, and the generated ones name every asset path. */
const CODE_FILE = /(?<!\.d)\.(?:[cm]?[jt]sx?|mdx?)$/;

/** Data too. A package and its lock file name no file of `public/`. */
const CODE_OR_DATA_FILE =
  /^(?!(?:package(?:-lock)?|npm-shrinkwrap)\.json$|pnpm-lock\.yaml$).*(?<!\.d)\.(?:[cm]?[jt]sx?|mdx?|json5?|ya?ml|toml|csv)$/;

/** Says where an app's source is. All paths are absolute. */
export interface AppFolders {
  /** The folder with `next.config` and `public/` in it. */
  root: string;
  publicDir: string;
  /** The folder that Next builds into. */
  buildDir: string;
  /** The names of packages that Next compiles with the app, wherever they are installed. */
  transpilePackages: readonly string[];
  /** Whether the JSX runtime of this package makes the app's elements, so that they may name the paths in data files. */
  usesJsxRuntime: boolean;
}

/** What an app is made of. All are real paths. */
export interface SourceFiles {
  files: readonly string[];
  /** The app's folder, the packages that count as its own, and what links in them lead to. */
  folders: readonly string[];
  /** Whether something below these folders is source, or a folder that may hold some. */
  isSource(absolutePath: string, isFile: boolean): boolean;
}

/**
 * Lists an app's own source: its folder and the packages of its workspace.
 * Links are followed, each folder is looked through once, and a link to a
 * folder around the app is left out. With the JSX runtime, data is source too,
 * since elements may name the paths in it.
 */
export function listSourceFiles(app: AppFolders): SourceFiles {
  const sourceFile = app.usesJsxRuntime ? CODE_OR_DATA_FILE : CODE_FILE;
  const root = fs.realpathSync(app.root);
  const skipped = foldersToSkip(app, root);
  // A link may lead to a file that is here already.
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
    if (target === undefined || !isSource(link, target.isFile) || isAround(target.real, root)) return;
    if ([...skipped].some((folder) => isAround(folder, target.real))) return;
    if (target.isFile) files.add(target.real);
    else walkFrom(target.real);
  }
}

/** `public/`, which no bundler looks into, and what builds have left. */
function foldersToSkip({ root: given, publicDir, buildDir }: AppFolders, root: string): Set<string> {
  const ownFolders = [publicDir, buildDir].map((folder) => path.resolve(root, path.relative(given, folder)));
  const skipped = [...ownFolders, ...OUTPUT_FOLDERS.map((name) => path.join(root, name))];
  return new Set([...skipped, ...skipped.flatMap((folder) => findTarget(folder)?.real ?? [])]);
}

/** A folder that this user may not read, such as the data of a database, holds no source. */
function readFolder(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Where a link leads to; `undefined` for one that leads nowhere. */
function findTarget(link: string): { real: string; isFile: boolean } | undefined {
  try {
    const real = fs.realpathSync(link);
    return { real, isFile: fs.statSync(real).isFile() };
  } catch {
    return undefined;
  }
}

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
function isAround(folder: string, inner: string): boolean {
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
