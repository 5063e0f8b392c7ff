import { SmartCacheError } from '../core/errors.js';
import { nearestNames } from '../core/nearest-names.js';
import type { RenderManifest } from '../core/render-manifest.js';
import { isNextBuild } from './next-build.js';

const reported = new Set<string>();

/**
 * An asset path that the manifest does not know: breaks `next build`, is said
 * once per path in development and in production, and never takes a live page
 * down. Says nothing where no app is wired up (Jest, Storybook).
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ASSET_MISSING`, in `next build` only.
 */
export function reportMissingAsset(path: string, manifest: RenderManifest): void {
  if (manifest.onMissing === undefined) return;
  // Bundlers know `typeof window`: none of this is sent to browsers in production.
  if (typeof window !== 'undefined' && process.env.NODE_ENV === 'production') return;
  const breaksBuild = manifest.onMissing === 'error' && isNextBuild();
  if (reported.has(path) && !breaksBuild) return;
  reported.add(path);
  const error = missingAsset(path, manifest);
  if (breaksBuild) throw error;
  console.warn(`next-smart-cache: ${error.message}`);
}

function missingAsset(path: string, { assets }: RenderManifest): SmartCacheError {
  const nearest = nearestNames(path, Object.keys(assets));
  return new SmartCacheError('ERR_SMART_CACHE_ASSET_MISSING', {
    what: 'public/ has no file for an asset path',
    where: path,
    why: path.startsWith('/')
      ? 'the name is mistyped, the file is not there, or client code puts the path together at run time'
      : 'asset paths begin with "/"',
    fix: nearest.length
      ? `did you mean ${nearest.map((name) => `"${name}"`).join(' or ')}?`
      : 'add the file to public/, or name it in the "clientAssets" option if client code builds its path',
  });
}
