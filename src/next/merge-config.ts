import path from 'node:path';
import type { NextConfig } from 'next';
import { splitExtension } from '../core/asset-path.js';
import { turbopackRules, webpackRules } from './bundler-rules.js';
import { mergeHeaders, mergeRewrites } from './merge-rules.js';
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
  const { rewriteRules, headerRules, usesJsxRuntime } = app;
  const ruleSettings = { moduleFile: app.modules.server, usesJsxRuntime };
  return {
    ...config,
    ...(rewriteRules && {
      rewrites: async () => {
        app.prepare();
        return mergeRewrites(await config.rewrites?.(), rewriteRules());
      },
    }),
    ...(headerRules && mergeHeaders(config, headerRules)),
    ...imagesWithHashedPaths(config, app),
    // The Pages Router does not bundle packages for the server unless told to, and an alias only reaches what is bundled.
    transpilePackages: unique([...(config.transpilePackages ?? []), PACKAGE]),
    ...(!wouldHideForgottenWebpack(config) && {
      turbopack: {
        ...config.turbopack,
        rules: turbopackRules(config.turbopack?.rules, ruleSettings, root),
        resolveAlias: {
          ...Object.fromEntries(Object.entries(nextAliases(config, app)).map(([request, file]) => [request, relativeRequest(root, file)])),
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
      // A `webpack` function that forgot to return is left to Next, which says so.
      if (!merged) return merged;
      const alias = webpackAliases(merged.resolve?.alias ?? {}, nextAliases(config, app), {
        [`${SERVER_MODULE}$`]: app.modules.server,
        [`${CLIENT_MODULE}$`]: context.isServer ? app.modules.clientOnServer : app.modules.client,
      });
      const rules = webpackRules(merged.module?.rules ?? [], ruleSettings);
      return { ...merged, resolve: { ...merged.resolve, alias }, module: { ...merged.module, rules } };
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
 * Components of Next that link files → the modules that make them known to the
 * JSX runtime. With an image loader of the app's own, `src` is a name that some
 * service knows the image by, and no URL.
 */
function nextAliases({ images }: NextConfig, { modules, usesJsxRuntime }: SmartCacheApp): Record<string, string> {
  if (!usesJsxRuntime) return {};
  const hasLoader = Boolean(images?.loaderFile) || (images?.loader ?? 'default') !== 'default';
  return { 'next/script': modules.nextScript, ...(!hasLoader && { 'next/image': modules.nextImage }) };
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

/** The images that `next/image` takes from this server: those that it takes already, under their hashed URLs too. */
function imagesWithHashedPaths({ images }: NextConfig, { hasQueries, hashLength }: SmartCacheApp): Pick<NextConfig, 'images'> {
  if (hasQueries) return { images: { ...images, localPatterns: withAnyQuery(images?.localPatterns) } };
  if (!images?.localPatterns) return {};
  return { images: { ...images, localPatterns: images.localPatterns.map((pattern) => withHashedPaths(pattern, hashLength)) } };
}

/**
 * `/img/hero.png` → `/img/hero{,.[0-9a-f]…}.png`: one pattern each, since Next
 * takes 25 at most. A pattern without an extension takes what follows it.
 */
function withHashedPaths(pattern: LocalPatterns[number], hashLength: number): LocalPatterns[number] {
  const { pathname = '' } = pattern;
  const hash = `{,.${'[0-9a-f]'.repeat(hashLength)}}`;
  const { stem, extension } = splitExtension(pathname);
  // `/img/{a.png,b.jpg}`: each of the alternatives has its own extension.
  const closesOnly = /^[^{(]*[})]/.test(extension);
  if (closesOnly) return { ...pattern, pathname: pathname.replace(/\.\w+(?=[,|})])/g, `${hash}$&`) };
  return extension ? { ...pattern, pathname: stem + hash + extension } : pattern;
}

/** Next 16 refuses local images with a query, unless a pattern allows it; without any, all others are allowed. */
function withAnyQuery(patterns: LocalPatterns = [{ pathname: '/**' }]): LocalPatterns {
  return patterns.map(({ search, ...pattern }) => pattern);
}

/** The app's own aliases for Next stay. */
function webpackAliases(
  own: Record<string, unknown>,
  ofNext: Record<string, string>,
  ours: Record<string, string>,
): Record<string, unknown> {
  const free = Object.entries(ofNext).filter(([request]) => !(request in own || `${request}$` in own));
  return { ...own, ...Object.fromEntries(free), ...ours };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** `./folder/file`, with forward slashes on every system. */
function relativeRequest(root: string, file: string): string {
  return `./${path.relative(root, file).split(path.sep).join('/')}`;
}
