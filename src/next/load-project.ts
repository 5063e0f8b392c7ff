import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { NextConfig } from 'next';
import { isSmartCacheError, SmartCacheError } from '../core/errors.js';
import { type Project, resolveProject } from '../pipeline/project.js';
import { CLI_PHASE, findConfigFile, registeredOptions, whileReadingOnly } from './environment.js';
import { projectOf, requireConfigObject } from './next-config.js';

/**
 * Loads an app's `next.config`, in any form, and makes the project from it.
 * Without a config, or without `withSmartCache` in it, all options have their
 * defaults.
 *
 * @param root the app's folder.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_CONFIG_INVALID` with the config's own stack.
 */
export async function loadProject(root: string): Promise<Project> {
  requireFolder(root);
  const file = findConfigFile(root);
  if (file === undefined) return resolveProject({ root });
  const config = await loadConfig(root, file);
  return projectOf(config, root, registeredOptions(config));
}

/** @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE` if the app's folder does not exist. */
export function requireFolder(root: string): void {
  const stats = fs.statSync(root, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return;
  throw new SmartCacheError('ERR_SMART_CACHE_USAGE', {
    what: stats ? "The app's folder is a file" : "The app's folder does not exist",
    where: root,
    why: stats ? 'the path names a file, such as next.config itself' : 'the path is mistyped, or the folder is not there yet',
    fix: 'pass the folder of next.config with --cwd DIR',
  });
}

/** The defaults that config functions read. Next exports only a part of its own. */
const DEFAULT_CONFIG: NextConfig = {
  distDir: '.next',
  basePath: '',
  assetPrefix: '',
  pageExtensions: ['tsx', 'ts', 'jsx', 'js'],
  images: {},
  experimental: {},
  compiler: {},
  env: {},
};

async function loadConfig(root: string, file: string): Promise<NextConfig> {
  try {
    loadEnvFiles(root);
    return await whileReadingOnly(() =>
      redirectStdout(async () => {
        // Loaded on demand: an app without a config needs no TypeScript loader.
        const { createJiti } = await import('jiti');
        const jiti = createJiti(file, { fsCache: false, interopDefault: true, tsconfigPaths: true });
        const exported: unknown = await jiti.import(file, { default: true });
        const config: unknown = typeof exported === 'function' ? await exported(CLI_PHASE, { defaultConfig: DEFAULT_CONFIG }) : exported;
        requireConfigObject(config, file);
        return config as NextConfig;
      }),
    );
  } catch (error) {
    // Errors of this package, such as a wrong option, are complete.
    if (isSmartCacheError(error)) throw error;
    throw new SmartCacheError(
      'ERR_SMART_CACHE_CONFIG_INVALID',
      {
        what: 'The Next config cannot be loaded',
        where: file,
        why: describeConfigError(error),
        fix: 'change the config so that it also loads outside of Next',
        hasLines: true,
      },
      { cause: error },
    );
  }
}

/** Redirects stdout to stderr during an action: Next and the config may print, and stdout is for the data of the command line. */
export async function redirectStdout<T>(action: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process;
  const { write } = stdout;
  stdout.write = stderr.write.bind(stderr) as typeof write;
  try {
    return await action();
  } finally {
    stdout.write = write;
  }
}

/** Next loads `.env` files before the config, which may need them. This calls the loader of the app's Next. */
function loadEnvFiles(root: string): void {
  const requireFromApp = createRequire(path.join(root, 'package.json'));
  let envLoader: string;
  try {
    envLoader = createRequire(requireFromApp.resolve('next/package.json')).resolve('@next/env');
  } catch {
    // The app has no Next: it may be a folder with only a public/.
    return;
  }
  const { loadEnvConfig } = requireFromApp(envLoader) as {
    loadEnvConfig(dir: string, dev: boolean, log: Pick<Console, 'info' | 'error'>): void;
  };
  loadEnvConfig(root, false, { info() {}, error: console.error });
}

/** Matches a line of a stack that names a place, not the message. */
const FRAME = /^\s+at /;
/** Frames of jiti, which compiles the config, are between the frames of its files. */
const COMPILER_FRAME = /[\\/]node_modules[\\/]jiti[\\/]/;

/** The message of an error that a config threw, and the stack up to this file. Our own frames do not help its author. */
function describeConfigError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const lines = (error.stack ?? error.message).split('\n');
  const end = lines.findIndex((line) => FRAME.test(line) && line.includes(__filename));
  const ownPart = end < 0 ? lines : lines.slice(0, end);
  return ownPart.filter((line) => !(FRAME.test(line) && COMPILER_FRAME.test(line))).join('\n');
}
