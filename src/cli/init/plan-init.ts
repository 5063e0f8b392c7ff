import fs from 'node:fs';
import path from 'node:path';
import { listSourceFiles } from '../../app-source/source-files.js';
import { SmartCacheError } from '../../core/errors.js';
import { readTextIfThere } from '../../disk/files.js';
import { type Project, resolveProject } from '../../pipeline/project.js';
import type { CommandIo } from '../command.js';
import { type HeadersPlan, planHeaders } from '../headers/headers-hosts.js';
import { findOtherRuntimes, type JsxPlan, type OtherRuntime, planJsx } from './jsx-import-source.js';
import { type PostcssPlan, planPostcss } from './postcss-plugin.js';
import { addPrebuildScript, isModulePackage, readUtf8IfThere, requireNextApp, unreadable } from './text-edits.js';
import { newlineOf, wrapConfig } from './wrap-config.js';

/** All that is to be written, worked out before anything is. */
export interface InitPlan {
  /** The files of the app that decide, as far as they are there: `next.config`, and the configs of TypeScript or JavaScript and of PostCSS. */
  found: string[];
  writes: PlannedWrite[];
  /** How many files `public/` has; `undefined` if there is no such folder. */
  publicFiles: number | undefined;
  jsx: JsxPlan;
  /** Our PostCSS plugin; `undefined` in an app without PostCSS plugins of its own. */
  postcss: PostcssPlan | undefined;
  /** Places that the runtime does not reach. */
  otherRuntimes: OtherRuntime[];
  /** A config that has to be wrapped by hand, and whether it is an ES module. */
  configToWrap?: { file: string; isModule: boolean };
  /** A config that Next does not read under its name, and whether `.js` would make an ES module of it. */
  configToRename?: { file: string; becomesModule: boolean };
  /** The rule for hosts that read `public/_headers`; `undefined` where there is no such host. */
  headers: HeadersPlan | undefined;
  /** Whether package.json names this package. */
  isInstalled: boolean;
}

interface PlannedWrite {
  /** Absolute. */
  file: string;
  text: string;
  /** In a word or two: `prebuild script`. */
  change: string;
}

/** @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE` for a folder without a Next app, `ERR_SMART_CACHE_FILE_UNREADABLE`. */
export async function planInit(root: string, io: CommandIo): Promise<InitPlan> {
  const writes: PlannedWrite[] = [];
  const packageFile = path.join(root, 'package.json');
  const packageText = readUtf8IfThere(packageFile);
  if (packageText === undefined) throw noPackage(root);
  const packageWithScript = unreadableUnless(packageFile, 'JSON', () => addPrebuildScript(packageText));
  replace(packageFile, packageText, packageWithScript, 'prebuild script');

  const configFile = io.findConfigFile(root);
  requireNextApp(root, packageText, configFile);

  const ignoreFile = path.join(root, '.gitignore');
  const ignoreText = readUtf8IfThere(ignoreFile);
  const isInRepository = isFoundAbove(root, '.git');
  if (ignoreText !== undefined || isInRepository) {
    const after = addIgnoreLines(ignoreText ?? '', isInRepository ? linesIgnoredAbove(root) : []);
    replace(ignoreFile, ignoreText ?? '', after, 'generated files');
  }

  const postcss = await planPostcss(root, packageWithScript);
  if (postcss?.text !== undefined) add({ file: postcss.file, text: postcss.text, change: 'PostCSS plugin' });

  const configByHand = await planConfig(configFile, packageText);
  // A config that is wrapped cannot be loaded before the package is installed.
  const isLoadable = isFoundAbove(root, 'node_modules/next-smart-cache') || writes.some(({ file }) => file === configFile);
  const project = isLoadable ? await io.loadProject(root) : resolveProject({ root });
  const sources = sourcesOf(project);
  const jsx = planJsx(project, sources);
  if (jsx.text !== undefined) writes.push({ file: jsx.file, text: jsx.text, change: 'jsxImportSource' });
  const headers = planHeaders(project);
  if (headers?.text !== undefined) writes.push({ file: headers.file, text: headers.text, change: 'rule for /_next/static' });
  return {
    found: [configFile, jsx.file, postcss?.file].filter((file) => file !== undefined && fs.existsSync(file)) as string[],
    writes,
    publicFiles: countPublicFiles(project),
    jsx,
    postcss,
    otherRuntimes: findOtherRuntimes(root, sources),
    ...configByHand,
    headers,
    isInstalled: /"next-smart-cache"\s*:/.test(packageText),
  };

  function replace(file: string, before: string, after: string, change: string): void {
    if (after !== before) add({ file, text: after, change });
  }

  /** If the plan changes this file already, the new text includes that change. */
  function add(write: PlannedWrite): void {
    const earlier = writes.find(({ file }) => file === write.file);
    if (earlier === undefined) writes.push(write);
    else Object.assign(earlier, { text: write.text, change: `${earlier.change}, ${write.change}` });
  }

  /** @returns the changes that are left to the author of the config. */
  async function planConfig(file: string | undefined, packageText: string): Promise<Pick<InitPlan, 'configToWrap' | 'configToRename'>> {
    if (file === undefined) {
      const isTyped = fs.existsSync(path.join(root, 'tsconfig.json'));
      writes.push({ file: path.join(root, isTyped ? 'next.config.ts' : 'next.config.mjs'), text: NEW_CONFIG, change: 'withSmartCache' });
      return {};
    }
    const rename = file.endsWith('.cjs') ? { configToRename: { file, becomesModule: isModulePackage(packageText) } } : {};
    const text = readUtf8IfThere(file) ?? '';
    try {
      const wrapped = await wrapConfig(file, text);
      if (wrapped.outcome === 'not-understood') return { ...rename, configToWrap: { file, isModule: wrapped.isModule } };
      if (wrapped.outcome === 'wrapped') writes.push({ file, text: wrapped.text, change: 'withSmartCache' });
      return rename;
    } catch (error) {
      throw notOfFormat(file, 'JavaScript or TypeScript', error);
    }
  }
}

