import type { HashedPathShape } from './hashed-path-shape.js';

/** One Next rewrite, the parts of it that this package uses. */
export interface RewriteRule {
  source: string;
  destination: string;
  has?: { type: 'header'; key: string }[];
  /** `false`: Next adds no locale to `source` and `destination`. */
  locale?: false;
}

export interface RewriteRules {
  beforeFiles: RewriteRule[];
  afterFiles: RewriteRule[];
}

/** Where the build copies the files whose URLs lead to the store directly: all of them under static delivery. */
export const STORE_URL = '/_next/static/media/smart-cache';

/**
 * The same, for hosts that keep files from deploy to deploy. Next and its
 * adapters know such files by this folder
 * (https://nextjs.org/docs/app/api-reference/adapters/immutable-static-assets).
 */
export const IMMUTABLE_STORE_URL = '/_next/static/immutable/media/smart-cache';

/**
 * The folder of the store that a URL, without `basePath`, begins with; `''` for a
 * URL that needs a rewrite. Documents on disk hold URLs alone, so whoever reads
 * one asks once, and keeps the answer in a field.
 */
export function storeFolderOf(url: string): string {
  return [STORE_URL, IMMUTABLE_STORE_URL].find((folder) => url.startsWith(`${folder}/`)) ?? '';
}

/**
 * Where the build copies the files that the rewrites look up. Middleware as a
 * rule leaves `/_next/static` alone, so a request for this path itself
 * must never go on to a page of the app.
 */
export const REWRITE_STORE_URL = '/_next/static/media/smart-cache-rewrite';

/**
 * The rewrites of `rewrite` delivery. They decide nothing about caching: what
 * is immutable is decided by a file being in the store.
 *
 * 1. A request from outside for the rewrites' own folder is sent to the public
 *    one, where it finds a file or nothing. It must come first.
 * 2. A path that has the shape of a hashed one is looked up in the store.
 * 3. What is not there, a stale hash, falls to the original, as Next serves it.
 *    `next/image` must not get the original: it would keep the other image for
 *    hours under the URL of the right one. Its optimizer asks for local images
 *    without request headers, and every other client sends `Host`, so the rule
 *    wants that header.
 *
 * Next matches without regard to case; the names in the store do not.
 *
 * @param shape `undefined` when nothing is hashed.
 * @param onStaleHash `'not-found'` puts a 404 in place of the original.
 * @param optimizerHasHeaders for versions of Next whose optimizer passes on
 * the headers of the browser. There, a stale image is a 404 for browsers too.
 */
export function deriveRewrites(
  shape: HashedPathShape | undefined,
  onStaleHash: 'serve-current' | 'not-found',
  optimizerHasHeaders = false,
): RewriteRules {
  if (shape === undefined) return { beforeFiles: [], afterFiles: [] };
  const has: RewriteRule['has'] = [{ type: 'header', key: 'host' }];
  const toCurrent = toOriginals(`${REWRITE_STORE_URL}/`, shape).map((rule) => ({ ...rule, has }));
  return {
    beforeFiles: [turnAway(), { source: `/:path(${shape.pattern})`, destination: `${REWRITE_STORE_URL}/:path` }],
    afterFiles: onStaleHash === 'not-found' ? [toNotFound()] : [...(optimizerHasHeaders ? [toNotFound(IMAGES)] : []), ...toCurrent],
  };
}

/** Names of the files that the optimizer takes for images. */
const IMAGES = '.+\\.(?:avif|bmp|gif|heic|icns|ico|jp2|jpe?g|jxl|pic|png|svg|tiff?|webp)';

/**
 * With `i18n`, Next adds a locale to all paths but those that begin with
 * `/_next/`, and finds the same static file with and without the default one.
 * It decodes a path that it does not know, so each sign of the folder's name
 * may be percent-encoded. `/_next/static` itself may not
 * (`server/lib/router-utils/filesystem.js`, the same from 15.4 to 16.4).
 */
function turnAway(): RewriteRule {
  const [folder, own] = splitAfter(REWRITE_STORE_URL, '/_next/static/');
  const spellings = [...`${own}/`].map((sign) => `(?:${sign}|%${sign.charCodeAt(0).toString(16)})`).join('');
  return { source: `/:folder((?:[^/]+/)?${folder.slice(1)}${spellings}):path(.*)`, destination: `${STORE_URL}/:path`, locale: false };
}

function splitAfter(text: string, start: string): [string, string] {
  return [text.slice(0, start.length), text.slice(start.length)];
}

/**
 * The rewrite of development: from the shape straight to the original, so
 * that nothing is cacheable and every edit is seen.
 */
export function deriveDevelopmentRewrites(shape: HashedPathShape | undefined): RewriteRules {
  if (shape === undefined) return { beforeFiles: [], afterFiles: [] };
  return { beforeFiles: toOriginals('/', shape, `(?=(?:${shape.pattern})$)`), afterFiles: [] };
}

/**
 * Left to itself, a path that is not in the store would go to a root catch-all
 * page. `/_error` exists in every Next app and, asked for by its path, answers
 * `404` with `private, no-store`; `/404` would be `s-maxage=31536000`.
 */
function toNotFound(paths = '.*'): RewriteRule {
  return { source: `${REWRITE_STORE_URL}/:path(${paths})`, destination: '/_error' };
}

/**
 * Takes the hash out again. Next wants text between two parameters of a
 * destination, so names without an extension need a rule of their own.
 */
function toOriginals(prefix: string, shape: HashedPathShape, assertion = ''): RewriteRule[] {
  const hash = `:hash(${shape.hashPattern})`;
  const rules: RewriteRule[] = [];
  if (shape.withExtension) {
    rules.push({ source: `${prefix}:stem(${assertion}.+?)\\.${hash}\\.:extension([^./]+)`, destination: '/:stem.:extension' });
  }
  if (shape.withoutExtension) {
    rules.push({ source: `${prefix}:stem(${assertion}.+)\\.${hash}`, destination: '/:stem' });
  }
  return rules;
}
