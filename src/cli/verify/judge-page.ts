import { formatBytes } from '../../core/message-text.js';
import { CACHE_KEY, forbidsSharedReuse, isKeptLong, isKeptLongByShared, lifetimeHeader, signOfCdnHit } from './cache-headers.js';
import { type CrawledPage, MAX_PAGE_BYTES } from './crawl-site.js';
import { type Answer, contentTypeOf, isHtml } from './http-client.js';
import type { OtherFile } from './probe-hashed-file.js';
import { advise, fail, type NotAsked, pass, type SiteCoverage, type Verdict } from './report.js';

export function judgePage({ url, answer, again, hashOnPage }: CrawledPage, coverage: SiteCoverage, notAsked: NotAsked): Verdict[] {
  const { failure, status, body } = answer;
  const verdicts: Verdict[] = [];
  if (failure?.kind === 'redirects') return [fail('redirect not followed', failure.detail, failure.fix)];
  if (failure) verdicts.push(fail('no answer', failure.detail, failure.fix));
  if (status === undefined) return verdicts;
  verdicts.push(status === 200 ? pass('status', '200') : fail('wrong status', `it answers ${status}`, fixForStatus(status)));
  const type = contentTypeOf(answer);
  if (!isHtml(answer)) {
    const detail = type ? `it is "${type}", not HTML` : 'there is none, so it is not HTML';
    return [...verdicts, fail('wrong type', detail, 'pass the URL of a page: the files are found in its HTML')];
  }
  verdicts.push(pass('content-type', type), judgeLifetime(answer), judgeCaches(again ? [answer, again] : [answer]));
  if (failure) return verdicts;
  if (body?.isCut) verdicts.push(advise('answer', CUT, 'verify a smaller page for the rest of the files'));
  verdicts.push(judgeHashedUrls(url, coverage, notAsked));
  if (hashOnPage.length > 0) verdicts.push(judgeHashOnPage(answer, hashOnPage));
  return verdicts;
}

const CUT = `only its first ${formatBytes(MAX_PAGE_BYTES)} were read, so files that it names later were not checked`;

function fixForStatus(status: number): string {
  if (status === 401) return 'pass a password: https://user:password@…';
  if (status === 403) return 'let this machine through the firewall in front of the site';
  return status === 404 ? 'check the path' : "read the server's log";
}

/** Fails if no public file has a hashed URL, since the package is then not at work. Low coverage, or a page without public files, is up to the app. */
function judgeHashedUrls({ pathname }: URL, { hashed, total }: SiteCoverage, { hashedElsewhere }: NotAsked): Verdict {
  if (hashed > 0 || total === 0 || hashedElsewhere.length > 0) return pass('hashed-urls', `${hashed} of ${total}`);
  return fail(
    'no hash',
    `none of the public files that ${pathname} loads has a hash in its URL`,
    'wrap next.config in withSmartCache, and set "jsxImportSource": "next-smart-cache" in tsconfig.json or jsconfig.json; or verify another page',
  );
}

/** A page that browsers keep names the files of an older deploy. */
function judgeLifetime({ headers }: Answer): Verdict {
  const header = lifetimeHeader(headers);
  if (!isKeptLong(headers)) return pass('header', header || 'none');
  const detail = `its lifetime is "${header}", so visitors keep a page that names old files`;
  return fail('kept too long', detail, 'give a long lifetime only to files with a hash in their URL');
}

function judgeCaches(answers: readonly Answer[]): Verdict {
  const detail = answers.map(describeForbiddenHit).find((text) => text !== undefined);
  if (detail === undefined) return pass('cdn', 'kept nothing');
  return fail(
    'kept by a cache',
    detail,
    'remove the rule of the CDN or proxy that keeps pages against their Cache-Control, and empty the cache',
  );
}

/** A hit of a cache in front that the headers forbid, for a message. */
function describeForbiddenHit({ headers }: Answer): string | undefined {
  const hit = forbidsSharedReuse(headers) ? signOfCdnHit(headers) : undefined;
  return hit && `a cache in front answered (${hit}), although Cache-Control is "${headers['cache-control']}"`;
}

/**
 * Web cache deception: for `/account/x.<valid hash>.css`, the site answers with
 * a page. A header rule or CDN treats it as a file, and the next visitor sees it.
 */
function judgeHashOnPage(page: Answer, probes: readonly Answer[]): Verdict {
  const isPrivate = forbidsSharedReuse(page.headers);
  for (const probe of probes) {
    const { status = 0, headers, url } = probe;
    if (status < 200 || status >= 300 || !isHtml(probe)) continue;
    if (isKeptLong(headers) || (isPrivate && !forbidsSharedReuse(headers))) {
      const detail = `${url} is a page, with the Cache-Control "${lifetimeHeader(headers)}"`;
      return fail('page kept as file', detail, 'remove header rules that match hashed names by a pattern: they also match pages');
    }
    const hit = isPrivate ? signOfCdnHit(headers) : undefined;
    const detail = `${url} is a page, and a cache in front kept it (${hit})`;
    if (hit) return fail('page kept as file', detail, 'make the CDN decide by Cache-Control, not by the extension of a path');
  }
  const [first] = probes;
  const passed = first?.status === undefined ? 'no answer' : `${first.status}, ${first.headers['cache-control'] ?? 'no Cache-Control'}`;
  return pass('hash-on-page', passed);
}

/** Judges a file under its plain URL. This package does not serve it, so all findings are advice. */
export function judgePlainFile({ kind, url, answer }: OtherFile): Verdict[] {
  const { status, failure } = answer;
  // `verify` itself stops reading a large file.
  const isBroken = failure !== undefined && failure.kind !== 'too-large';
  const verdicts = isBroken ? [advise('answer', failure.detail, failure.fix)] : [];
  // Caches may keep a URL that has a hash or a version.
  if (status !== 200 || kind === 'other-hash' || url.search !== '') return verdicts;
  const hit = describeForbiddenHit(answer);
  return [...verdicts, judgePlainLifetime(answer), hit ? advise('cdn', hit, CACHE_KEY) : pass('cdn', 'kept nothing')];
}

function judgePlainLifetime(answer: Answer): Verdict {
  const header = lifetimeHeader(answer.headers);
  const isLong = isKeptLong(answer.headers);
  // Next sends Last-Modified with files of public/, and not with pages and routes, which CDNs may keep.
  const isStaticFile = !isHtml(answer) && 'last-modified' in answer.headers;
  if (!isLong && !(isStaticFile && isKeptLongByShared(answer.headers))) return pass('header', header || 'none');
  return advise(
    'header',
    `its lifetime is "${header}" without a hash in the URL, so ${isLong ? 'visitors' : 'CDNs'} keep the old file after a deploy`,
    'use asset(), <CachedScript> or <CachedStyle> for the file, or remove the rule that sets this header',
  );
}
