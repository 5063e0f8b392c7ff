import fs from 'node:fs';
import path from 'node:path';
import { listSourceFiles } from '../../app-source/source-files.js';
import { SmartCacheError } from '../../core/errors.js';
import { type Project, resolveProject } from '../../pipeline/project.js';
import type { CommandIo } from '../command.js';
import { type HeadersPlan, planHeaders } from '../headers/headers-hosts.js';
import { isFoundAbove, planGitignore } from './gitignore.js';
import { findOtherRuntimes, type OtherRuntime, planJsx } from './jsx-import-source.js';
import { planPostcss } from './postcss-plugin.js';
import { addPrebuildScript } from './prebuild-script.js';
import { canReplaceStart } from './start-script.js';
import { bomOf, type FilePlan, notOfFormat, parseAs, readUtf8IfThere } from './text-edits.js';
import { type WrappedConfig, wrapConfig } from './wrap-config.js';

/** Everything that `init` will write, known before it writes anything. */
export interface InitPlan {
  /** The config files that the app has, of Next, of TypeScript or JavaScript, and of PostCSS. */
  found: string[];
  writes: PlannedWrite[];
  /** How many files `public/` has; `undefined` without such a folder. */
  publicFiles: number | undefined;
  jsx: FilePlan;
  /** `undefined` for an app without PostCSS plugins. */
  postcss: FilePlan | undefined;
  /** Files whose elements another JSX runtime makes. */
  otherRuntimes: OtherRuntime[];
  /** A config that its author has to wrap. */
  configToWrap: { file: string; isModule: boolean } | undefined;
  /** A config that Next does not read under its name, and whether `.js` would make an ES module of it. */
  configToRename: { file: string; becomesModule: boolean } | undefined;
  /** `undefined` if no host of the app reads `public/_headers`. */
  headers: HeadersPlan | undefined;
  /** Whether package.json names this package. */
  isInstalled: boolean;
  /** Whether `next-smart-cache start` can take the place of the `start` script. */
  canReplaceStart: boolean;
}

interface PlannedWrite {
  /** Absolute. */
  file: string;
  text: string;
  /** A word or two for the message: `prebuild script`. */
  change: string;
}

/** @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE` for a folder without a Next app, `ERR_SMART_CACHE_FILE_UNREADABLE`. */
export async function planInit(root: string, io: CommandIo): Promise<InitPlan> {
  const writes = new Map<string, PlannedWrite>();
  const write = (file: string, text: string | undefined, change: string) => {
    const earlier = writes.get(file);
    if (text !== undefined) writes.set(file, { file, text, change: earlier ? `${earlier.change}, ${change}` : change });
  };

  const packageFile = path.join(root, 'package.json');
  const packageText = readUtf8IfThere(packageFile);
  if (packageText === undefined) throw noPackage(root);
  const withScript = parseAs(packageFile, 'JSON', () => addPrebuildScript(packageText));
  const packageJson = JSON.parse(packageText.slice(bomOf(packageText).length)) as PackageJson;
  if (withScript !== packageText) write(packageFile, withScript, 'prebuild script');

  const configFile = io.findConfigFile(root);
  if (configFile === undefined) requireNextApp(root, packageJson);

  write(path.join(root, '.gitignore'), planGitignore(root), 'generated files');
  const postcss = await planPostcss(root, withScript);
  if (postcss) write(postcss.file, postcss.text, 'PostCSS plugin');

  const config = await planConfig(root, configFile);
  write(config.file, config.text, 'withSmartCache');
  // A config that imports this package cannot be loaded before the package is installed.
  const isLoadable = isFoundAbove(root, 'node_modules/next-smart-cache') || (configFile !== undefined && writes.has(configFile));
  const project = isLoadable ? await io.loadProject(root) : resolveProject({ root });
  const sourceFiles = listOwnFiles(project);
  const jsx = planJsx(project, sourceFiles);
  write(jsx.file, jsx.text, 'jsxImportSource');
  const headers = planHeaders(project);
  if (headers) write(headers.file, headers.text, 'rule for /_next/static');
  const isRenamed = configFile?.endsWith('.cjs');
  return {
    found: [configFile, jsx.file, postcss?.file].filter((file) => file !== undefined && fs.existsSync(file)) as string[],
    writes: [...writes.values()],
    publicFiles: countPublicFiles(project),
    jsx,
    postcss,
    otherRuntimes: findOtherRuntimes(root, sourceFiles),
    configToWrap: config.outcome === 'not-understood' ? { file: config.file, isModule: config.isModule } : undefined,
    configToRename: isRenamed ? { file: config.file, becomesModule: packageJson.type === 'module' } : undefined,
    headers,
    isInstalled: /"next-smart-cache"\s*:/.test(packageText),
    canReplaceStart: canReplaceStart(packageJson.scripts?.start, project),
  };
}

interface PackageJson {
  type?: unknown;
  workspaces?: unknown;
  scripts?: Record<string, unknown> | null;
  dependencies?: Record<string, unknown> | null;
  devDependencies?: Record<string, unknown> | null;
}

/**
 * Refuses a folder that has no pages and no `next` in its package.json.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE`
 */
function requireNextApp(root: string, { workspaces, dependencies, devDependencies }: PackageJson): void {
  const has = (name: string) => fs.existsSync(path.join(root, name));
  const hasNext = Object.hasOwn({ ...dependencies, ...devDependencies }, 'next');
  if (hasNext || ['app', 'pages', 'src/app', 'src/pages'].some(has)) return;
  const isWorkspace = workspaces !== undefined || has('pnpm-workspace.yaml');
  throw new SmartCacheError('ERR_SMART_CACHE_USAGE', {
    what: 'There is no Next app in this folder; nothing was written',
    where: root,
    why: isWorkspace ? 'it is the root of a workspace, and the app is in a folder further down' : OTHER_FOLDER,
    fix: "run it in the app's folder, the one with app/ or pages/, or pass --cwd DIR",
  });
}

const OTHER_FOLDER = 'the command runs in another folder than the app';

function noPackage(root: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_USAGE', {
    what: 'There is no package.json',
    where: root,
    why: OTHER_FOLDER,
    fix: 'run it in the folder of next.config, or pass --cwd DIR',
  });
}

/** @returns no text if the config stays as it is, or its author has to edit it. */
async function planConfig(root: string, file: string | undefined): Promise<WrappedConfig & { file: string; text?: string }> {
  if (file === undefined) {
    const isTyped = fs.existsSync(path.join(root, 'tsconfig.json'));
    return { file: path.join(root, isTyped ? 'next.config.ts' : 'next.config.mjs'), outcome: 'wrapped', text: NEW_CONFIG, isModule: true };
  }
  try {
    return { file, ...(await wrapConfig(file, readUtf8IfThere(file) ?? '')) };
  } catch (error) {
    throw error instanceof SmartCacheError ? error : notOfFormat(file, 'JavaScript or TypeScript', error);
  }
}

const NEW_CONFIG = "import { withSmartCache } from 'next-smart-cache/config';\n\nexport default withSmartCache();\n";

/** Lists paths in the folder as the user named it, since messages must not show the target of a symbolic link. */
function listOwnFiles(project: Project): string[] {
  const real = fs.realpathSync(project.root);
  return listSourceFiles(project).files.map((file) => path.join(project.root, path.relative(real, file)));
}

function countPublicFiles({ publicDir }: Project): number | undefined {
  if (!fs.existsSync(publicDir)) return undefined;
  return fs.readdirSync(publicDir, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory()).length;
}
