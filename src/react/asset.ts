import { isExternalUrl } from '../core/asset-path.js';
import type { AssetPath, AssetUrl, ExternalUrl, LinkableUrl } from '../core/public-folder.js';
import { findUnlisted, lookUp, lookUpUrl, type RenderManifest, type ResolvedAsset, withoutBasePath } from '../core/render-manifest.js';
import { noteRendered, sharedGlobals } from '../core/shared-globals.js';
import type { FindUrl } from '../core/url-attributes.js';
import { type AskedBy, foreseeUnlisted, forgetMissingAsset, reportMissingAsset, reportUnwired, warnOfUnlisted } from './missing-asset.js';

/** @param askedBy for messages: the component, or nothing for `asset()`. */
export type ResolveAsset = (path: string, askedBy?: AskedBy) => ResolvedAsset;

/**
 * The hashed URL of a file in `public/`, with `basePath` or the CDN prefix in
 * front. `?query` and `#fragment` are kept, external URLs (`https:`, `//`,
 * `data:`, `blob:`) returned as they are.
 *
 * With `smart-cache-env.d.ts`, a path that `public/` has no file for does not
 * compile; a path put together at run time is passed `as AssetPath`.
 *
 * @param path asset path: `/img/hero.jpg`.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ASSET_MISSING` in `next build`,
 * for a path that `public/` has no file for, where it cannot be kept for the
 * list with which the build fails in the end; a running site gets the original
 * URL and one warning.
 * @example <Image src={asset('/img/hero.jpg')} width={1200} height={630} alt="" />
 */
export interface Asset {
  // What costs the compiler least comes first. When none fits, it reports the last of four, but all of three.
  (path: AssetPath): string;
  (path: ExternalUrl): string;
  <Url extends string>(path: LinkableUrl<Url>): string;
  (path: AssetUrl): string;
}

export function createAsset(resolve: ResolveAsset): Asset {
  return (path: string) => resolve(path).url;
}

/**
 * Binds a render manifest to the look-up that `asset()` and the components
 * share. External URLs, fragments and paths that nobody knows come back as
 * they are, the latter with `basePath` in front.
 */
export function createResolver(manifest: RenderManifest): ResolveAsset {
  publishNewest(manifest);
  return (path, askedBy) => {
    if (isExternalUrl(path) || path.startsWith('#')) return { url: path };
    if (process.env.NODE_ENV === 'development' && typeof window === 'undefined') noteRendered();
    const found = lookUp(newestOf(manifest), path);
    if (found) {
      if (process.env.NODE_ENV === 'development') {
        foreseeUnlisted(path, manifest);
        forgetMissingAsset(path);
      }
      return found;
    }
    const url = path.startsWith('/') ? manifest.basePath + path : path;
    // Bundlers know `typeof window`: browsers get none of it.
    if (typeof window === 'undefined' && manifest.onMissing === undefined) reportUnwired(path);
    else reportMissingAsset(path, manifest, askedBy);
    return { url };
  };
}

/** A path may come from a visitor, and a server runs for months. */
const MAX_NOT_FOUND = 1000;

/**
 * Binds a render manifest to the look-up of automatic hashing: the hashed URL
 * of a path as the author writes it in an attribute, with or without `basePath`.
 * It leaves unknown paths alone. If only the browser lacks the path, the server
 * prints a warning.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_CONFIG_DROPPED`, as `asset()` does.
 */
export function createFindUrl(manifest: RenderManifest): FindUrl {
  publishNewest(manifest);
  const notFound = new Set<string>();
  return (written, mustBeSameOrigin) => {
    const { basePath } = manifest;
    if (written[0] !== '/') return undefined;
    const path = withoutBasePath(manifest, written);
    let url = lookUpUrl(newestOf(manifest), path);
    // A file that keeps its name: with a `basePath`, the written path may be that of another app.
    if (url === basePath + path || (mustBeSameOrigin && !/^\/[^/]/.test(`${url}`))) url = undefined;
    if (process.env.NODE_ENV === 'development') {
      if (typeof window === 'undefined') noteRendered();
      if (url) foreseeUnlisted(path, manifest);
    }
    if (typeof window === 'undefined' && !url && !notFound.has(path) && notFound.size < MAX_NOT_FOUND) {
      notFound.add(path);
      if (manifest.onMissing === undefined) reportUnwired(path);
      const unlisted = findUnlisted(manifest.unlisted, path);
      if (unlisted !== undefined) warnOfUnlisted(unlisted);
    }
    return url;
  };
}

function publishNewest(manifest: RenderManifest): void {
  if (process.env.NODE_ENV === 'development' && typeof window !== 'undefined') sharedGlobals().newestManifest = manifest;
}

/**
 * In development the newest that there is. A module that is already running,
 * or that Next takes from its cache for a page that it compiles, has an older
 * one: a server would render other URLs than the browser then does.
 */
export function newestOf(manifest: RenderManifest): RenderManifest {
  // Without the aliases the browser has no entry either.
  if (process.env.NODE_ENV !== 'development' || manifest.onMissing === undefined) return manifest;
  const newest = sharedGlobals().newestManifest;
  // Another app in the same process has another one.
  return newest?.basePath === manifest.basePath ? newest : manifest;
}
