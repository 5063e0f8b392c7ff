import fs from 'node:fs';
import path from 'node:path';
import { parseTsconfig } from 'get-tsconfig';
import type { NextConfig } from 'next';
import { SmartCacheError } from '../core/errors.js';
import type { SmartCacheOptions } from '../core/options.js';
import { type Project, resolveProject } from '../pipeline/project.js';
import { readAdapterPath, readSupportsImmutableAssets } from './supported-versions.js';

/** The forms that a `next.config` may export. */
export type NextConfigFunction = (phase: string, context: { defaultConfig: NextConfig }) => NextConfig | Promise<NextConfig>;
export type NextConfigExport = NextConfig | NextConfigFunction;

/** The package name, for `jsxImportSource` and aliases. */
export const PACKAGE = 'next-smart-cache';

/** The project of an app with this config. `next build` and the command line both call this, so they agree. */
export function projectOf(config: NextConfig, root: string, options: SmartCacheOptions | undefined): Project {
  const { distDir, output, basePath, assetPrefix, transpilePackages, pageExtensions, typescript, compiler } = config;
  return resolveProject({
    root,
    isApp: true,
    distDir,
    output,
    adapterPath: readAdapterPath(config),
    supportsImmutableAssets: readSupportsImmutableAssets(config, root),
    usesJsxRuntime: usesJsxRuntime(config, root),
    tsconfigPath: typescript?.tsconfigPath,
    usesEmotion: Boolean(compiler?.emotion),
    basePath,
    assetPrefix,
    transpilePackages,
    pageExtensions,
    options,
  });
}

/**
 * Whether the app names this package as its `jsxImportSource`, in the
 * `tsconfig.json` or `jsconfig.json` that Next reads, or in a config that it
 * extends.
 */
function usesJsxRuntime({ typescript }: NextConfig, root: string): boolean {
  return [typescript?.tsconfigPath ?? 'tsconfig.json', 'jsconfig.json'].some((name) => {
    const file = path.resolve(root, name);
    try {
      return fs.existsSync(file) && parseTsconfig(file).compilerOptions?.jsxImportSource === PACKAGE;
    } catch {
      // Next reports a config that cannot be read, or that extends a missing one.
      return false;
    }
  });
}

/**
 * Requires an object that is not a promise: a promise looks like a config
 * without keys.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_CONFIG_INVALID`
 */
export function requireConfigObject(config: unknown, where: string): void {
  if (typeof config === 'object' && config !== null && !Array.isArray(config) && !('then' in config)) return;
  throw new SmartCacheError('ERR_SMART_CACHE_CONFIG_INVALID', {
    what: 'Not a Next config',
    where,
    why: `expected an object, or a function that returns one; got ${typeOf(config)}`,
    fix: 'write "export default withSmartCache(nextConfig, { /* options */ })"; to wait for something first, export an async function',
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return 'then' in Object(value) ? 'promise' : typeof value;
}
