import type { HashedPathShape } from './hashed-path-shape.js';

/** The parts that this package uses of one entry of Next's `headers`. */
export interface HeaderRule {
  source: string;
  basePath?: false;
  locale?: false;
  has?: { type: 'query'; key: string; value: string }[];
  headers: { key: string; value: string }[];
}

/** Marks the rules of this file in `routes-manifest.json`. */
const ETAG_START = 'W/":hash.';

/**
 * The headers by which caches decide how long they keep a response, and whether
 * it is still valid: of RFC 9111, RFC 9110 and RFC 9213 (`CDN-Cache-Control`,
 * and with the name of a host in front), and those that only some caches know.
 */
const ABOUT_CACHING = /^(?:(?:.+-)?cache-control|expires|surrogate-control|x-accel-expires|edge-control|etag|last-modified)$/i;

export function isAboutCaching(key: string): boolean {
  return ABOUT_CACHING.test(key);
}

export interface HeaderRulesInput {
  /** `undefined` under static delivery, and when nothing is hashed. */
  shape: HashedPathShape | undefined;
  /** Hex digits. */
  hashLength: number;
  /** The name of the deploy: different on two servers that may answer a hashed URL differently. */
  deploy: string;
  /** The path of the optimizer of `next/image`: `/_next/image`. `undefined` if the app does not optimize images itself. */
  optimizerPath: string | undefined;
  /** The names of all headers that the app's own rules set. */
  ownKeys: readonly string[];
  /**
   * Whether the host is Vercel. It replaces the `Cache-Control` of a rule on
   * each file of `/_next/static`, and serves nothing else under a hashed URL.
   * Default: false.
   */
  isOverruledByHost?: boolean;
}

/** Matches all folders of the store under `/_next/static`. */
const ANY_STORE = '/_next/static(/immutable)?/media/smart-cache(-rewrite)?';

const NOT_KEPT = 'private, no-cache, no-store, max-age=0, must-revalidate';

/**
 * Makes the header rules of a build. They must come after all rules of the app.
 * They make nothing cacheable: they cancel what the app's own rules say about
 * hashed URLs, so that Next decides by the file that it serves.
 *
 * - They empty the headers about caching that a rule of the app sets. Next
 *   and `send` treat an empty header as absent, and set their own.
 * - `ETag` names the hash in the URL and the deploy. Next's own names size and
 *   mtime, which a stale response of an old server may share with the right file.
 * - `Last-Modified` cannot name a deploy, so it is a space: `send` does not
 *   replace it, and on the wire it is an empty value.
 *
 * The optimizer of `next/image` sets no `Cache-Control` on an error. A cache
 * may then keep a 404 (RFC 9110, section 15.1), and with a rule of the app any
 * error, so one rule forbids it. On an image the optimizer replaces the header.
 *
 * On Vercel, the `Cache-Control` of the rule reaches stale hashes only, and
 * forbids caches to store it. Vercel does not document how it treats an
 * empty value.
 */
export function deriveHeaders({
  shape,
  hashLength,
  deploy,
  optimizerPath,
  ownKeys,
  isOverruledByHost = false,
}: HeaderRulesInput): HeaderRule[] {
  const hashPattern = `[0-9a-f]{${hashLength}}`;
  const hash = `:hash(${hashPattern})(\\.[^./]+)?`;
  const etag = `${ETAG_START}${deploy}"`;
  const asServed = isOverruledByHost
    ? headersOver(ownKeys, { 'cache-control': NOT_KEPT, etag }, ['Cache-Control', 'ETag'])
    : headersOver(ownKeys, { 'cache-control': '', etag, 'last-modified': ' ' }, ['ETag', 'Last-Modified']);
  const notKept = headersOver(ownKeys, { 'cache-control': NOT_KEPT }, ['Cache-Control']);
  const rules: HeaderRule[] = [makeRuleForAnyPrefix(`${ANY_STORE}/:stem(.+?)\\.${hash}`, asServed)];
  // Next allows a slash at the end of a path, so the lookahead allows it too.
  if (shape) rules.push({ source: `/:stem((?=(?:${shape.pattern})/?$).+?)\\.${hash}`, headers: asServed });
  if (optimizerPath)
    rules.push({
      ...makeRuleForAnyPrefix(optimizerPath, notKept),
      has: [{ type: 'query', key: 'url', value: `.*\\.${hashPattern}(?:[.?#].*)?` }],
    });
  return rules;
}

const ANY_PREFIX = '/:prefix((?:.+/)?)';

/** Makes a rule for a path with any prefix: `basePath`, `assetPrefix`, a locale. */
function makeRuleForAnyPrefix(path: string, headers: HeaderRule['headers']): HeaderRule {
  return { source: `${ANY_PREFIX}${path.slice(1)}`, basePath: false, locale: false, headers };
}

/** Returns the path of the optimizer from the rule that {@link deriveHeaders} makes for it; `undefined` for other rules. */
export function optimizerPathIn({ source, has = [] }: Pick<HeaderRule, 'source' | 'has'>): string | undefined {
  const isOurs = source.startsWith(ANY_PREFIX) && has.some(({ key, value }) => key === 'url' && value.startsWith('.*\\.[0-9a-f]{'));
  return isOurs ? `/${source.slice(ANY_PREFIX.length)}` : undefined;
}

/** Whether a rule of {@link deriveHeaders} is for hashed URLs, also in the form of `routes-manifest.json`. */
export function isOwnHeaderRule({ headers }: Pick<HeaderRule, 'headers'>): boolean {
  return headers.some(({ value }) => value.startsWith(ETAG_START));
}

/**
 * Makes one header for each name in `always`, and for each header about
 * caching that the app sets, in each of the app's spellings. Next collects
 * headers by their exact spelling, and sets them in the order in which the
 * spellings first appeared (`server/lib/router-utils/resolve-routes.js`). To
 * Node, they are one header, so the value of the last spelling is sent.
 *
 * @param values by lower-case name. Headers about caching without a value here are emptied.
 */
function headersOver(
  ownKeys: readonly string[],
  values: Readonly<Record<string, string>>,
  always: readonly string[],
): HeaderRule['headers'] {
  const keys = new Set([...ownKeys.filter(isAboutCaching), ...always]);
  return [...keys].map((key) => ({ key, value: values[key.toLowerCase()] ?? '' }));
}
