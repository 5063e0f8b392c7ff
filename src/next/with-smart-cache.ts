import type { NextConfig } from 'next';
import type { SmartCacheOptions } from '../core/options.js';
import { sharedGlobals } from '../core/shared-globals.js';
import { developmentApp } from './development-app.js';
import { currentProjectRoot, enterWrappedProcess, isReadOnly, markAsWrapped, modeOf, registeredOptions } from './environment.js';
import { mergeConfig } from './merge-config.js';
import { type NextConfigExport, type NextConfigFunction, projectOf, requireConfigObject } from './next-config.js';
import { productionApp } from './production-app.js';
import { warn } from './smart-cache-app.js';
import { checkVersions } from './supported-versions.js';

/**
 * Wraps a Next config, so that the files of `public/` get URLs with their
 * content hash and are served as immutable.
 *
 * It returns an object for an object, and a function for a function (sync or
 * async), so other wrappers compose on either side. It never changes the config
 * that it is given. Wrapping twice is the same as once.
 *
 * @param nextConfig what `next.config` exports without this package. Default: `{}`.
 * @param options see {@link SmartCacheOptions}; all have defaults.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_OPTION_INVALID` for an option of
 * the wrong type, `ERR_SMART_CACHE_CONFIG_INVALID` for a config that is neither
 * object nor function, `ERR_SMART_CACHE_VERSION_UNSUPPORTED` for a version of
 * Next or React that is too old.
 * @example
 * // next.config.ts
 * import { withSmartCache } from 'next-smart-cache/config';
 * export default withSmartCache({ reactStrictMode: true });
 */
export function withSmartCache(nextConfig?: NextConfig, options?: SmartCacheOptions): NextConfig;
export function withSmartCache(nextConfig: NextConfigFunction, options?: SmartCacheOptions): NextConfigFunction;
export function withSmartCache(nextConfig: NextConfigExport = {}, options: SmartCacheOptions = {}): NextConfigExport {
  // The config file is on the call stack only now: Next calls a config function later.
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

/** @param where where the config comes from, for an error message. */
function wrapObject(config: NextConfig, options: SmartCacheOptions, root: string, phase: string | undefined, where: string): NextConfig {
  requireConfigObject(config, where);
  if (registeredOptions(config)) return config;
  const project = projectOf(config, root, options);
  const newerVersions = checkVersions(root);
  const mode = modeOf(phase);
  if (mode === 'other') sharedGlobals().loadedApp = { distDir: config.distDir ?? '.next', isExport: project.isExport };
  const isMainProcess = !isReadOnly() && enterWrappedProcess();
  const app = mode === 'development' ? developmentApp(project) : productionApp(project, config, isMainProcess);
  if (isMainProcess && mode !== 'other') {
    warn(newerVersions);
    app.start();
  }
  // With rewrites, Next asks for them before it compiles. Without rewrites, nothing else runs before.
  if (!app.rewriteRules && mode !== 'other' && !isReadOnly()) app.prepare();
  return markAsWrapped(mergeConfig(config, project, app), options);
}

function isPromiseLike(value: NextConfig | PromiseLike<NextConfig>): value is PromiseLike<NextConfig> {
  return 'then' in Object(value);
}
