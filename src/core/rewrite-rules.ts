import type { HashedPathShape } from './hashed-path-shape.js';

/** The parts of a Next rewrite that this package uses. */
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

/** The folder for files whose URLs need no rewrite: all files under static delivery. */
export const STORE_URL = '/_next/static/media/smart-cache';

/**
 * The same, for hosts that keep files from deploy to deploy. Next and its
 * adapters know such files by this folder
 * (https://nextjs.org/docs/app/api-reference/adapters/immutable-static-assets).
 */
export const IMMUTABLE_STORE_URL = '/_next/static/immutable/media/smart-cache';

/**
 * The folder of the store that a URL, without `basePath`, begins with; `''` for a
 * URL that needs a rewrite. Only for code that reads a document on disk, which
 * holds bare URLs: all other code has the folder in a field.
 */
export function storeFolderOf(url: string): string {
  return [STORE_URL, IMMUTABLE_STORE_URL].find((folder) => url.startsWith(`${folder}/`)) ?? '';
}

/**
 * The folder for files that the rewrites look up. Middleware usually leaves
 * `/_next/static` alone, so a request for this folder must not reach a page of
 * the app.
 */
export const REWRITE_STORE_URL = '/_next/static/media/smart-cache-rewrite';

/**
 * Makes the rewrites of `rewrite` delivery. They do not decide about caching:
 * Next makes a response immutable if the file is in the store.
 *
 * 1. A request from outside for the rewrites' own folder goes to the public
 *    folder, and finds a file or nothing. This rule must come first.
 * 2. A path with the shape of a hashed path goes to the store.
 * 3. If the store has no such file, the hash is stale, and the path goes to the
 *    original. `next/image` must not get the original: it would keep the other
 *    image for hours under this URL. Its optimizer requests local images
 *    without headers, and every other client sends `Host`, so the rule wants
 *    that header.
 *
 * Next matches rules without regard to case. Names in the store are
 * case-sensitive.
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

/** File names that the optimizer takes for images. */
const IMAGES = '.+\\.(?:avif|bmp|gif|heic|icns|ico|jp2|jpe?g|jxl|pic|png|svg|tiff?|webp)';

/**
 * With `i18n`, Next finds a static file with and without the default locale in
 * front, so one folder may come first. Next decodes a path that it does not
 * know, so each character of the store's own name may be percent-encoded; those
 * of `/_next/static` may not
 * (`server/lib/router-utils/filesystem.js`, the same from 15.4 to 16.4).
 */
function turnAway(): RewriteRule {
  const folder = '/_next/static/';
  const own = REWRITE_STORE_URL.slice(folder.length);
  const spellings = [...`${own}/`].map((sign) => `(?:${sign}|%${sign.charCodeAt(0).toString(16)})`).join('');
  return { source: `/:folder((?:[^/]+/)?${folder.slice(1)}${spellings}):path(.*)`, destination: `${STORE_URL}/:path`, locale: false };
}

/** Makes the rewrites of development: they go to the original, so that nothing is cacheable. */
export function deriveDevelopmentRewrites(shape: HashedPathShape | undefined): RewriteRules {
  if (shape === undefined) return { beforeFiles: [], afterFiles: [] };
  return { beforeFiles: toOriginals('/', shape, `(?=(?:${shape.pattern})$)`), afterFiles: [] };
}

/**
 * Without this rule, a root catch-all page would answer. `/_error` exists in
 * every Next app and answers `404` with `private, no-store`; `/404` answers
 * with `s-maxage=31536000`.
 */
function toNotFound(paths = '.*'): RewriteRule {
  return { source: `${REWRITE_STORE_URL}/:path(${paths})`, destination: '/_error' };
}

/**
 * Removes the hash. A destination must have text between two parameters, so
 * names without an extension need a rule of their own.
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
