import { SmartCacheError } from '../core/errors.js';
import { WRAPPED_BY } from '../core/wrapped-process.js';
import { isNextBuild } from './next-build.js';

let isSaid = false;

/**
 * The manifest at hand is the empty one that the package ships, on the server.
 * In Jest, Storybook or a plain script that is as it should be, and nothing is
 * said. Inside of Next it means that no hashed URL is ever rendered.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_CONFIG_DROPPED` in `next build`,
 * if the config was wrapped; otherwise it is one warning.
 */
export function reportUnwired(path: string): void {
  // next/jest loads the config and Next, too.
  if (process.env.NODE_ENV === 'test') return;
  const isWrapped = process.env[WRAPPED_BY] !== undefined;
  if (isWrapped && isNextBuild()) throw aliasesDropped(path);
  if (isSaid || !(isWrapped || process.env.NEXT_RUNTIME)) return;
  isSaid = true;
  console.warn(`next-smart-cache: ${(isWrapped ? aliasesDropped(path) : notWrapped(path)).message}`);
}

function aliasesDropped(path: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_CONFIG_DROPPED', {
    what: 'An asset path cannot be looked up, because the bundler did not use the aliases of withSmartCache',
    where: path,
    why:
      'another wrapper, or the config itself, replaces rewrites, webpack, turbopack.resolveAlias or transpilePackages afterwards; ' +
      'or asset() is called where Next bundles nothing: in next.config, or in a package of node_modules that a page of the Pages Router uses',
    fix:
      'let withSmartCache be outermost: "export default withSmartCache(withOther(nextConfig))", or call and spread what it returned; ' +
      'name such a package in transpilePackages; in next.config, write the original URL',
  });
}

function notWrapped(path: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_CONFIG_DROPPED', {
    what: 'Assets are linked under their original URLs, without a hash',
    where: path,
    why: 'the Next config is not wrapped',
    fix: 'write "export default withSmartCache(nextConfig)" in next.config, with withSmartCache from "next-smart-cache/config"',
  });
}
