import { isExternalUrl, splitSuffix } from '../core/asset-path.js';
import type { RenderManifest } from '../core/render-manifest.js';
import { reportMissingAsset } from './missing-asset.js';

/** What a look-up finds: the finished URL and, where the `integrity` option asks for it, its SRI metadata. */
export interface ResolvedAsset {
  url: string;
  integrity: string | undefined;
}

export type ResolveAsset = (path: string) => ResolvedAsset;

/**
 * The hashed URL of a file in `public/`, with `basePath` or the CDN prefix in
 * front. `?query` and `#fragment` are kept, external URLs (`https:`, `//`,
 * `data:`, `blob:`) returned as they are.
 *
 * @param path asset path: `/img/hero.jpg`.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ASSET_MISSING` in `next build`,
 * for a path that `public/` has no file for; a running site gets the original
 * URL and one warning.
 * @example <Image src={asset('/img/hero.jpg')} width={1200} height={630} alt="" />
 */
export type Asset = (path: string) => string;

export function createAsset(resolve: ResolveAsset): Asset {
  return (path) => resolve(path).url;
}

/**
 * Binds a render manifest to the look-up that `asset()` and the components
 * share. External URLs, fragments and paths that nobody knows come back as
 * they are, the latter with `basePath` in front.
 */
export function createResolver(manifest: RenderManifest): ResolveAsset {
  return (path) => {
    if (isExternalUrl(path) || path.startsWith('#')) return { url: path, integrity: undefined };
    // A name may hold `?` or `#` itself, so the whole string is tried first.
    const whole = find(manifest, path);
    if (whole) return whole;
    const { path: bare, suffix } = splitSuffix(path);
    const found = find(manifest, bare) ?? find(manifest, decode(bare));
    if (found) return { url: found.url + suffix, integrity: found.integrity };
    reportMissingAsset(bare, manifest);
    return { url: manifest.basePath + path, integrity: undefined };
  };
}

function find({ assets }: RenderManifest, path: string): ResolvedAsset | undefined {
  // Only own entries: `Object.prototype` has no names with a slash.
  const entry = path.startsWith('/') ? assets[path] : undefined;
  if (entry === undefined) return undefined;
  return typeof entry === 'string' ? { url: entry, integrity: undefined } : { url: entry[0], integrity: entry[1] };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
