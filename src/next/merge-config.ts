import path from 'node:path';
import type { NextConfig } from 'next';
import { splitExtension } from '../core/asset-path.js';
import type { HeaderRule } from '../core/header-rules.js';
import type { RewriteRules } from '../core/rewrite-rules.js';
import type { Project } from '../pipeline/project.js';
import { turbopackRules, webpackRules } from './bundler-rules.js';
import { isTurbopackByDefault } from './environment.js';
import { PACKAGE } from './next-config.js';
import type { MakeHeaderRules, SmartCacheApp } from './smart-cache-app.js';

const SERVER_MODULE = `${PACKAGE}/manifest`;
const CLIENT_MODULE = `${PACKAGE}/client-manifest`;

/**
 * The user's config with ours added, as a new object. Unknown keys stay, and
 * the user's functions are called first.
 */
export function mergeConfig(config: NextConfig, project: Project, app: SmartCacheApp): NextConfig {
  const { root, usesJsxRuntime } = project;
  const { modules, rewriteRules, headerRules } = app;
  const ruleSettings = { moduleFile: modules.server, usesJsxRuntime };
  const nextAliases = usesJsxRuntime ? aliasesOfNext(config, app) : {};
  const inApp = (file: string) => `./${path.relative(root, file).split(path.sep).join('/')}`;
  return {
    ...config,
    ...(rewriteRules && {
      rewrites: async () => {
        app.prepare();
        return mergeRewrites(await config.rewrites?.(), rewriteRules());
      },
    }),
    ...(headerRules && mergeHeaders(config, headerRules)),
    ...imagesWithHashedPaths(config, project, app),
    // The Pages Router bundles a package for the server only if it is listed, and an alias only reaches what is bundled.
    transpilePackages: [...new Set([...(config.transpilePackages ?? []), PACKAGE])],
    ...(!hasIgnoredWebpack(config) && {
      turbopack: {
        ...config.turbopack,
        rules: turbopackRules(config.turbopack?.rules, ruleSettings, root),
        resolveAlias: {
          ...Object.fromEntries(Object.entries(nextAliases).map(([request, file]) => [request, inApp(file)])),
          ...config.turbopack?.resolveAlias,
          [SERVER_MODULE]: inApp(modules.server),
          [CLIENT_MODULE]: { browser: inApp(modules.client), default: inApp(modules.clientOnServer) },
        },
      },
    }),
    webpack: (webpackConfig, context) => {
      app.prepare();
      const merged = config.webpack ? config.webpack(webpackConfig, context) : webpackConfig;
      // Next reports a `webpack` function that returns nothing.
      if (!merged) return merged;
      const own: Record<string, unknown> = merged.resolve?.alias ?? {};
      // The app's own aliases for Next stay.
      const free = Object.entries(nextAliases).filter(([request]) => !(request in own || `${request}$` in own));
      const alias = {
        ...own,
        ...Object.fromEntries(free),
        [`${SERVER_MODULE}$`]: modules.server,
        [`${CLIENT_MODULE}$`]: context.isServer ? modules.clientOnServer : modules.client,
      };
      const rules = webpackRules(merged.module?.rules ?? [], ruleSettings);
      return { ...merged, resolve: { ...merged.resolve, alias }, module: { ...merged.module, rules } };
    },
    compiler: {
      ...config.compiler,
      runAfterProductionCompile: async (metadata) => {
        await config.compiler?.runAfterProductionCompile?.(metadata);
        await app.afterCompile(path.resolve(metadata.projectDir, metadata.distDir));
      },
    },
  };
}

/**
 * Next's components that load files → the modules through which the JSX runtime
 * knows them. For an app with an image loader of its own, `src` is a name that
 * a service knows, not a URL.
 */
function aliasesOfNext({ images }: NextConfig, { modules }: SmartCacheApp): Record<string, string> {
  const hasLoader = Boolean(images?.loaderFile) || (images?.loader ?? 'default') !== 'default';
  return { 'next/script': modules.nextScript, ...(!hasLoader && { 'next/image': modules.nextImage }) };
}

/**
 * Whether Next 16 stops at this config: with a `webpack` function, no
 * `turbopack` key, and no bundler chosen, Turbopack would ignore the function.
 * A `turbopack` key of ours would hide that.
 */
