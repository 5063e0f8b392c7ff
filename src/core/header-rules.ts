import type { HashedPathShape } from './hashed-path-shape.js';

/** The parts that this package uses of one entry of Next's `headers`. */
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
 * it is still valid: those of RFC 9111 and RFC 9110, the targeted ones of RFC
 * 9213 (`CDN-Cache-Control` and what hosts put in front of it), and those that
 * only some caches know.
 */
const ABOUT_CACHING = /^(?:(?:.+-)?cache-control|expires|surrogate-control|x-accel-expires|edge-control|etag|last-modified)$/i;

/** Whether a header says how long an answer may be kept, or is a validator. */
export function isAboutCaching(key: string): boolean {
  return ABOUT_CACHING.test(key);
}

export interface HeaderRulesInput {
  /** `undefined` under static delivery, and when nothing is hashed. */
  shape: HashedPathShape | undefined;
  /** Hex digits. */
  hashLength: number;
  /** The name of the deploy. Two servers that may answer a hashed URL differently have different names. */
  deploy: string;
  /** Path of the optimizer of `next/image`: `/_next/image`. `undefined`: this app does not optimize images itself. */
  optimizerPath: string | undefined;
  /** Names of all headers that rules of the app set. */
  ownKeys: readonly string[];
  /**
   * Whether the host replaces the `Cache-Control` of a rule on each file of
   * `/_next/static` that it finds, and serves nothing else under a hashed URL:
   * Vercel. Default: false.
   */
  isOverruledByHost?: boolean;
}

/** Every one of our folders below `/_next/static`. */
const ANY_STORE = '/_next/static(/immutable)?/media/smart-cache(-rewrite)?';

const NOT_KEPT = 'private, no-cache, no-store, max-age=0, must-revalidate';

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
 * The optimizer of `next/image` sets no `Cache-Control` on an error. A cache
 * may then keep a 404 (RFC 9110, section 15.1), and with a rule of the app any
 * error, so one of our rules forbids it. On an image the optimizer replaces
 * whatever a rule has set.
 *
 * Where the host overrules `Cache-Control`, ours forbids to keep the answer,
 * which then holds for stale hashes alone. An empty value would leave them
 * without any, and Vercel does not document how it treats one.
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
  const rules: HeaderRule[] = [anywhere(`${ANY_STORE}/:stem(.+?)\\.${hash}`, asServed)];
  // Next allows a slash at the end of a path; the lookahead must, too.
  if (shape) rules.push({ source: `/:stem((?=(?:${shape.pattern})/?$).+?)\\.${hash}`, headers: asServed });
  if (optimizerPath)
    rules.push({
      ...anywhere(optimizerPath, notKept),
      has: [{ type: 'query', key: 'url', value: `.*\\.${hashPattern}(?:[.?#].*)?` }],
    });
  return rules;
}

const ANY_PREFIX = '/:prefix((?:.+/)?)';

/** A rule for a path after whatever Next or the app puts in front of it: `basePath`, `assetPrefix`, a locale. */
function anywhere(path: string, headers: HeaderRule['headers']): HeaderRule {
  return { source: `${ANY_PREFIX}${path.slice(1)}`, basePath: false, locale: false, headers };
}

/** The path of the optimizer, if a rule is the one that {@link deriveHeaders} makes for it. */
export function optimizerPathIn({ source, has = [] }: Pick<HeaderRule, 'source' | 'has'>): string | undefined {
  const isOurs = source.startsWith(ANY_PREFIX) && has.some(({ key, value }) => key === 'url' && value.startsWith('.*\\.[0-9a-f]{'));
  return isOurs ? `/${source.slice(ANY_PREFIX.length)}` : undefined;
}

/** Whether a rule comes from {@link deriveHeaders} and is for hashed URLs. Next may have written it down in another form. */
export function isOwnHeaderRule({ headers }: Pick<HeaderRule, 'headers'>): boolean {
  return headers.some(({ value }) => value.startsWith(ETAG_START));
}

/**
 * Makes one header for each name in `always`, and one for each header about
 * caching that the app sets. Next keeps headers by their exact spelling, and
 * sends them in the order in which it found them; so each spelling of the app
 * is repeated.
 *
 * @param values by lower-case name; a header about caching that is not among them is emptied.
 */
function headersOver(
  ownKeys: readonly string[],
  values: Readonly<Record<string, string>>,
  always: readonly string[],
): HeaderRule['headers'] {
  const keys = new Set([...ownKeys.filter(isAboutCaching), ...always]);
  return [...keys].map((key) => ({ key, value: values[key.toLowerCase()] ?? '' }));
}