const NEW_CONFIG = "import { withSmartCache } from 'next-smart-cache/config';\n\nexport default withSmartCache();\n";

/** The files that this package writes into an app's folder. */
const GENERATED = ['.smart-cache/', 'smart-cache-env.d.ts'];

/**
 * Adds the lines that a .gitignore lacks, at its end.
 *
 * @param above lines of the files in the folders above. Default: none.
 */
export function addIgnoreLines(text: string, above: readonly string[] = []): string {
  const newline = newlineOf(text);
  const covered = new Set([...above, ...text.split(/\r?\n/).map((line) => line.trim().replace(/^\//, ''))]);
  const missing = GENERATED.filter((line) => !covered.has(line) && !covered.has(line.replace(/\/$/, '')));
  if (missing.length === 0) return text;
  const start = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline;
  return `${text}${start}${['# next-smart-cache', ...missing].join(newline)}${newline}`;
}

/** The lines of the .gitignore files above a folder, up to the repository's own. A line that begins with `/` does not count below. */
function linesIgnoredAbove(folder: string): string[] {
  const parent = path.dirname(folder);
  if (parent === folder || fs.existsSync(path.join(folder, '.git'))) return [];
  const text = readTextIfThere(path.join(parent, '.gitignore')) ?? '';
  return [...text.split(/\r?\n/).map((line) => line.trim()), ...linesIgnoredAbove(parent)];
}

/** Lists paths below the folder as the user named it, so that messages show that name and not the target of a link. */
function sourcesOf(project: Project): string[] {
  const real = fs.realpathSync(project.root);
  return listSourceFiles(project).files.map((file) => path.join(project.root, path.relative(real, file)));
}

function countPublicFiles({ publicDir }: Project): number | undefined {
  if (!fs.existsSync(publicDir)) return undefined;
  return fs.readdirSync(publicDir, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory()).length;
}

/** Whether a folder, or one around it, has an entry of a name. */
function isFoundAbove(folder: string, name: string): boolean {
  const parent = path.dirname(folder);
  return fs.existsSync(path.join(folder, name)) || (parent !== folder && isFoundAbove(parent, name));
}

function unreadableUnless<T>(file: string, format: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw notOfFormat(file, format, error);
  }
}

function notOfFormat(file: string, format: string, cause: unknown): SmartCacheError {
  return unreadable(file, cause, {
    what: `A file cannot be read as ${format}; nothing was written`,
    why: cause instanceof Error ? cause.message : String(cause),
    fix: 'correct it and run the command again',
  });
}

function noPackage(root: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_USAGE', {
    what: 'There is no package.json',
    where: root,
    why: 'the command runs in another folder than the app',
    fix: 'run it in the folder of next.config, or pass --cwd DIR',
  });
}
