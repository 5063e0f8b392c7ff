import { splitSuffix } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import { nearestNames } from '../core/nearest-names.js';
import type { RenderManifest } from '../core/render-manifest.js';
import { findUnlisted, unpackAssetPaths } from '../core/unlisted-assets.js';
import { isNextBuild } from './next-build.js';
import { warnOfUnlisted } from './unlisted-asset.js';

const reported = new Set<string>();

/** A path may come from a visitor, and a server runs for months. */
const MAX_REPORTED = 1000;

/**
 * A written path that the manifest does not know: breaks `next build`, is said
 * once per path in development and in production, and never takes a live page
 * down. Says nothing where no app is wired up (Jest, Storybook).
 *
 * One that only the browser is not given an entry for is a warning in
 * `next build` too: the site works, and which paths are asked for may be
 * decided by data that changes without any code.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ASSET_MISSING`, in `next build` only.
 */
export function reportMissingAsset(written: string, manifest: RenderManifest): void {
  if (manifest.onMissing === undefined) return;
  // Bundlers know `typeof window`: none of this is sent to browsers in production.
  if (typeof window !== 'undefined' && process.env.NODE_ENV === 'production') return;
  const { path } = splitSuffix(written);
  const breaksBuild = manifest.onMissing === 'error' && isNextBuild();
  if ((reported.has(path) || reported.size >= MAX_REPORTED) && !breaksBuild) return;
  reported.add(path);
  const unlisted = findUnlisted(manifest.unlisted, written);
  if (unlisted !== undefined) {
    warnOfUnlisted(unlisted);
    return;
  }
  const error = missingAsset(path, manifest);
  if (breaksBuild) throw error;
  console.warn(`next-smart-cache: ${error.message}`);
}

function missingAsset(path: string, { assets, unlisted }: RenderManifest): SmartCacheError {
  const nearest = nearestNames(path, new Set([...Object.keys(assets), ...unpackAssetPaths(unlisted)]));
  return new SmartCacheError('ERR_SMART_CACHE_ASSET_MISSING', {
    what: 'public/ has no file for an asset path',
    where: path,
    why: path.startsWith('/') ? 'the name is mistyped, or the file is not there' : 'asset paths begin with "/"',
    fix: nearest.length
      ? `did you mean ${nearest.map((name) => `"${name}"`).join(' or ')}?`
      : 'add the file to public/, or correct the path in your source',
  });
}
