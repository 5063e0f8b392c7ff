import { formatBytes } from '../../core/errors.js';
import { CACHE_KEY, forbidsSharedReuse, isKeptLong, isKeptLongByShared, lifetimeHeader, signOfCdnHit } from './cache-headers.js';
import { MAX_PAGE_BYTES, type NotAsked, type PageAnswers, type PlainFileAnswers } from './crawl-site.js';
import { type Answer, contentTypeOf, isHtml } from './http-client.js';
import { advises, fails, holds, type Verdict } from './report.js';
import type { SiteCoverage } from './verify-site.js';

const PAGE_RULE = 'remove the rule in the CDN or proxy that keeps a page although its Cache-Control forbids that, and empty the cache';

const CUT = `only its first ${formatBytes(MAX_PAGE_BYTES)} were read, so files that are named after that were not looked at`;

/** The files found on the page. */
interface PageContext {
  coverage: SiteCoverage;
  notAsked: Pick<NotAsked, 'hashedElsewhere'>;
}

export function judgePage({ url, answer, again, hashOnPage }: PageAnswers, context: PageContext): Verdict[] {
  const { failure, status, body } = answer;
  const verdicts: Verdict[] = [];
  if (failure?.kind === 'redirects') return [fails('answer', 'redirect not followed', failure.detail, failure.fix)];
  if (failure) verdicts.push(fails('answer', 'no answer', failure.detail, failure.fix));
  if (status === undefined) return verdicts;
  verdicts.push(status === 200 ? holds('status', '200') : fails('status', 'wrong status', `it answers ${status}`, fixForStatus(status)));
  if (!isHtml(answer)) {
    const type = contentTypeOf(answer);
    const detail = type ? `it is "${type}", which is not an HTML page` : 'there is none, so it is not an HTML page';
    return [...verdicts, fails('content-type', 'wrong type', detail, 'verify a page: the files are found in its HTML')];
  }
  verdicts.push(holds('content-type', contentTypeOf(answer)), judgePageLifetime(answer), judgeKept(again ? [answer, again] : [answer]));
  if (failure) return verdicts;
  if (body?.isCut) verdicts.push(advises('answer', CUT, 'verify a smaller page for the rest of the files'));
  verdicts.push(judgeHashedUrls(url, context));
  if (hashOnPage.length > 0) verdicts.push(judgeHashOnPage(answer, hashOnPage));
  return verdicts;
}

function fixForStatus(status: number): string {
  if (status === 401) return 'pass a password: https://user:password@…';
  if (status === 403) return 'let this machine through the firewall in front of the site';
  return status === 404 ? 'check the path' : "look into the server's log";
}

/** Fails if no public file has a hashed URL: then the package is not at work. Low coverage, or a page without public files, is up to the app. */
function judgeHashedUrls({ pathname }: URL, { coverage, notAsked }: PageContext): Verdict {
  const { hashed, total } = coverage;
  if (hashed > 0 || total === 0 || notAsked.hashedElsewhere.length > 0) return holds('hashed-urls', `${hashed} of ${total}`);
  return fails(
    'hashed-urls',
    'no hash',
    `none of the public files that ${pathname} loads has a hash in its URL`,
    'wrap next.config in withSmartCache, and set "jsxImportSource": "next-smart-cache" in tsconfig.json or jsconfig.json; or verify another page',
  );
}

/** A page that browsers keep names the files of an older deploy. */
function judgePageLifetime({ headers }: Answer): Verdict {
  const header = lifetimeHeader(headers);
  if (!isKeptLong(headers)) return holds('header', header || 'none');
  return fails(
    'header',
    'kept too long',
    `its lifetime is "${header}", so visitors keep a page that names old files`,
    'let only files with a hash in their URL be kept for long',
  );
}

function judgeKept(answers: readonly Answer[]): Verdict {
  for (const { headers } of answers) {
    const sign = forbidsSharedReuse(headers) ? signOfCdnHit(headers) : undefined;
    if (!sign) continue;
    const detail = `a cache in front answered (${sign}) although Cache-Control is "${headers['cache-control']}"`;
    return fails('cdn', 'kept by a cache', detail, PAGE_RULE);
  }
  return holds('cdn', 'kept nothing');
}

/**
 * Web cache deception: a page that answers to `/account/x.<valid hash>.css` is
 * taken for a file by a header rule or a CDN, and shown to the next visitor who asks.
 */
function judgeHashOnPage(page: Answer, probes: readonly Answer[]): Verdict {
  const isPrivate = forbidsSharedReuse(page.headers);
  for (const probe of probes) {
    const { status = 0, headers, url } = probe;
    if (status < 200 || status >= 300 || !isHtml(probe)) continue;
    if (isKeptLong(headers) || (isPrivate && !forbidsSharedReuse(headers))) {
      return fails(
        'hash-on-page',
        'page kept as file',
        `${url} is a page, with the Cache-Control "${lifetimeHeader(headers)}"`,
        'remove header rules that match hashed names by a pattern: they reach pages too',
      );
    }
    const sign = isPrivate ? signOfCdnHit(headers) : undefined;
    if (sign)
      return fails(
        'hash-on-page',
        'page kept as file',
        `${url} is a page, and a cache in front kept it (${sign})`,
        'let the CDN decide by Cache-Control, and not by the extension of a path',
      );
  }
  return holds(
    'hash-on-page',
    probes[0]?.status === undefined ? 'no answer' : `${probes[0].status}, ${probes[0].headers['cache-control'] ?? 'no Cache-Control'}`,
  );
}

/** Judges a file under its plain URL, which this package does not serve: all that it finds is advice. */
export function judgePlain({ kind, url, answer }: PlainFileAnswers): Verdict[] {
  const { status, failure, headers } = answer;
  // This package itself stopped reading a large file.
  const isBroken = failure !== undefined && failure.kind !== 'too-large';
  const verdicts = isBroken ? [advises('answer', failure.detail, failure.fix)] : [];
  // A URL with a hash or a version in it may be kept.
  if (status !== 200 || kind === 'other-hash' || url.search !== '') return verdicts;
  const sign = forbidsSharedReuse(headers) ? signOfCdnHit(headers) : undefined;
  const detail = `a cache in front answered (${sign}) although Cache-Control is "${headers['cache-control']}"`;
  return [...verdicts, judgePlainLifetime(answer), sign ? advises('cdn', detail, CACHE_KEY) : holds('cdn', 'kept nothing')];
}

function judgePlainLifetime(answer: Answer): Verdict {
  const header = lifetimeHeader(answer.headers);
  const isLong = isKeptLong(answer.headers);
  if (!isLong && !(isKeptLongByShared(answer.headers) && isStaticFile(answer))) return holds('header', header || 'none');
  return advises(
    'header',
    `its lifetime is "${header}" without a hash in the URL, so ${isLong ? 'visitors' : 'CDNs'} keep the old file after a deploy`,
    'link the file by asset(), <CachedScript> or <CachedStyle>, or remove the rule that sets this header',
  );
}

/** Next and route handlers may let CDNs keep what they make; for a file in `public/`, Next sends when it was modified. */
function isStaticFile(answer: Answer): boolean {
  return !isHtml(answer) && 'last-modified' in answer.headers;
}
