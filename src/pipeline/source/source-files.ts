import fs from 'node:fs';
import path from 'node:path';
import { ignoredPathMatcher } from '../../core/asset-path-globs.js';
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

const sourceFileOf = ({ usesJsxRuntime }: Pick<Project, 'usesJsxRuntime'>) => (usesJsxRuntime ? CODE_OR_DATA_FILE : CODE_FILE);

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
 * folder around the app is left out.
 *
 * @param isSourceFile by its name. Default: what a bundler finds the code in,
 * and with the JSX runtime data, whose paths elements may name.
 */
export function listSourceFiles(project: Project, isSourceFile = (name: string) => sourceFileOf(project).test(name)): SourceFiles {
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
    if (isFile) return isSourceFile(name);
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

/** Prose and data, which no parser of JavaScript can read; and tests and stories, their stylesheets too, which may link what they like. */
const NOT_JUDGED = /\.(?:mdx?|ya?ml|toml|json5?|csv)$|\.(?:test|spec|stories)\.\w+$|(?:^|\/)__(?:tests|mocks)__\//;

/** The source that links files of `public/` and can be parsed. */
export interface LinkingFiles {
  scripts: string[];
  /** Those that the app bundles. */
  stylesheets: string[];
  /** Of the globs of files to leave out, those that match none. */
  unmatched: string[];
}

const STYLESHEET = /\.(?:css|s[ac]ss|less)$/;

/**
 * What may link files of `public/`, sorted. All are real paths.
 *
 * @param ignore globs of files and folders to leave out, relative to the app's folder. Default: none.
 */
export function listLinkingFiles(project: Project, ignore: readonly string[] = []): LinkingFiles {
  const root = fs.realpathSync(project.root);
  const unmatched = new Set(ignore);
  const matchers = ignore.map((glob) => ({ glob, isMatch: ignoredPathMatcher(glob) }));
  const { files: all } = listSourceFiles(project, (name) => STYLESHEET.test(name) || sourceFileOf(project).test(name));
  const files = all
    .filter((file) => {
      const relativePath = path.relative(root, file).replaceAll(path.sep, '/');
      return !isIgnored(relativePath) && !NOT_JUDGED.test(relativePath);
    })
    .sort();
  return {
    scripts: files.filter((file) => !STYLESHEET.test(file)),
    stylesheets: files.filter((file) => STYLESHEET.test(file)),
    unmatched: [...unmatched],
  };

  function isIgnored(relativePath: string): boolean {
    const matching = matchers.filter(({ isMatch }) => isMatch(relativePath));
    for (const { glob } of matching) unmatched.delete(glob);
    return matching.length > 0;
  }
}

/** `public/`, which no bundler looks into, and what builds have left. */
function foldersToSkip({ root: given, publicDir, buildDir }: Project, root: string): Set<string> {
  const ownFolders = [publicDir, buildDir].map((folder) => path.resolve(root, path.relative(given, folder)));
  const skipped = [...ownFolders, ...OUTPUT_FOLDERS.map((name) => path.join(root, name))];
  return new Set([...skipped, ...skipped.flatMap((folder) => findTarget(folder)?.real ?? [])]);
}

/** A folder that this user may not read, such as the data of a database, holds no source. */
export function readFolder(folder: string): fs.Dirent[] {
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
