import { isExternalUrl } from '../core/asset-path.js';
import type { FindUrl } from '../core/hash-props.js';
import type { AssetPath, AssetUrl, ExternalUrl, LinkableUrl } from '../core/public-folder.js';
import { findUnlisted, lookUp, lookUpUrl, type RenderManifest, type ResolvedAsset, withoutBasePath } from '../core/render-manifest.js';
import { noteRendered, sharedGlobals } from '../core/shared-globals.js';
import {
  type AskedBy,
  forgetMissingAsset,
  reportEmptyManifest,
  reportMissingAsset,
  warnLaterOfUnlisted,
  warnOfUnlisted,
} from './missing-asset.js';

/** @param askedBy the component, for messages. Default: `asset()`. */
export type ResolveAsset = (path: string, askedBy?: AskedBy) => ResolvedAsset;

/**
 * Returns the hashed URL of a file in `public/`, with `basePath` or the CDN
 * prefix. Keeps `?query` and `#fragment`. Returns external URLs (`https:`, `//`,
 * `data:`, `blob:`) unchanged.
 *
 * A path that `public/` lacks fails `next build` at its end. A running site
 * gets the plain URL and one warning. With `smart-cache-env.d.ts`, such a
 * path does not compile; pass a path that is put together at run time
 * `as AssetPath`.
 *
 * @param path asset path: `/img/hero.jpg`.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ASSET_MISSING` in `next build`,
 * where the path cannot be recorded, such as in the edge runtime.
 * @example <Image src={asset('/img/hero.jpg')} width={1200} height={630} alt="" />
 */
export interface Asset {
  // The cheapest overload for the compiler comes first. With four, an error names only the last; with three, it names all.
  (path: AssetPath): string;
  (path: ExternalUrl): string;
  <Url extends string>(path: LinkableUrl<Url>): string;
  (path: AssetUrl): string;
}

export function createAsset(resolve: ResolveAsset): Asset {
  return (path: string) => resolve(path).url;
}

/**
 * Makes the look-up of `asset()` and the components. It returns external URLs
 * and fragments unchanged, and puts `basePath` in front of unknown paths.
 */
export function createResolver(manifest: RenderManifest): ResolveAsset {
  if (process.env.NODE_ENV === 'development') publishNewest(manifest);
  return (path, askedBy) => {
    if (isExternalUrl(path) || path.startsWith('#')) return { url: path };
    if (process.env.NODE_ENV === 'development' && typeof window === 'undefined') noteRendered();
    const found = lookUp(newestOf(manifest), path);
    if (found) {
      if (process.env.NODE_ENV === 'development') {
        warnLaterOfUnlisted(path, manifest);
        forgetMissingAsset(path);
      }
      return found;
    }
    const url = path.startsWith('/') ? manifest.basePath + path : path;
    // Bundlers know `typeof window`, and leave this out of browser bundles.
    if (typeof window === 'undefined' && manifest.onMissing === undefined) reportEmptyManifest(path);
    else reportMissingAsset(path, manifest, askedBy);
    return { url };
  };
}

/** Limits the memory: a path may come from a visitor, and a server runs for months. */
const MAX_NOT_FOUND = 1000;

/**
 * Makes the look-up of automatic hashing, which takes paths with or without
 * `basePath`, and keeps unknown paths. If only the browser lacks the path, the
 * server prints a warning.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_CONFIG_DROPPED`, as `asset()` does.
 */
export function createFindUrl(manifest: RenderManifest): FindUrl {
  if (process.env.NODE_ENV === 'development') publishNewest(manifest);
  const notFound = new Set<string>();
  return (written, mustBeSameOrigin) => {
    const { basePath } = manifest;
    if (!written.startsWith('/')) return undefined;
    const path = withoutBasePath(basePath, written);
    const found = lookUpUrl(newestOf(manifest), path);
    // If the URL is not hashed, keep the path as written: under a `basePath`, it may be a path of another app.
    const url = found === basePath + path || (mustBeSameOrigin && !/^\/[^/]/.test(found as string)) ? undefined : found;
    if (process.env.NODE_ENV === 'development') {
      if (typeof window === 'undefined') noteRendered();
      if (url) warnLaterOfUnlisted(path, manifest);
    }
    if (typeof window === 'undefined' && !url && !notFound.has(path) && notFound.size < MAX_NOT_FOUND) {
      notFound.add(path);
      if (manifest.onMissing === undefined) reportEmptyManifest(path);
      const unlisted = findUnlisted(manifest.unlisted, path);
      if (unlisted !== undefined) warnOfUnlisted(unlisted);
    }
    return url;
  };
}

function publishNewest(manifest: RenderManifest): void {
  if (typeof window !== 'undefined') sharedGlobals().newestManifest = manifest;
}

/**
 * Returns the newest manifest in development. A module that is already running,
 * or that Next takes from its cache, was compiled with an older one: the server
 * would render other URLs than the browser.
 */
export function newestOf(manifest: RenderManifest): RenderManifest {
  if (process.env.NODE_ENV !== 'development' || manifest.onMissing === undefined) return manifest;
  const newest = sharedGlobals().newestManifest;
  // Another app in the same process has another manifest.
  return newest?.basePath === manifest.basePath ? newest : manifest;
}
