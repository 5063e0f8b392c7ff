import type { HashedPathShape } from './hashed-path-shape.js';
import { STORE_URL } from './rewrite-rules.js';

/** One entry of Next's `headers`, the parts of it that this package uses. */
export interface HeaderRule {
  source: string;
  basePath?: false;
  locale?: false;
  headers: { key: string; value: string }[];
}

/** How to recognise the rules below among those that Next writes down. */
const ETAG_START = 'W/":hash.';

const ETAG = 'ETag';
const LAST_MODIFIED = 'Last-Modified';

/**
 * The headers by which caches decide how long they keep an answer: those of
 * RFC 9111, the targeted ones of RFC 9213 (`CDN-Cache-Control` and what hosts
 * put in front of it), and those that only some caches know.
 */
const CACHING = /^(?:(?:.+-)?cache-control|expires|surrogate-control|x-accel-expires|edge-control)$/i;
const VALIDATORS = /^(?:etag|last-modified)$/i;

/** Whether a header says how long an answer may be kept, or by what it is confirmed. */
export function isAboutCaching(key: string): boolean {
  return CACHING.test(key) || VALIDATORS.test(key);
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
 * @param shape `undefined` under static delivery, and when nothing is hashed.
 * @param deploy differs wherever a server may answer a hashed URL otherwise.
 * @param ownKeys names of all headers that rules of the app set.
 */
export function deriveHeaders(
  shape: HashedPathShape | undefined,
  hashLength: number,
  deploy: string,
  ownKeys: Iterable<string>,
): HeaderRule[] {
  const headers = headersOver(new Set(ownKeys), deploy);
  const hash = `:hash([0-9a-f]{${hashLength}})(\\.[^./]+)?`;
  const rules: HeaderRule[] = [
    // `basePath`, `assetPrefix`, or the default locale of `i18n` may be in front.
    { source: `/:prefix((?:.+/)?)${STORE_URL.slice(1)}(-rewrite)?/:stem(.+?)\\.${hash}`, basePath: false, locale: false, headers },
  ];
  // Next allows a slash at the end of a path; the lookahead must, too.
  if (shape) rules.unshift({ source: `/:stem((?=(?:${shape.pattern})/?$).+?)\\.${hash}`, headers });
  return rules;
}

/** Whether a rule is one of {@link deriveHeaders}, in whatever form Next wrote it down. */
export function isOwnHeaderRule({ headers }: Pick<HeaderRule, 'headers'>): boolean {
  return headers.some(({ value }) => value.startsWith(ETAG_START));
}

/** Next sets headers by their exact spelling, in the order in which it met them; so ours repeat each spelling of the app. */
function headersOver(ownKeys: ReadonlySet<string>, deploy: string): HeaderRule['headers'] {
  const values = new Map<string, string>();
  for (const key of ownKeys) if (CACHING.test(key)) values.set(key, '');
  for (const key of [...ownKeys, ETAG]) if (/^etag$/i.test(key)) values.set(key, `${ETAG_START}${deploy}"`);
  for (const key of [...ownKeys, LAST_MODIFIED]) if (/^last-modified$/i.test(key)) values.set(key, ' ');
  return [...values].map(([key, value]) => ({ key, value }));
}
