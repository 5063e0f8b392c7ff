import fs from 'node:fs';
import path from 'node:path';
import type { Project } from '../project.js';
import { findSourcePackages, isAround } from './source-packages.js';

/** What builds leave in an app's folder. Further down, such names may be routes. */
const OUTPUT_FOLDERS = ['out', 'dist', 'build', 'coverage', 'storybook-static'];

/** What tools leave in a package's folder; its `dist` may be the very files that the app imports. */
const REPORT_FOLDERS = ['coverage', 'storybook-static'];

/** Code and prose. Declarations are not code, and the generated ones name every asset path. */
const CODE_FILE = /(?<!\.d)\.(?:[cm]?[jt]sx?|mdx?)$/;

/** Data too. A package and its lock file name no file of `public/`. */
const CODE_OR_DATA_FILE =
  /^(?!(?:package(?:-lock)?|npm-shrinkwrap)\.json$|pnpm-lock\.yaml$).*(?<!\.d)\.(?:[cm]?[jt]sx?|mdx?|json5?|ya?ml|toml|csv)$/;

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
export function listSourceFiles(project: Project): SourceFiles {
  const sourceFile = project.usesJsxRuntime ? CODE_OR_DATA_FILE : CODE_FILE;
  const root = fs.realpathSync(project.root);
  const skipped = foldersToSkip(project, root);
  // A link may lead to a file that is here already.
  const files = new Set<string>();
  const folders: string[] = [];
  const seen = new Set<string>();

  walkFrom(root);
  for (const folder of findSourcePackages(root, project.transpilePackages)) {
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
function foldersToSkip({ root: given, publicDir, buildDir }: Project, root: string): Set<string> {
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
