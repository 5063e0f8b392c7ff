import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { NextConfig } from 'next';
import { isSmartCacheError, SmartCacheError } from '../core/errors.js';
import { type Project, resolveProject } from '../pipeline/project.js';
import { CLI_PHASE, findConfigFile, registeredOptions, whileReadingOnly } from './environment.js';
import { projectOf, requireConfigObject } from './next-config.js';

/**
 * Works out an app's project from its `next.config`, in any of its forms, with
 * the options that `withSmartCache` was given there. Without a config, or
 * without `withSmartCache` in it, the options are the defaults.
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

/** What config functions read of Next's defaults; the whole of them is not public. */
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

/** The config may talk on stdout, which is for our data. */
async function withoutStdout<T>(load: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process;
  const { write } = stdout;
  stdout.write = stderr.write.bind(stderr) as typeof write;
  try {
    return await load();
  } finally {
    stdout.write = write;
  }
}

async function loadConfig(root: string, file: string): Promise<NextConfig> {
  try {
    loadEnvFiles(root);
    return await whileReadingOnly(() =>
      withoutStdout(async () => {
        // On demand: an app without a config need not wait for a TypeScript loader.
        const { createJiti } = await import('jiti');
        const exported: unknown = await createJiti(file, { fsCache: false, interopDefault: true, tsconfigPaths: true }).import(file, {
          default: true,
        });
        const config: unknown = typeof exported === 'function' ? await exported(CLI_PHASE, { defaultConfig: DEFAULT_CONFIG }) : exported;
        requireConfigObject(config, file);
        return config as NextConfig;
      }),
    );
  } catch (error) {
    // Our own errors (an option of the wrong type) already say all there is to say.
    if (isSmartCacheError(error)) throw error;
    throw new SmartCacheError(
      'ERR_SMART_CACHE_CONFIG_INVALID',
      {
        what: 'The Next config cannot be loaded',
        where: file,
        why: describeConfigError(error, __filename),
        fix: 'mend the config, so that it can be loaded outside of Next too',
        hasLines: true,
      },
      { cause: error },
    );
  }
}

/** Next loads `.env` files before the config, which may rely on them; so do we, with the loader that came with Next. */
function loadEnvFiles(root: string): void {
  const requireFromApp = createRequire(path.join(root, 'package.json'));
  let envLoader: string;
  try {
    envLoader = createRequire(requireFromApp.resolve('next/package.json')).resolve('@next/env');
  } catch {
    // No Next here: a folder with a public/ and nothing else.
    return;
  }
  const { loadEnvConfig } = requireFromApp(envLoader) as {
    loadEnvConfig(dir: string, dev: boolean, log: Pick<Console, 'info' | 'error'>): void;
  };
  loadEnvConfig(root, false, { info() {}, error: console.error });
}

function requireFolder(root: string): void {
  const stats = fs.statSync(root, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return;
  throw new SmartCacheError('ERR_SMART_CACHE_USAGE', {
    what: stats ? "The app's folder is a file" : "The app's folder does not exist",
    where: root,
    why: stats ? 'a file was named, such as next.config itself' : 'the folder is mistyped, or is not there yet',
    fix: 'pass the folder of next.config with --cwd DIR',
  });
}

/** A stack's line that names a place, and no part of the message. */
const FRAME = /^\s+at /;
/** Compiles the config, and so stands between any two of its files. */
const COMPILER_FRAME = /[\\/]node_modules[\\/]jiti[\\/]/;

/**
 * Of what a config has thrown: its message, and the config's own part of the
 * stack. Who loaded the config is no help to somebody who mends it.
 *
 * @param loader the file that loads configs; what called it is left out with it.
 */
function describeConfigError(error: unknown, loader: string): string {
  if (!(error instanceof Error)) return String(error);
  const lines = (error.stack ?? error.message).split('\n');
  const end = lines.findIndex((line) => FRAME.test(line) && line.includes(loader));
  const ownPart = end < 0 ? lines : lines.slice(0, end);
  return ownPart.filter((line) => !(FRAME.test(line) && COMPILER_FRAME.test(line))).join('\n');
}
