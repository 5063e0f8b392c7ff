import type { IncomingHttpHeaders } from 'node:http';

/** The directives of a `Cache-Control` that matter here (RFC 9111, section 5.2; RFC 5861; RFC 8246). */
export interface CacheDirectives {
  has(name: 'public' | 'private' | 'no-store' | 'no-cache' | 'must-revalidate' | 'immutable'): boolean;
  /** Seconds; `undefined`: absent, or not a number. */
  seconds(name: 'max-age' | 's-maxage' | 'stale-while-revalidate'): number | undefined;
}

/** The fix for a cache that keeps an answer that it must not keep. */
export const CACHE_KEY = 'make the CDN respect Cache-Control, put the whole path in its cache key, and empty its cache';

/** Seconds. If browsers keep an answer longer, visitors see stale content after a deploy. */
const LONG = 3600;

export function parseCacheControl(header: string | undefined): CacheDirectives {
  const directives = new Map<string, string>();
  for (const part of splitOutsideQuotes(header ?? '', ',')) {
    const [name = '', value = ''] = part.split('=', 2).map((text) => text.trim());
    // The first of two directives with one name counts (RFC 9111, section 4.2.1).
    if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), value.replaceAll('"', ''));
  }
  return {
    has: (name) => directives.has(name),
    seconds: (name) => {
      const value = directives.get(name) ?? '';
      return /^\d+$/.test(value) ? Number(value) : undefined;
    },
  };
}

const YEAR = 31_536_000;

/** The right `Cache-Control` for a hashed URL. */
export const IMMUTABLE = `public, max-age=${YEAR}, immutable`;

/** Whether a `Cache-Control` lets every cache keep a file for a year without revalidation, as {@link IMMUTABLE} does. */
export function isImmutable(header: string | undefined): boolean {
  const { has, seconds } = parseCacheControl(header);
  const isKept = has('public') && has('immutable') && (seconds('max-age') ?? 0) >= YEAR;
  return isKept && !has('private') && !has('no-store') && !has('no-cache');
}

/** Whether browsers keep an answer so long that visitors miss a deploy: by `max-age`, else by `Expires` minus `Date` (RFC 9111, section 4.2.1). */
export function isKeptLong(headers: IncomingHttpHeaders): boolean {
  const { has, seconds } = parseCacheControl(headers['cache-control']);
  if (has('no-store') || has('no-cache')) return false;
  return has('immutable') || (seconds('max-age') ?? secondsUntilExpiry(headers)) > LONG;
}

/** The same for shared caches, which have a directive of their own. */
export function isKeptLongByShared(headers: IncomingHttpHeaders): boolean {
  const { has, seconds } = parseCacheControl(headers['cache-control']);
  if (has('private') || has('no-store') || has('no-cache')) return false;
  return (seconds('s-maxage') ?? 0) > LONG;
}

/** Returns a negative number after expiry, and for an invalid date such as `Expires: 0` (RFC 9111, section 5.3). */
function secondsUntilExpiry({ expires, date }: IncomingHttpHeaders): number {
  return ((Date.parse(expires ?? '') || 0) - (Date.parse(date ?? '') || Date.now())) / 1000;
}

/** Whether caches may answer before they revalidate (RFC 5861, section 3). With `stale-if-error`, they revalidate first. */
function allowsStale({ has, seconds }: CacheDirectives): boolean {
  // RFC 9111, section 5.2.2.2: `must-revalidate` forbids all stale answers.
  return (seconds('stale-while-revalidate') ?? 0) > 0 && !has('must-revalidate');
}

/** The headers that set the lifetime of an answer, for a message. */
export function lifetimeHeader({ 'cache-control': cacheControl, expires }: IncomingHttpHeaders): string {
  const isSetByExpires = expires !== undefined && parseCacheControl(cacheControl).seconds('max-age') === undefined;
  const parts = [cacheControl, isSetByExpires ? `Expires: ${expires}` : undefined];
  return parts.filter((part) => part !== undefined).join('; ');
}

