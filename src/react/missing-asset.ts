import { splitSuffix } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import { type AskedBy, nameAsker } from '../core/missing-assets-record.js';
import { didYouMean, nearestNames } from '../core/nearest-names.js';
import type { RenderManifest } from '../core/render-manifest.js';
import { findUnlisted, unpackAssetPaths } from '../core/unlisted-assets.js';
import { isNextBuild } from './next-build.js';
import { recordMissingAsset } from './record-missing-asset.js';
import { warnOfUnlisted } from './unlisted-asset.js';

/** By registered symbol: a hot update evaluates this module anew, and servers bundle it more than once. */
const REPORTED: unique symbol = /* @__PURE__ */ Symbol.for('next-smart-cache.reported-missing');

type WithReported = { [REPORTED]?: Set<string> };

/** A path may come from a visitor, and a server runs for months. */
const MAX_REPORTED = 1000;

/**
 * A written path that the manifest does not know: fails `next build`, is said
 * once per path in development and in production, and never takes a live page
 * down. Says nothing where no app is wired up (Jest, Storybook).
 *
 * In `next build` rendering goes on, so that all missing paths are listed in
 * the end and not only the first: the path is recorded, and the URL marked.
 *
 * One that only the browser is not given an entry for is a warning in
 * `next build` too: the site works, and which paths are asked for may be
 * decided by data that changes without any code.
 *
 * @param url the original URL, to be used in place of a hashed one.
 * @returns the URL to use.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ASSET_MISSING`, in `next build`, where nothing can be recorded.
 */
export function reportMissingAsset(written: string, url: string, manifest: RenderManifest, askedBy: AskedBy): string {
  if (manifest.onMissing === undefined) return url;
  // Bundlers know `typeof window`: none of this is sent to browsers in production.
  if (typeof window !== 'undefined' && process.env.NODE_ENV === 'production') return url;
  const { path } = splitSuffix(written);
  const breaksBuild = manifest.onMissing === 'error' && isNextBuild();
  const reported = reportedPaths();
  if ((reported.has(path) || reported.size >= MAX_REPORTED) && !breaksBuild) return url;
  reported.add(path);
  const unlisted = findUnlisted(manifest.unlisted, written);
  if (unlisted !== undefined) {
    warnOfUnlisted(unlisted);
    return url;
  }
  const component = nameAsker(askedBy);
  const marked = breaksBuild && recordMissingAsset(url, path, component, () => nearestTo(path, manifest));
  if (marked) return marked;
  const error = missingAsset(path, component, nearestTo(path, manifest));
  if (breaksBuild) throw error;
  console.warn(`next-smart-cache: ${error.message}`);
  return url;
}

/** For development: a path that is there, so that it is said again when its file is removed once more. */
export function forgetMissingAsset(written: string): void {
  (globalThis as WithReported)[REPORTED]?.delete(splitSuffix(written).path);
}

function reportedPaths(): Set<string> {
  const shared = globalThis as WithReported;
  shared[REPORTED] ??= new Set();
  return shared[REPORTED];
}

function nearestTo(path: string, { assets, unlisted }: RenderManifest): string[] {
  return nearestNames(path, new Set([...Object.keys(assets), ...unpackAssetPaths(unlisted)]));
}

function missingAsset(path: string, component: string, nearest: readonly string[]): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_ASSET_MISSING', {
    what: 'public/ has no file for an asset path',
    where: `${path}, asked for by ${component}`,
    why: path.startsWith('/') ? 'the name is mistyped, or the file is not there' : 'asset paths begin with "/"',
    fix: nearest.length ? didYouMean(nearest) : 'add the file to public/, or correct the path in your source',
  });
}
