import { strongComponents } from '../../pipeline/graph/strong-components.js';
import type { Answer } from './answer.js';
import { judgeHashed } from './judge-hashed.js';
import { judgePage } from './judge-page.js';
import { judgePlain } from './judge-plain.js';
import type { AssetEvidence, NotAsked, Redirect, SiteEvidence } from './site-evidence.js';
import type { Verdict } from './verdict.js';

/** What `--json` prints. */
export interface SiteReport {
  /** As it was given, without a password. */
  url: string;
  finalUrl: string;
  redirects: readonly Redirect[];
  page: Judged;
  assets: readonly (Judged & { kind: AssetEvidence['kind'] })[];
  notAsked: NotAsked;
  /** Whether everything holds. */
  ok: boolean;
}

export interface Judged {
  url: string;
  /** `null`: no answer. */
  status: number | null;
  cacheControl: string | null;
  verdicts: readonly Verdict[];
}

/** @param url that was asked for. */
export function judgeSite(url: URL, { page, assets, notAsked }: SiteEvidence, { checksHash }: { checksHash: boolean }): SiteReport {
  const circles = findCircles(assets);
  const judged = assets.map((asset) => {
    const verdicts =
      asset.kind === 'hashed' ? judgeHashed(asset, { checksHash, isInCircle: circles.has(asset.url.href) }) : judgePlain(asset);
    return { kind: asset.kind, ...toJudged(asset.url, asset.answer, verdicts) };
  });
  const hashedUrls = assets.filter(({ kind }) => kind === 'hashed').length;
  const judgedPage = toJudged(page.url, page.answer, judgePage(page, hashedUrls));
  return {
    url: url.href,
    finalUrl: page.url.href,
    redirects: page.redirects,
    page: judgedPage,
    assets: judged,
    notAsked,
    ok: [judgedPage, ...judged].every(({ verdicts }) => verdicts.every(({ ok }) => ok)),
  };
}

function toJudged({ href }: URL, { status, headers }: Answer, verdicts: readonly Verdict[]): Judged {
  return { url: href, status: status ?? null, cacheControl: headers['cache-control'] ?? null, verdicts };
}

/** Hashed files that name each other, or themselves: they cannot hold a hash of their own bytes. */
function findCircles(assets: readonly AssetEvidence[]): Set<string> {
  const references = new Map<string, readonly string[]>();
  for (const asset of assets) if (asset.kind === 'hashed') references.set(asset.url.href, asset.references);
  const successorsOf = (url: string) => (references.get(url) ?? []).filter((reference) => references.has(reference));
  const circles = strongComponents(references.keys(), successorsOf).filter(
    ([first = '', ...others]) => others.length > 0 || successorsOf(first).includes(first),
  );
  return new Set(circles.flat());
}
