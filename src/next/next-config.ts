import fs from 'node:fs';
import path from 'node:path';
import { parseTsconfig } from 'get-tsconfig';
import type { NextConfig } from 'next';
import { SmartCacheError } from '../core/errors.js';
import type { SmartCacheOptions } from '../core/options.js';
import { type Project, resolveProject } from '../pipeline/project.js';
import { readSupportsImmutableAssets } from './immutable-assets.js';

/** What a `next.config` may export. */
export type NextConfigFunction = (phase: string, context: { defaultConfig: NextConfig }) => NextConfig | Promise<NextConfig>;
export type NextConfigExport = NextConfig | NextConfigFunction;

type Rewrites = NonNullable<NextConfig['rewrites']>;
export type RewritesResult = Awaited<ReturnType<Rewrites>>;

/** The project of an app with this config. Both `next build` and the command line ask here, so they cannot disagree. */
export function projectOf(config: NextConfig, root: string, options: SmartCacheOptions | undefined): Project {
  const { distDir, output, basePath, assetPrefix, transpilePackages, pageExtensions, typescript, compiler } = config;
  const adapterPath = adapterPathOf(config);
  return resolveProject({
    root,
    isApp: true,
    distDir,
    output,
    adapterPath,
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

/** `adapterPath`, which was experimental before Next 16.2. */
function adapterPathOf(config: NextConfig): string | undefined {
  const experimental: object = config.experimental ?? {};
  const adapterPath: unknown = config.adapterPath ?? ('adapterPath' in experimental ? experimental.adapterPath : undefined);
  return typeof adapterPath === 'string' ? adapterPath : undefined;
}

/**
 * A config must be an object once all functions are called; a promise would
 * look like one with no keys.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_CONFIG_INVALID`
 */
export function requireConfigObject(config: unknown, where: string): void {
  if (typeof config === 'object' && config !== null && !Array.isArray(config) && !('then' in config)) return;
  throw new SmartCacheError('ERR_SMART_CACHE_CONFIG_INVALID', {
    what: 'This is no Next config',
    where,
    why: `it is of type ${typeOf(config)}, but must be an object, or a function that returns one`,
    fix: 'write "export default withSmartCache(nextConfig, { /* options */ })"; to wait for something first, export an async function',
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return 'then' in Object(value) ? 'promise' : typeof value;
}

const PACKAGE = 'next-smart-cache';

/**
 * Whether the app names this package as its `jsxImportSource`, in the config
 * of TypeScript or JavaScript that Next reads, or in one that it extends.
 * Without it, no component of Next needs to be known to the JSX runtime.
 *
 * @param root the app's folder.
 */
function usesJsxRuntime({ typescript }: NextConfig, root: string): boolean {
  return [typescript?.tsconfigPath ?? 'tsconfig.json', 'jsconfig.json'].some((name) => {
    const file = path.resolve(root, name);
    try {
      return fs.existsSync(file) && parseTsconfig(file).compilerOptions?.jsxImportSource === PACKAGE;
    } catch {
      // Next reports a config that cannot be read, or extends one that is not there.
      return false;
    }
  });
}