function hasIgnoredWebpack(config: NextConfig): boolean {
  return isTurbopackByDefault() && Boolean(config.webpack) && config.turbopack === undefined;
}

type LocalPatterns = NonNullable<NonNullable<NextConfig['images']>['localPatterns']>;

/** Lets `next/image` load allowed images by hashed URL too. */
function imagesWithHashedPaths({ images }: NextConfig, { options }: Project, { hasQueries }: SmartCacheApp): Pick<NextConfig, 'images'> {
  const patterns = images?.localPatterns;
  if (hasQueries) {
    // Next 16 refuses local images with a query, unless a pattern allows it. Without patterns, it allows all paths.
    const withAnyQuery = (patterns ?? [{ pathname: '/**' }]).map(({ search, ...pattern }) => pattern);
    return { images: { ...images, localPatterns: withAnyQuery } };
  }
  if (!patterns) return {};
  return { images: { ...images, localPatterns: patterns.map((pattern) => withHashedPaths(pattern, options.hashLength)) } };
}

/**
 * `/img/hero.png` → `/img/hero{,.[0-9a-f]…}.png`: one pattern each, since Next
 * allows at most 25. A pattern without an extension matches hashed names already.
 */
function withHashedPaths(pattern: LocalPatterns[number], hashLength: number): LocalPatterns[number] {
  const { pathname = '' } = pattern;
  const hash = `{,.${'[0-9a-f]'.repeat(hashLength)}}`;
  const { stem, extension } = splitExtension(pathname);
  // In `/img/{a.png,b.jpg}`, each alternative has its own extension.
  const closesOnly = /^[^{(]*[})]/.test(extension);
  if (closesOnly) return { ...pattern, pathname: pathname.replace(/\.\w+(?=[,|})])/g, `${hash}$&`) };
  return extension ? { ...pattern, pathname: stem + hash + extension } : pattern;
}

/** Whether Next accepts the type of `headers`. Next reports and ignores any other type. */
export function canMergeHeaders({ headers }: Pick<NextConfig, 'headers'>): boolean {
  return headers === undefined || typeof headers === 'function';
}

/** Puts our header rules last, since Next lets the last rule win. Next reports a result that it refuses. */
function mergeHeaders(config: NextConfig, makeRules: MakeHeaderRules): Pick<NextConfig, 'headers'> {
  if (!canMergeHeaders(config)) return {};
  return {
    headers: async () => {
      const own: unknown = config.headers ? await config.headers() : [];
      return (Array.isArray(own) ? [...own, ...makeRules(keysOf(own))] : own) as HeaderRule[];
    },
  };
}

/** The names of all headers that rules set. The rules are unchecked. */
function keysOf(rules: readonly unknown[]): string[] {
  const headers = rules.map((rule) => (Object(rule) as { headers?: unknown }).headers).filter((value) => Array.isArray(value));
  const keys = headers.flat().map((header: unknown) => (Object(header) as { key?: unknown }).key);
  return keys.filter((key) => typeof key === 'string');
}

type RewritesResult = Awaited<ReturnType<NonNullable<NextConfig['rewrites']>>>;
type RewritesByKey = Partial<Exclude<RewritesResult, unknown[]>>;

const REWRITE_KEYS: readonly string[] = ['beforeFiles', 'afterFiles', 'fallback'];

/**
 * Puts our rewrites first, so that a rule of the user for every path does not
 * catch hashed paths. An array means `afterFiles`, as in Next. Next reports a
 * result that it refuses.
 */
function mergeRewrites(own: unknown, rules: RewriteRules): RewritesResult {
  const byKey: unknown = Array.isArray(own) ? { afterFiles: own } : (own ?? {});
  if (!isRewritesByKey(byKey)) return own as RewritesResult;
  return {
    beforeFiles: [...rules.beforeFiles, ...(byKey.beforeFiles ?? [])],
    afterFiles: [...rules.afterFiles, ...(byKey.afterFiles ?? [])],
    fallback: [...(byKey.fallback ?? [])],
  };
}

function isRewritesByKey(value: unknown): value is RewritesByKey {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(([key, rewrites]) => REWRITE_KEYS.includes(key) && (Array.isArray(rewrites) || !rewrites));
}
