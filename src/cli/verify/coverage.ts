import { readings } from '../../core/asset-path.js';
import { assetPathMatcher, STABLE_URL_GLOBS } from '../../core/asset-path-globs.js';
import { type LoadedUrl, measureCoverage } from '../../core/coverage.js';
import { explainPlainFiles } from '../../core/plain-reasons.js';
import { IMMUTABLE_STORE_URL, STORE_URL } from '../../core/rewrite-rules.js';
import { parseCacheControl } from './cache-headers.js';
import type { FileAnswers, SiteAnswers } from './site-answers.js';
import { withoutHash } from './url-kind.js';

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
export function measureSiteCoverage({ files, basePath }: Pick<SiteAnswers, 'files' | 'basePath'>): SiteCoverage {
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
