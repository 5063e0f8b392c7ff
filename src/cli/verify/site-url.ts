import { fromHashedPath, splitExtension, toHashedPath } from '../../core/asset-path.js';
import { SmartCacheError } from '../../core/errors.js';
import { IMMUTABLE_STORE_URL, STORE_URL } from '../../core/rewrite-rules.js';

export interface Target {
  /** Without credentials, so that no message shows them. */
  url: URL;
  /** `user:password`, for one origin alone. */
  credentials: { origin: string; auth: string } | undefined;
}

/**
 * Reads the URL argument of `verify`.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE` for anything but an `http:` or `https:` URL.
 */
export function parseTarget(written: string): Target {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw notASite(written, url);
  url.hash = '';
  return { url: withoutCredentials(url), credentials: credentialsOf(url, written) };
}

export function withoutCredentials(url: URL): URL {
  const changed = new URL(url);
  changed.username = changed.password = '';
  return changed;
}

/** Quotes a URL for pasting into a shell: a server may have put `$(…)` into it. */
export function quoteForShell(url: string): string {
  return /^[\w:/.~%@-]+$/.test(url) ? url : `'${url.replaceAll("'", '%27')}'`;
}

function credentialsOf({ origin, username, password }: URL, written: string): Target['credentials'] {
  if (!username && !password) return undefined;
  try {
    return { origin, auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` };
  } catch {
    throw new SmartCacheError('ERR_SMART_CACHE_USAGE', {
      what: 'The user or password of this URL cannot be decoded',
      where: JSON.stringify(maskCredentials(written)),
      why: 'it has a "%" that does not begin an encoded byte, or bytes that are not UTF-8',
      fix: 'write each "%" of the password as "%25"',
    });
  }
}

function notASite(written: string, url: URL | undefined): SmartCacheError {
  const shown = maskCredentials(written);
  // URL takes `localhost` in `localhost:3000`, and `user` in `user:password@host`, for a scheme.
  const isHost = /^[\w.-]+:\d+(?:[/?#]|$)/.test(written) || shown.startsWith(MASK);
  const isOtherScheme = url !== undefined && !isHost;
  const host = shown.replace(MASK, '').replace(/^\/+/, '');
  const scheme = /^(?:localhost|127\.|\[::1\])/.test(host) ? 'http' : 'https';
  const guess = `${scheme}://${shown.replace(/^\/+/, '')}`;
  const isGuessable = !isOtherScheme && !/^https?:/i.test(written) && written !== '' && URL.canParse(guess);
  const why = isGuessable ? 'it does not begin with http:// or https://' : 'it cannot be read as a URL';
  return new SmartCacheError('ERR_SMART_CACHE_USAGE', {
    what: 'Not the URL of a site',
    where: JSON.stringify(shown),
    why: isOtherScheme ? `"${url.protocol}" is not HTTP` : why,
    fix: `next-smart-cache verify ${isGuessable ? guess : 'https://example.com/'}`,
  });
}

const MASK = '***@';

/** Masks everything up to the last `@`, since an unescaped password may hold any character. */
function maskCredentials(written: string): string {
  return written.replace(/^([a-z][a-z\d+.-]*:\/\/|\/\/)?.*@/is, (_, scheme = '') => scheme + MASK);
}

/**
 * The kind of a URL, by its form:
 *
 * - `hashed`: it may have a hash, in the form of one of the two deliveries
 * - `plain`: it may be a file of `public/`
 * - `route`: it has no extension, or asks for a page's data, so it is not a file
 * - `framework`: Next or the host makes it, and takes care of its caching
 * - `elsewhere`: it is on an origin that the user did not name
 */
export type UrlKind = 'hashed' | 'plain' | 'route' | 'framework' | 'elsewhere';

/** The origins that may get requests. */
export interface Origins {
  /** The origin of the page. */
  site: string;
  /** The origins of `--origin`. They serve hashed URLs too, as the CDN of `cdnPrefix` does. */
  others: ReadonlySet<string>;
}

export function kindOf(url: URL, { site, others }: Origins): UrlKind {
  if (url.origin !== site && !others.has(url.origin)) return 'elsewhere';
  if (isInStore(url)) return 'hashed';
  if (url.pathname.includes('/_next/') || HOST_PATH.test(url.pathname) || isMetadataFile(url)) return 'framework';
  if (hashOf(url) !== undefined) return 'hashed';
  // `cdnPrefix` is put in front of hashed URLs alone.
  if (url.origin !== site) return 'elsewhere';
  return splitExtension(url.pathname).extension === '' || url.searchParams.has('_rsc') ? 'route' : 'plain';
}

/** Whether this package may have made a URL. */
export function hasHashedForm(url: URL): boolean {
  return isInStore(url) || (!url.pathname.includes('/_next/') && hashOf(url) !== undefined);
}

/** A name with a hash before its extension, or at its end: `application.46fb7aa72a.js`, `LICENSE.adc37366f4`. */
const HASH = /\.([0-9a-f]{8,64})(?:\.[^./]+)?$/;

export function hashOf({ pathname }: URL): string | undefined {
  return HASH.exec(pathname)?.[1];
}

/** Whether a URL points into the store under Next's static folder, where only hashed files are. */
export function isInStore(url: URL): boolean {
  return [STORE_URL, IMMUTABLE_STORE_URL].some((storeUrl) => url.pathname.includes(`${storeUrl}/`)) && hashOf(url) !== undefined;
}

/** Paths that hosts answer themselves. */
const HOST_PATH = /^\/(?:_vercel|cdn-cgi|\.netlify)\//;

/**
 * Whether Next made the URL from a file of `app/`, with a hash in the query: `/icon.png?icon.0b3bf435.png`
 * (https://nextjs.org/docs/app/api-reference/file-conventions/metadata/app-icons).
 */
function isMetadataFile({ pathname, search }: URL): boolean {
  return search !== '' && /\/(?:favicon|(?:apple-)?icon\d*|(?:opengraph|twitter)-image\d*)\.[a-z]+$/.test(pathname);
}

export function withHash(url: URL, hash: string): URL {
  return withPath(url, toHashedPath(fromHashedPath(url.pathname), hash));
}

export function withoutHash(url: URL): URL {
  return withPath(url, fromHashedPath(url.pathname));
}

function withPath(url: URL, pathname: string): URL {
  const changed = new URL(url);
  changed.pathname = pathname;
  return changed;
}