/** Why a cache may reuse an answer without revalidation; `undefined` if none may. */
export function reasonToReuse(status: number, headers: IncomingHttpHeaders): string | undefined {
  const { 'cache-control': cacheControl, expires, 'last-modified': lastModified } = headers;
  if (isGuessedLifetime(status, headers)) {
    const missing = cacheControl === undefined ? 'there is no Cache-Control' : `Cache-Control is "${cacheControl}", without a lifetime`;
    return `${missing}: ${status === 200 && lastModified ? 'browsers guess one from Last-Modified' : `CDNs keep a ${status}`}`;
  }
  const directives = parseCacheControl(cacheControl);
  const { has, seconds } = directives;
  if (has('no-store') || has('no-cache')) return undefined;
  const lifetimes = [seconds('max-age'), seconds('s-maxage')].filter((lifetime) => lifetime !== undefined);
  if (has('immutable') || lifetimes.some((lifetime) => lifetime > 0) || allowsStale(directives))
    return `Cache-Control is "${cacheControl}"`;
  return lifetimes.length === 0 && secondsUntilExpiry(headers) > 0 ? `Expires is "${expires}"` : undefined;
}

/**
 * Whether caches may keep an answer that has no lifetime (RFC 9110, section
 * 15.1): browsers guess one from `Last-Modified` (RFC 9111, section 4.2.2), and
 * CDNs choose one.
 */
export function isGuessedLifetime(status: number, { 'cache-control': cacheControl, expires }: IncomingHttpHeaders): boolean {
  const directives = parseCacheControl(cacheControl);
  const { has, seconds } = directives;
  const hasLifetime =
    // A past or invalid date is a lifetime of 0 (RFC 9111, sections 4.2.1 and 5.3).
    expires !== undefined ||
    seconds('max-age') !== undefined ||
    seconds('s-maxage') !== undefined ||
    (['no-store', 'no-cache', 'private', 'immutable'] as const).some(has) ||
    allowsStale(directives);
  return !hasLifetime && GUESSED_STATUSES.has(status);
}

const GUESSED_STATUSES: ReadonlySet<number> = new Set([200, 301, 308, 404, 410]);

/** Whether a shared cache must revalidate an answer before it reuses it. */
export function forbidsSharedReuse(headers: IncomingHttpHeaders): boolean {
  const directives = parseCacheControl(headers['cache-control']);
  const { has, seconds } = directives;
  if (has('private') || has('no-store') || has('no-cache')) return true;
  return (seconds('s-maxage') ?? seconds('max-age')) === 0 && !allowsStale(directives);
}

/** The header by which a cache in front shows that it answered without the site: `X-Cache: HIT`, `Age: 12` …; `undefined` if there is none. */
export function signOfCdnHit(headers: IncomingHttpHeaders): string | undefined {
  // Vercel and Netlify empty their caches with every deploy, so their hits are never stale.
  const isEmptiedByDeploys = 'x-vercel-id' in headers || 'x-vercel-cache' in headers || 'x-nf-request-id' in headers;
  const { has } = parseCacheControl(headers['cache-control']);
  if (isEmptiedByDeploys && !has('private') && !has('no-store')) return undefined;
  for (const [name, isHit] of Object.entries(HIT_SIGNS)) {
    const value = [headers[name]].flat().join(', ');
    if (value && isHit(value)) return `${name.replace(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase())}: ${value}`;
  }
  return undefined;
}

/** Header → whether its value shows a hit. An answer that the cache revalidated (`REVALIDATED`, `RefreshHit`) is not a hit. */
const HIT_SIGNS: Readonly<Record<string, (value: string) => boolean>> = {
  // RFC 9211: one member per cache, each with parameters.
  'cache-status': (value) =>
    splitOutsideQuotes(value, ',').some((member) =>
      splitOutsideQuotes(member, ';').some((part, index) => index > 0 && /^hit(?:=\?1)?$/i.test(part.trim())),
    ),
  'cf-cache-status': (value) => /^(?:hit|stale|updating)$/i.test(value),
  'x-cache': isHitWord,
  'x-cache-status': isHitWord,
  'x-proxy-cache': isHitWord,
  'x-vercel-cache': (value) => /^(?:hit|stale)$/i.test(value),
  // Two numbers in a hit: this request, and the one that fetched the answer.
  'x-varnish': (value) => /^\d+ \d+$/.test(value),
  age: (value) => Number(value) > 0,
};

/** `HIT`, `Hit from cloudfront`, `MISS, HIT`, `TCP_MEM_HIT from …` */
function isHitWord(value: string): boolean {
  return /(?:^|[\s,])(?:TCP_(?:MEM_)?)?HIT\b/i.test(value);
}

/** Quoted strings (RFC 9110, section 5.6.4) may contain the separator. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (character === separator && !isQuoted) {
      parts.push('');
      continue;
    }
    if (character === '"') isQuoted = !isQuoted;
    parts[parts.length - 1] += isQuoted && character === '\\' ? character + (text[++index] ?? '') : character;
  }
  return parts;
}
