import path from 'node:path';
import type { NextConfig } from 'next';
import { mergeHeaders } from './merge-headers.js';
import { mergeRewrites } from './merge-rewrites.js';
import type { SmartCacheApp } from './smart-cache-app.js';

const PACKAGE = 'next-smart-cache';
const SERVER_MODULE = `${PACKAGE}/manifest`;
const CLIENT_MODULE = `${PACKAGE}/client-manifest`;

/**
 * The user's config with ours added, as a new object: keys we do not know are
 * kept, and what is already there is called first.
 *
 * @param root the app's folder, which Turbopack's aliases are relative to.
 */
export function mergeConfig(config: NextConfig, app: SmartCacheApp, root: string): NextConfig {
  const { rewriteRules, headerRules } = app;
  return {
    ...config,
    ...(rewriteRules && {
      rewrites: async () => {
        app.prepare();
        return mergeRewrites(await config.rewrites?.(), rewriteRules());
      },
    }),
    ...(headerRules && mergeHeaders(config, headerRules)),
    ...(app.hasQueries && { images: { ...config.images, localPatterns: withAnyQuery(config.images?.localPatterns) } }),
    // The Pages Router does not bundle packages for the server unless told to, and an alias only reaches what is bundled.
    transpilePackages: unique([...(config.transpilePackages ?? []), PACKAGE]),
    ...(!wouldHideForgottenWebpack(config) && {
      turbopack: {
        ...config.turbopack,
        resolveAlias: {
          ...config.turbopack?.resolveAlias,
          [SERVER_MODULE]: relativeRequest(root, app.modules.server),
          [CLIENT_MODULE]: {
            browser: relativeRequest(root, app.modules.client),
            default: relativeRequest(root, app.modules.clientOnServer),
          },
        },
      },
    }),
    webpack: (webpackConfig, context) => {
      app.prepare();
      const merged = config.webpack ? config.webpack(webpackConfig, context) : webpackConfig;
      return withWebpackAliases(merged, {
        [`${SERVER_MODULE}$`]: app.modules.server,
        [`${CLIENT_MODULE}$`]: context.isServer ? app.modules.clientOnServer : app.modules.client,
      });
    },
    compiler: {
      ...config.compiler,
      runAfterProductionCompile: async (metadata) => {
        await config.compiler?.runAfterProductionCompile?.(metadata);
        app.afterCompile(path.resolve(metadata.projectDir, metadata.distDir));
      },
    },
  };
}

/**
 * Next 16 uses Turbopack unless told otherwise (`TURBOPACK=auto`), and stops
 * when it finds a `webpack` function but no `turbopack` key, since the
 * function would be ignored. A key of ours must not silence that.
 */
function wouldHideForgottenWebpack(config: NextConfig): boolean {
  return process.env.TURBOPACK === 'auto' && Boolean(config.webpack) && config.turbopack === undefined;
}

type LocalPatterns = NonNullable<NonNullable<NextConfig['images']>['localPatterns']>;

/** Next 16 refuses local images with a query, unless a pattern allows it; without any, all others are allowed. */
function withAnyQuery(patterns: LocalPatterns = [{ pathname: '/**' }]): LocalPatterns {
  return patterns.map(({ search, ...pattern }) => pattern);
}

interface WebpackConfig {
  resolve?: { alias?: Record<string, unknown> };
}

/** A `webpack` function that forgot to return is left to Next, which says so. */
function withWebpackAliases(config: WebpackConfig | undefined, aliases: Record<string, string>): WebpackConfig | undefined {
  if (!config) return config;
  return { ...config, resolve: { ...config.resolve, alias: { ...config.resolve?.alias, ...aliases } } };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** `./folder/file`, with forward slashes on every system. */
function relativeRequest(root: string, file: string): string {
  return `./${path.relative(root, file).split(path.sep).join('/')}`;
}
