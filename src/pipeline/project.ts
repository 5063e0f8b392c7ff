import fs from 'node:fs';
import path from 'node:path';
import type { UrlPrefixes } from '../core/asset-path.js';
import { chooseDelivery, chooseStoreUrl, type DeliveryChoice, describeDelivery } from '../core/delivery.js';
import { SmartCacheError } from '../core/errors.js';
import { type BuildSettings, type Delivery, findHost, findHostLimits, type HostLimits, WRANGLER_FILES } from '../core/hosts.js';
import { type ResolvedOptions, resolveOptions, type SmartCacheOptions } from '../core/options.js';
import { DECLARATION_FILE } from '../core/public-folder.js';

/** The folders and settings of one app. All paths are absolute. */
export interface Project {
  /** The app's folder, which holds `next.config` and `public/`. */
  root: string;
  publicDir: string;
  /** Whether the folder has a `next.config`. Such an app may have no `public/`. */
  isApp: boolean;
  /** `.smart-cache/`: the manifest and the modules generated from it. */
  outputDir: string;
  manifestPath: string;
  /** `smart-cache-env.d.ts`: the asset paths as a type. */
  declarationPath: string;
  /** The folder of Next's output. */
  buildDir: string;
  /** Under `buildDir/cache`, which hosts and CI carry from build to build. */
  cacheDir: string;
  options: ResolvedOptions;
  /** Names of installed packages that Next compiles with the app. */
  transpilePackages: readonly string[];
  /** Extensions of route files, such as `tsx`. */
  pageExtensions: readonly string[];
  /** Whether the JSX runtime of this package creates the app's elements. */
  usesJsxRuntime: boolean;
  /** The `tsconfig.json` that Next reads. It may not exist. */
  tsconfigFile: string;
  /** Whether Next uses Emotion's JSX runtime unless a config names another one. */
  usesEmotion: boolean;
  /** Whether Next writes files for another server: `output: 'export'`. */
  isExport: boolean;
  /** The folder of the exported files. */
  exportDir: string;
  delivery: Delivery;
  deliveryChoice: DeliveryChoice;
  /** The lines in which the build names the delivery, and why. */
  deliveryLines: readonly string[];
  /** The name of the host that the build is for, if the build recognises one. */
  host: string | undefined;
  /** The limits of a known host for one deploy. */
  hostLimits: HostLimits | undefined;
  /** The folder of the hashed URLs that need no rewrite, without `basePath`. */
  storeUrl: string;
  prefixes: UrlPrefixes;
}

export interface ProjectInput {
  /** The app's folder. */
  root: string;
  /** Whether there is a `next.config`. Default: false. */
  isApp?: boolean;
  /** Next's `distDir`, relative to the app's folder. Default: `.next`. */
  distDir?: string | undefined;
  /** Next's `output`. */
  output?: string | undefined;
  /** Next's `adapterPath`. */
  adapterPath?: string | undefined;
  /** Next's `supportsImmutableAssets`; `false` for a Next that does not have it. Default: the adapter decides. */
  supportsImmutableAssets?: boolean | undefined;
  /** Whether the app names this package as its `jsxImportSource`. Default: false. */
  usesJsxRuntime?: boolean;
  /** Next's `typescript.tsconfigPath`. Default: `tsconfig.json`. */
  tsconfigPath?: string | undefined;
  /** Whether Next's `compiler.emotion` is on. Default: false. */
  usesEmotion?: boolean;
  /** The environment variables, which identify the host. Default: those of this process. */
  env?: BuildSettings['env'];
  /** Next's. Default: none. */
  basePath?: string | undefined;
  assetPrefix?: string | undefined;
  /** Next's `transpilePackages`. Default: none. */
  transpilePackages?: readonly string[] | undefined;
  /** Next's `pageExtensions`. Default: those of Next. */
  pageExtensions?: readonly string[] | undefined;
  options?: SmartCacheOptions | undefined;
}

/**
 * Resolves a project's folders and options.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_OPTION_INVALID`
 */
export function resolveProject({
  root,
  isApp = false,
  distDir = '.next',
  output,
  adapterPath,
  supportsImmutableAssets,
  usesJsxRuntime = false,
  tsconfigPath = 'tsconfig.json',
  usesEmotion = false,
  env = process.env,
  basePath = '',
  assetPrefix = '',
  transpilePackages = [],
  pageExtensions = ['tsx', 'ts', 'jsx', 'js'],
  options,
}: ProjectInput): Project {
  const resolved = resolveOptions(options, process.versions.zstd !== undefined);
  if (output === 'export' && resolved.delivery === 'rewrite') throw rewritesInExport();
  const build: BuildSettings = { env, output, adapterPath, supportsImmutableAssets, hasWranglerConfig: hasWranglerConfig(root) };
  const deliveryChoice = chooseDelivery(resolved.delivery, build);
  const outputDir = path.join(root, '.smart-cache');
  // Under `output: 'export'`, `distDir` is the folder that Next empties and exports to.
  const buildDir = path.join(root, output === 'export' ? '.next' : distDir);
  return {
    root,
    publicDir: path.join(root, 'public'),
    isApp,
    outputDir,
    manifestPath: path.join(outputDir, 'manifest.json'),
    declarationPath: path.join(root, DECLARATION_FILE),
    buildDir,
    cacheDir: path.join(buildDir, 'cache', 'next-smart-cache'),
    options: resolved,
    // withSmartCache adds this package to the list, but it is not app source.
    transpilePackages: transpilePackages.filter((name) => name !== 'next-smart-cache'),
    pageExtensions,
    usesJsxRuntime,
    tsconfigFile: path.resolve(root, tsconfigPath),
    usesEmotion,
    isExport: output === 'export',
    exportDir: path.join(root, distDir === '.next' ? 'out' : distDir),
    delivery: deliveryChoice.delivery,
    deliveryChoice,
    deliveryLines: describeDelivery(deliveryChoice, build),
    host: findHost(build)?.name,
    hostLimits: findHostLimits(build),
    storeUrl: chooseStoreUrl(deliveryChoice.delivery, build, resolved.fingerprint === 'content'),
    prefixes: { basePath, assetPrefix, cdnPrefix: resolved.cdnPrefix },
  };
}

function hasWranglerConfig(root: string): boolean {
  return WRANGLER_FILES.some((file) => fs.existsSync(path.join(root, file)));
}

function rewritesInExport(): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_OPTION_INVALID', {
    what: 'An option of withSmartCache is not valid',
    where: 'delivery',
    why: `it is "rewrite", but with output: 'export' no Next server runs, so nothing rewrites`,
    fix: 'remove "delivery", or set it to "static", in the second argument of withSmartCache() in your next.config',
  });
}
