import type { NextConfig } from 'next';
import type { SmartCacheOptions } from '../core/smart-cache-options.js';
import { type Project, resolveProject } from '../pipeline/project.js';
import { readSupportsImmutableAssets } from './immutable-assets.js';
import { usesJsxRuntime } from './jsx-runtime.js';

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
