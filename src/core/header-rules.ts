import type { HashedPathShape } from './hashed-path-shape.js';
import { STORE_URL } from './rewrite-rules.js';

/** One entry of Next's `headers`, the parts of it that this package uses. */
export interface HeaderRule {
  source: string;
  basePath?: false;
  locale?: false;
  has?: { type: 'query'; key: string; value: string }[];
  headers: { key: string; value: string }[];
}

/** How to recognise the rules below among those that Next writes down. */
const ETAG_START = 'W/":hash.';

/**
 * The headers by which caches decide how long they keep an answer, and whether
 * it is still good: those of RFC 9111 and RFC 9110, the targeted ones of RFC
 * 9213 (`CDN-Cache-Control` and what hosts put in front of it), and those that
 * only some caches know.
 */
const ABOUT_CACHING = /^(?:(?:.+-)?cache-control|expires|surrogate-control|x-accel-expires|edge-control|etag|last-modified)$/i;

/** Whether a header says how long an answer may be kept, or by what it is confirmed. */
export function isAboutCaching(key: string): boolean {
  return ABOUT_CACHING.test(key);
}

export interface HeaderRulesInput {
  /** `undefined` under static delivery, and when nothing is hashed. */
  shape: HashedPathShape | undefined;
  /** Hex digits. */
  hashLength: number;
  /** Differs between any two servers that may answer a hashed URL in two ways. */
  deploy: string;
  /** Where the optimizer of `next/image` answers: `/_next/image`. `undefined`: elsewhere than in this app. */
  optimizerPath: string | undefined;
  /** Names of all headers that rules of the app set. */
  ownKeys: readonly string[];
}

/**
 * The header rules of a build, to come after all rules of the app. They make
 * nothing cacheable: they take away what the app's own rules say of hashed
 * URLs, so that Next decides by the file that it serves.
 *
 * - The headers about caching that a rule of the app sets are emptied. Next
 *   and `send` treat an empty header as absent, and set their own.
 * - `ETag` names the hash in the URL and the deploy, instead of size and
 *   mtime, which an old server's stale answer may share with the right file.
 * - `Last-Modified`, which cannot name a deploy, is a space: `send` does not
 *   replace it, and on the wire it is an empty value.
 *
 * The optimizer of `next/image` sets no `Cache-Control` on an error, so a
 * cache might keep one (a 404 by RFC 9110, 15.1, any by a rule of the app).
 * With an image it sets its own, whatever is set before.
 */
export function deriveHeaders({ shape, hashLength, deploy, optimizerPath, ownKeys }: HeaderRulesInput): HeaderRule[] {
  const hashPattern = `[0-9a-f]{${hashLength}}`;
  const hash = `:hash(${hashPattern})(\\.[^./]+)?`;
  const etag = `${ETAG_START}${deploy}"`;
  const asServed = headersOver(ownKeys, { 'cache-control': '', etag, 'last-modified': ' ' }, ['ETag', 'Last-Modified']);
  const notKept = headersOver(ownKeys, { 'cache-control': 'private, no-cache, no-store, max-age=0, must-revalidate' }, ['Cache-Control']);
  const rules: HeaderRule[] = [anywhere(`${STORE_URL}(-rewrite)?/:stem(.+?)\\.${hash}`, asServed)];
  // Next allows a slash at the end of a path; the lookahead must, too.
  if (shape) rules.push({ source: `/:stem((?=(?:${shape.pattern})/?$).+?)\\.${hash}`, headers: asServed });
  if (optimizerPath)
    rules.push({
      ...anywhere(optimizerPath, notKept),
      has: [{ type: 'query', key: 'url', value: `.*\\.${hashPattern}(?:[.?#].*)?` }],
    });
  return rules;
}

/** A rule for a path after whatever Next or the app puts in front of it: `basePath`, `assetPrefix`, a locale. */
function anywhere(path: string, headers: HeaderRule['headers']): HeaderRule {
  return { source: `/:prefix((?:.+/)?)${path.slice(1)}`, basePath: false, locale: false, headers };
}

/** Whether a rule is one of {@link deriveHeaders} for hashed URLs, in whatever form Next wrote it down. */
export function isOwnHeaderRule({ headers }: Pick<HeaderRule, 'headers'>): boolean {
  return headers.some(({ value }) => value.startsWith(ETAG_START));
}

/**
 * One header for each of `always`, and for each about caching that the app
 * sets. Next keeps headers by their exact spelling, and sends them in the order
 * in which it met them; so each spelling of the app is repeated.
 *
 * @param values by lower-case name; any other header about caching is emptied.
 */
function headersOver(
  ownKeys: readonly string[],
  values: Readonly<Record<string, string>>,
  always: readonly string[],
): HeaderRule['headers'] {
  const keys = new Set([...ownKeys.filter(isAboutCaching), ...always]);
  return [...keys].map((key) => ({ key, value: values[key.toLowerCase()] ?? '' }));
}
