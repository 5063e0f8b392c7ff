import fs from 'node:fs';
import path from 'node:path';
import { SmartCacheError } from '../../core/errors.js';
import { resolveProject } from '../../pipeline/project.js';
import type { CommandIo } from '../command-io.js';
import { addIgnoreLines } from './ignore-lines.js';
import { isModulePackage, requireNextApp } from './next-app.js';
import { addPrebuildScript } from './package-scripts.js';
import { type HeadersPlan, planHeaders } from './plan-headers.js';
import { type FileTags, planTags } from './plan-tags.js';
import { readUtf8IfThere, unreadable } from './read-file.js';
import { stillParses } from './still-parses.js';
import { wrapConfig } from './wrap-config.js';

/** All that is to be written, worked out before anything is. */
export interface InitPlan {
  /** Absolute path → its new text. */
  writes: Map<string, string>;
  /** Places in the source that could link hashed URLs, by file. */
  tags: FileTags[];
  /** How many URLs of `public/` stay without a hash in stylesheets that Next bundles. */
  plainUrls: number;
  /** A config that has to be wrapped by hand, and whether it is an ES module. */
  configToWrap?: { file: string; isModule: boolean };
  /** A config that Next does not read under its name, and whether `.js` would make an ES module of it. */
  configToRename?: { file: string; becomesModule: boolean };
  /** The rule for hosts that read `public/_headers`; `undefined` where there is no such host. */
  headers: HeadersPlan | undefined;
  /** Whether package.json names this package. */
  isInstalled: boolean;
}

/**
 * @param apply whether the tags are changed and the rule for hosts is added too, and not only listed.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE` for a folder that is no Next app, `ERR_SMART_CACHE_FILE_UNREADABLE`.
 */
export async function planInit(root: string, apply: boolean, io: CommandIo): Promise<InitPlan> {
  const writes = new Map<string, string>();
  const packageFile = path.join(root, 'package.json');
  const packageText = readUtf8IfThere(packageFile);
  if (packageText === undefined) throw noPackage(root);
  replace(
    packageFile,
    packageText,
    unreadableUnless(packageFile, 'JSON', () => addPrebuildScript(packageText)),
  );

  const configFile = io.findConfigFile(root);
  requireNextApp(root, packageText, configFile);

  const ignoreFile = path.join(root, '.gitignore');
  const ignoreText = readUtf8IfThere(ignoreFile);
  if (ignoreText !== undefined || isFoundAbove(root, '.git')) replace(ignoreFile, ignoreText ?? '', addIgnoreLines(ignoreText ?? ''));

  const configByHand = await planConfig(configFile, packageText);
  // A config that is wrapped cannot be loaded before the package is installed.
  const isLoadable = isFoundAbove(root, 'node_modules/next-smart-cache') || writes.has(configFile ?? '');
  const project = isLoadable ? await io.loadProject(root) : resolveProject({ root });
  const { tags, plainUrls, rewritten } = await planTags(project, io);
  if (apply) for (const [file, text] of rewritten) writes.set(file, text);
  const headers = planHeaders(project, apply);
  if (apply && headers?.text !== undefined) writes.set(headers.file, headers.text);
  return { writes, tags, plainUrls, ...configByHand, headers, isInstalled: /"next-smart-cache"\s*:/.test(packageText) };

  function replace(file: string, before: string, after: string): void {
    if (after !== before) writes.set(file, after);
  }

  /** @returns what is left to the author of the config. */
  async function planConfig(file: string | undefined, packageText: string): Promise<Pick<InitPlan, 'configToWrap' | 'configToRename'>> {
    if (file === undefined) {
      const isTyped = fs.existsSync(path.join(root, 'tsconfig.json'));
      writes.set(path.join(root, isTyped ? 'next.config.ts' : 'next.config.mjs'), NEW_CONFIG);
      return {};
    }
    const rename = file.endsWith('.cjs') ? { configToRename: { file, becomesModule: isModulePackage(packageText) } } : {};
    const text = readUtf8IfThere(file) ?? '';
    try {
      const wrapped = await wrapConfig(file, text);
      if (wrapped.outcome === 'unchanged') return rename;
      const isSound = wrapped.outcome === 'wrapped' && (await stillParses(file, text, wrapped.text));
      if (!isSound) return { ...rename, configToWrap: { file, isModule: wrapped.isModule } };
      writes.set(file, wrapped.text);
      return rename;
    } catch (error) {
      throw notOfFormat(file, 'JavaScript or TypeScript', error);
    }
  }
}

const NEW_CONFIG = "import { withSmartCache } from 'next-smart-cache/config';\n\nexport default withSmartCache();\n";

/** Whether a folder, or one around it, has something of a name. */
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
    fix: 'mend it and run the command again',
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
