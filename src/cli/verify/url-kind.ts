import { fromHashedPath, toHashedPath } from '../../core/asset-path.js';
import { STORE_URL } from '../../core/rewrite-rules.js';

/**
 * What a URL is, as far as its form says:
 *
 * - `hashed`: it holds what may be a hash, in one of the two deliveries' forms
 * - `perhaps-hashed`: so it does, but on another origin: under a `cdnPrefix` of this site, or somebody else's
 * - `plain`: of the same site, without a hash: a file of `public/`, or a route
 * - `framework`: made by Next or the host, which see to its caching themselves
 * - `elsewhere`: somebody else's
 */
export type UrlKind = 'hashed' | 'perhaps-hashed' | 'plain' | 'framework' | 'elsewhere';

/** A name with a hash in front of its extension, or at its end: `application.46fb7aa72a.js`, `LICENSE.adc37366f4`. */
const HASH = /\.([0-9a-f]{8,64})(?:\.[^./]+)?$/;

/** Where static delivery, and what rewrites cannot cover, leads to; no one else puts files there. */
const STORE_FOLDER = `${STORE_URL}/`;

/** Paths that hosts answer themselves. */
const HOST_PATH = /^\/(?:_vercel|cdn-cgi|\.netlify)\//;

/** @param siteOrigin of the page that holds the URL. */
export function kindOf(url: URL, siteOrigin: string): UrlKind {
  if (isInStore(url)) return 'hashed';
  if (url.pathname.includes('/_next/')) return 'framework';
  const isHashed = hashOf(url) !== undefined;
  if (url.origin !== siteOrigin) return isHashed ? 'perhaps-hashed' : 'elsewhere';
  if (isHashed) return 'hashed';
  return HOST_PATH.test(url.pathname) ? 'framework' : 'plain';
}

export function isInStore(url: URL): boolean {
  return url.pathname.includes(STORE_FOLDER) && hashOf(url) !== undefined;
}

/** The hash in a URL, if there may be one. */
export function hashOf({ pathname }: URL): string | undefined {
  return HASH.exec(pathname)?.[1];
}

/** The URL with another hash in the place of its own. */
export function withHash(url: URL, hash: string): URL {
  return withPath(url, toHashedPath(fromHashedPath(url.pathname), hash));
}

/** The URL of the original. */
export function withoutHash(url: URL): URL {
  return withPath(url, fromHashedPath(url.pathname));
}

function withPath(url: URL, pathname: string): URL {
  const changed = new URL(url);
  changed.pathname = pathname;
  return changed;
}

/** The image that an optimised one is made of: `/_next/image?url=…`. */
export function imageInside(url: URL): URL | undefined {
  const inner = /\/_next\/image\/?$/.test(url.pathname) ? url.searchParams.get('url') : null;
  return inner !== null && URL.canParse(inner, url) ? new URL(inner, url) : undefined;
}
