import { possibleAssetPaths } from '../../core/asset-path.js';
import { isFixedName } from '../../core/asset-path-globs.js';
import { type LoadedUrl, measureCoverage } from '../../core/coverage.js';
import { explainPlainFiles } from '../../core/plain-reasons.js';
import { IMMUTABLE_STORE_URL, STORE_URL } from '../../core/rewrite-rules.js';
import { findStrongComponents } from '../../pipeline/graph/reference-graph.js';
import { isImmutable, parseCacheControl } from './cache-headers.js';
import { type CrawledSite, type CrawlOptions, crawlSite } from './crawl-site.js';
import { type Answer, createHttpClient, type HttpClientOptions, isHtml, isNotFound } from './http-client.js';
import { judgeHashedFile } from './judge-hashed-file.js';
import { judgePage, judgePlainFile } from './judge-page.js';
import type { CrawledFile, HashedFile } from './probe-hashed-file.js';
import type { Judged, SiteCoverage, SiteReport, Verdict } from './report.js';
import { isInStore, parseTarget, withoutHash } from './site-url.js';

interface VerifyOptions extends CrawlOptions, Omit<HttpClientOptions, 'credentials'> {
  /** Whether to compare hashes with bytes. */
  checksHash: boolean;
}

/**
 * Verifies a running site from outside. Faults are in the report, and so is a
 * site that cannot be reached.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE` if `written` is not the URL of a site.
 */
export async function verifySite(written: string, options: VerifyOptions): Promise<SiteReport> {
  const { url, credentials } = parseTarget(written);
  const client = createHttpClient({ ...options, credentials });
  try {
    return judgeSite(url, await crawlSite(url, client, options), options.checksHash);
  } finally {
    client.close();
  }
}

function judgeSite(url: URL, { page, files, basePath, notAsked }: CrawledSite, checksHash: boolean): SiteReport {
  const hashed = files.filter((file) => file.kind === 'hashed');
  const circles = findCircles(hashed);
  const host = { ignoresRewrites: ignoresRewrites(hashed), lacksHeadersRule: lacksHeadersRule(hashed) };
  const assets = files.map((file) => {
    const verdicts =
      file.kind === 'hashed'
        ? judgeHashedFile(file, { ...host, checksHash, isInCircle: circles.has(file.url.href) })
        : judgePlainFile(file);
    return { kind: file.kind, ...toJudged(file.url, file.answer, verdicts) };
  });
  const coverage = measureSiteCoverage(files, basePath);
  const judgedPage = toJudged(page.url, page.answer, judgePage(page, coverage, notAsked));
  return {
    url: url.href,
    finalUrl: page.url.href,
    redirects: page.redirects,
    page: judgedPage,
    assets,
    coverage,
    notAsked,
    ok: [judgedPage, ...assets].every(({ verdicts }) => verdicts.every(({ ok }) => ok)),
  };
}

function toJudged({ href }: URL, { status, headers }: Answer, verdicts: readonly Verdict[]): Judged {
  return { url: href, status: status ?? null, cacheControl: headers['cache-control'] ?? null, verdicts };
}

/** Whether the host has the originals, and no file under any hashed URL that needs a rewrite. */
function ignoresRewrites(hashed: readonly HashedFile[]): boolean {
  const rewritten = hashed.filter(({ url }) => !isInStore(url));
  const hasOriginal = ({ original }: HashedFile) => original?.status === 200 && !isHtml(original);
  return rewritten.every(({ answer }) => isNotFound(answer)) && rewritten.some(hasOriginal);
}

/** Whether the host serves all files in Next's static folder, and none of them as immutable. */
function lacksHeadersRule(hashed: readonly HashedFile[]): boolean {
  const inStore = hashed.filter(({ url }) => isInStore(url));
  return inStore.every(({ answer: { status, headers } }) => status === 200 && !isImmutable(headers['cache-control']));
}

/** Hashed files that name each other, or themselves: their bytes cannot contain a hash of those bytes. */
function findCircles(hashed: readonly HashedFile[]): Set<string> {
  const references = new Map(hashed.map((file) => [file.url.href, file.references]));
  const successorsOf = (url: string) => (references.get(url) ?? []).filter((reference) => references.has(reference));
  const circles = findStrongComponents(references.keys(), successorsOf).filter(
    ([first = '', ...others]) => others.length > 0 || successorsOf(first).includes(first),
  );
  return new Set(circles.flat());
}

/** `verify` does not have the app's files, so the answers tell which URLs are public files. */
function measureSiteCoverage(files: readonly CrawledFile[], basePath: string): SiteCoverage {
  const counted = new Map(files.filter((file) => isPublicFile(file, basePath)).map((file) => [file.url.href, file]));
  const loaded = [...counted.values()].map(({ url, place, label }): LoadedUrl => ({ url: url.href, place, label, page: '' }));
  const coverage = measureCoverage(loaded, (href) => {
    const file = counted.get(href);
    return file && { assetPath: originalPathOf(file), isHashed: file.kind === 'hashed', isOptimized: false };
  });
  const plainUrls = new Map(
    [...counted.values()].filter(({ kind }) => kind !== 'hashed').map((file) => [originalPathOf(file), file.url.href]),
  );
  const toUrls = (plain: readonly { assetPath: string }[]) => plain.flatMap(({ assetPath }) => plainUrls.get(assetPath) ?? []);
  const reasons = explainPlainFiles(coverage, {}).map(({ why, fix, files: plain }) => ({ why, fix, urls: toUrls(plain) }));
  return { hashed: coverage.hashed, total: coverage.total, plain: toUrls(coverage.plain), reasons };
}

/** The path of the original, which is the same for both kinds of URL of a file. */
function originalPathOf({ kind, url }: CrawledFile): string {
  if (kind !== 'hashed') return url.pathname;
  return [STORE_URL, IMMUTABLE_STORE_URL].reduce((pathname, storeUrl) => pathname.replace(storeUrl, ''), withoutHash(url).pathname);
}

function isPublicFile({ kind, url, answer }: CrawledFile, basePath: string): boolean {
  if (kind === 'hashed') return true;
  if (answer.status !== 200 || hasFixedName(url, basePath)) return false;
  // Another tool hashed the file and lets caches keep it, so this package has nothing to add.
  return kind === 'plain' || !parseCacheControl(answer.headers['cache-control']).has('immutable');
}

/** Whether no option makes this package hash the file: `favicon.ico`, service workers. */
function hasFixedName({ pathname }: URL, basePath: string): boolean {
  return possibleAssetPaths(pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname).some(isFixedName);
}
