import type { OnProgress } from '../../core/errors.js';
import { strongComponents } from '../../pipeline/graph/reference-graph.js';
import type { Answer } from './answer.js';
import { createAsk } from './ask.js';
import { askForSite } from './ask-for-site.js';
import { measureSiteCoverage, type SiteCoverage } from './coverage.js';
import { findHostHabits, judgeHashed } from './judge-hashed.js';
import { judgePage, judgePlain } from './judge-page.js';
import type { FileAnswers, NotAsked, Redirect, SiteAnswers } from './site-answers.js';
import { parseTarget } from './target-url.js';
import type { Verdict } from './verdict.js';

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
