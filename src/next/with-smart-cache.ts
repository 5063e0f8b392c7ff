import type { NextConfig } from 'next';
import { describeProblem } from '../core/errors.js';
import { visible } from '../core/message-text.js';
import type { SmartCacheOptions } from '../core/options.js';
import type { Project } from '../pipeline/project.js';
import { currentProjectRoot, enterWrappedProcess, isReadOnly, markAsWrapped, modeOf, registeredOptions } from './environment.js';
import { checkWhenFinished } from './finished-build.js';
import { mergeConfig } from './merge-config.js';
import { canMergeHeaders } from './merge-rules.js';
import { failOfMissingAssets } from './missing-assets.js';
import { type NextConfigExport, type NextConfigFunction, projectOf, requireConfigObject } from './next-config.js';
import { developmentApp, productionApp } from './smart-cache-app.js';
import { checkVersions } from './supported-versions.js';

/**
 * Wraps a Next config, so that the files of `public/` are linked under URLs
 * with their content hash and served as immutable.
 *
 * An object gives an object, a function (sync or async) a function, so that
 * other wrappers compose on either side. The config given is never changed,
 * and wrapping twice is the same as once.
 *
 * @param nextConfig what `next.config` would export without this package. Default: `{}`.
 * @param options see {@link SmartCacheOptions}; all have defaults.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_OPTION_INVALID` for an option of
 * the wrong type, `ERR_SMART_CACHE_CONFIG_INVALID` for a config that is
 * neither object nor function, `ERR_SMART_CACHE_VERSION_UNSUPPORTED` for a
 * version of Next or React that is too old.
 * @example
 * // next.config.ts
 * import { withSmartCache } from 'next-smart-cache/config';
 * export default withSmartCache({ reactStrictMode: true });
 */
export function withSmartCache(nextConfig?: NextConfig, options?: SmartCacheOptions): NextConfig;
export function withSmartCache(nextConfig: NextConfigFunction, options?: SmartCacheOptions): NextConfigFunction;
export function withSmartCache(nextConfig: NextConfigExport = {}, options: SmartCacheOptions = {}): NextConfigExport {
  // Now, while the config file is on the call stack; a function is called later, by Next.
  const root = currentProjectRoot();
  if (typeof nextConfig !== 'function')
    return wrapObject(nextConfig, options, root, undefined, 'the first argument of withSmartCache() in your next.config');
  if (registeredOptions(nextConfig)) return nextConfig;
  const wrapped: NextConfigFunction = (...args) => {
    const config = nextConfig(...args);
    // A synchronous function stays one: a wrapper outside may spread what it returns.
    return isPromiseLike(config)
      ? Promise.resolve(config).then((settled) => wrapObject(settled, options, root, args[0], RETURNED))
      : wrapObject(config, options, root, args[0], RETURNED);
  };
  return markAsWrapped(wrapped, options);
}

const RETURNED = 'what the function given to withSmartCache() in your next.config returned';

function wrapObject(config: NextConfig, options: SmartCacheOptions, root: string, phase: string | undefined, where: string): NextConfig {
  requireConfigObject(config, where);
  if (registeredOptions(config)) return config;
  const project = projectOf(config, root, options);
  const mode = modeOf(phase);
  const newerVersions = checkVersions(root);
  const isMainProcess = !isReadOnly() && enterWrappedProcess();
  if (isMainProcess && mode !== 'other') {
    for (const warning of newerVersions) console.warn(visible(warning));
    if (mode === 'build') {
      announceDelivery(project);
      failOfMissingAssets(project);
      checkWhenFinished(project, !project.isExport && canMergeHeaders(config));
    }
  }
  const app = mode === 'development' ? developmentApp(project) : productionApp(project, config, { checkCopies: isMainProcess });
  // Without a rewrite there is no call from Next that comes before it compiles.
  if (!app.rewriteRules && mode !== 'other' && !isReadOnly()) app.prepare();
  return markAsWrapped(mergeConfig(config, app, root), options);
}

function announceDelivery({ deliveryLines, deliveryChoice: { warning } }: Project): void {
  if (warning) console.warn(`next-smart-cache: ${describeProblem(warning)}`);
  for (const line of deliveryLines) console.log(`next-smart-cache: ${visible(line)}`);
}

function isPromiseLike(value: NextConfig | PromiseLike<NextConfig>): value is PromiseLike<NextConfig> {
  return 'then' in Object(value);
}
