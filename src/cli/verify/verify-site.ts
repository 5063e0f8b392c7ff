import { readings } from '../../core/asset-path.js';
import { assetPathMatcher, STABLE_URL_GLOBS } from '../../core/asset-path-globs.js';
import { type LoadedUrl, measureCoverage } from '../../core/coverage.js';
import type { OnProgress } from '../../core/errors.js';
import { explainPlainFiles } from '../../core/plain-reasons.js';
import { IMMUTABLE_STORE_URL, STORE_URL } from '../../core/rewrite-rules.js';
import { strongComponents } from '../../pipeline/graph/reference-graph.js';
import { parseCacheControl } from './cache-headers.js';
import { askForSite, type FileAnswers, type NotAsked, type Redirect, type SiteAnswers } from './crawl-site.js';
import { type Answer, createAsk } from './http-client.js';
import { findHostHabits, judgeHashed } from './judge-hashed-file.js';
import { judgePage, judgePlain } from './judge-page.js';
import type { Verdict } from './report.js';
import { parseTarget, withoutHash } from './site-url.js';

export interface VerifyOptions {
  /** Milliseconds for one answer. */
  timeout: number;
  /** Origins besides that of the page that may be asked. */
  origins: ReadonlySet<string>;
  maxAssets: number;
  /** Bytes of one file. */
  maxSize: number;
  /** Whether hashes are compared with bytes. */
  checksHash: boolean;
  userAgent: string;
  interruption: AbortSignal;
  /** Called after every file. */
  onProgress?: OnProgress | undefined;
}

/** The output of `--json`. */
export interface SiteReport {
  /** As it was typed, without a password. */
  url: string;
  finalUrl: string;
  redirects: readonly Redirect[];
  page: Judged;
  assets: readonly (Judged & { kind: FileAnswers['kind'] })[];
  coverage: SiteCoverage;
  notAsked: NotAsked;
  /** Whether no check failed. */
  ok: boolean;
}

export interface Judged {
  url: string;
  /** `null`: no answer. */
  status: number | null;
  cacheControl: string | null;
  verdicts: readonly Verdict[];
}

/**
 * Looks at a site from outside. Faults of the site are in the report; one of
 * them is a site that cannot be reached.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE` if `written` is not the URL of a site.
 */
export async function verifySite(written: string, options: VerifyOptions): Promise<SiteReport> {
  const { url, credentials } = parseTarget(written);
  const { ask, close } = createAsk({ ...options, credentials });
  try {
    return judgeSite(url, await askForSite(url, { ...options, ask }), options);
  } finally {
    close();
  }
}

function judgeSite(
  url: URL,
  { page, files, basePath, notAsked }: SiteAnswers,
  { checksHash }: Pick<VerifyOptions, 'checksHash'>,
): SiteReport {
  const circles = findCircles(files);
  const habits = findHostHabits(files);
  const assets = files.map((file) => {
    const verdicts =
      file.kind === 'hashed' ? judgeHashed(file, { checksHash, habits, isInCircle: circles.has(file.url.href) }) : judgePlain(file);
    return { kind: file.kind, ...toJudged(file.url, file.answer, verdicts) };
  });
  const coverage = measureSiteCoverage({ files, basePath });
  const judgedPage = toJudged(page.url, page.answer, judgePage(page, { coverage, notAsked }));
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

/** Hashed files that name each other, or themselves: their bytes cannot hold a hash of those bytes. */
function findCircles(files: readonly FileAnswers[]): Set<string> {
  const references = new Map<string, readonly string[]>();
  for (const file of files) if (file.kind === 'hashed') references.set(file.url.href, file.references);
  const successorsOf = (url: string) => (references.get(url) ?? []).filter((reference) => references.has(reference));
  const circles = strongComponents(references.keys(), successorsOf).filter(
    ([first = '', ...others]) => others.length > 0 || successorsOf(first).includes(first),
  );
  return new Set(circles.flat());
}

/** How many of the public files that a page loads it loads by a hashed URL. */
export interface SiteCoverage {
  hashed: number;
  /** Public files that were looked at and exist, each once. */
  total: number;
  /** The URLs of the others. */
  plain: readonly string[];
  /** Why those have no hash, and the edit that gives them one. */
  reasons: readonly { why: string; fix: string; urls: readonly string[] }[];
}

/** Measures the coverage of a page that has answered. `verify` does not have the app's files, so the answers of the site tell which URLs are public files. */
function measureSiteCoverage({ files, basePath }: Pick<SiteAnswers, 'files' | 'basePath'>): SiteCoverage {
  const counted = new Map(files.filter((file) => isCounted(file, basePath)).map((file) => [file.url.href, file]));
  const loaded = [...counted.values()].map(({ url, place, label }): LoadedUrl => ({ url: url.href, place, label, page: '' }));
  const coverage = measureCoverage(loaded, (href) => {
    const file = counted.get(href);
    return file && { assetPath: originalOf(file), isHashed: file.kind === 'hashed', isOptimized: false };
  });
  const urlsOf = new Map([...counted.values()].filter(({ kind }) => kind !== 'hashed').map((file) => [originalOf(file), file.url.href]));
  const toUrls = (plain: readonly { assetPath: string }[]) => plain.flatMap(({ assetPath }) => urlsOf.get(assetPath) ?? []);
  const reasons = explainPlainFiles(coverage, {}).map(({ why, fix, files: plain }) => ({ why, fix, urls: toUrls(plain) }));
  return { hashed: coverage.hashed, total: coverage.total, plain: toUrls(coverage.plain), reasons };
}

/** The path of the original: one file may be loaded by both kinds of URL. */
function originalOf({ kind, url }: FileAnswers): string {
  if (kind !== 'hashed') return url.pathname;
  return [STORE_URL, IMMUTABLE_STORE_URL].reduce((pathname, storeUrl) => pathname.replace(storeUrl, ''), withoutHash(url).pathname);
}

function isCounted({ kind, url, answer }: FileAnswers, basePath: string): boolean {
  if (kind === 'hashed') return true;
  if (answer.status !== 200 || keepsItsName(url, basePath)) return false;
  // Another tool put a hash there and lets caches keep the file for it, so this package has nothing to add.
  return kind === 'plain' || !parseCacheControl(answer.headers['cache-control']).has('immutable');
}

const isStable = assetPathMatcher(STABLE_URL_GLOBS);

/** Whether this package never hashes the file, whatever the options say: `favicon.ico`, service workers. */
function keepsItsName({ pathname }: URL, basePath: string): boolean {
  return readings(pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname).some(isStable);
}
