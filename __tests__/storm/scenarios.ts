import fs from 'node:fs';
import path from 'node:path';
import { installedNext } from '../support/installed-next';
import { type Audit, type Figures, MUST_BE_ZERO } from './audit';
import { buildVersions, type SiteSettings, type SiteVersion, setOneTimeStamp, strawVersions } from './site-versions';

export interface Scenario {
  name: string;
  /** Part of every run of the tests, with a short storm. */
  isInShort: boolean;
  /** Our package; the same settings share one build. */
  site?: SiteSettings;
  hasOneTimeStamp?: boolean;
  /** A scheme that is known to be wrong, and must be found out. */
  straw?: 'query' | 'any-hash';
}

const plain = { isCacheCarried: false, immutableByExtension: false };
export const SCENARIOS: readonly Scenario[] = [
  { name: 'straw: ?v=<build>, a year', straw: 'query', isInShort: true },
  { name: 'straw: any hash, 30 days', straw: 'any-hash', isInShort: true },
  { name: 'rewrite', site: { ...plain, delivery: 'rewrite' }, isInShort: false },
  { name: 'rewrite, one time stamp', site: { ...plain, delivery: 'rewrite' }, hasOneTimeStamp: true, isInShort: false },
  { name: 'rewrite, cache carried', site: { ...plain, delivery: 'rewrite', isCacheCarried: true }, isInShort: false },
  {
    name: 'rewrite, one time stamp, headers() of its own',
    site: { ...plain, delivery: 'rewrite', immutableByExtension: true },
    hasOneTimeStamp: true,
    isInShort: true,
  },
  { name: 'static', site: { ...plain, delivery: 'static' }, isInShort: false },
  { name: 'static, one time stamp', site: { ...plain, delivery: 'static' }, hasOneTimeStamp: true, isInShort: false },
  {
    name: 'static, cache carried, headers() of its own',
    site: { delivery: 'static', isCacheCarried: true, immutableByExtension: true },
    isInShort: true,
  },
];

/** Says why a scenario failed; `undefined` if it passed. */
export function findProblem(audit: Audit, scenario: Scenario): string | undefined {
  const { figures } = audit;
  const wrong = MUST_BE_ZERO.filter((name) => figures[name] > 0).map((name) => `${figures[name]} ${name}`);
  if (!scenario.straw && wrong.length) return wrong.join(', ');
  return findWeakness(audit, scenario);
}

/** Says why a storm proves nothing; `undefined` if it has done and found enough. */
export function findWeakness({ figures }: Audit, { straw }: Scenario): string | undefined {
  return straw ? findBlindness(figures, straw) : findMissingWork(figures);
}

/** Builds each site once, for all scenarios that need it. */
export function createSites(signal: AbortSignal) {
  // Below the installed packages, where Next finds them.
  const root = fs.mkdtempSync(path.join(installedNext('latest'), 'apps', 'storm-'));
  const built = new Map<string, SiteVersion[]>();
  let count = 0;
  const subfolder = (name: string) => {
    const folder = path.join(root, `${count++}-${name}`);
    fs.mkdirSync(folder, { recursive: true });
    return folder;
  };
  return {
    subfolder,
    async prepare({ straw, site, hasOneTimeStamp }: Scenario): Promise<SiteVersion[]> {
      if (straw) return strawVersions(straw, subfolder('straw'));
      const key = JSON.stringify(site);
      const versions = built.get(key) ?? (await buildVersions(site as SiteSettings, subfolder('site'), signal));
      built.set(key, versions);
      if (hasOneTimeStamp) for (const { dir } of versions) setOneTimeStamp(dir);
      return versions;
    },
    remove: () => fs.rmSync(root, { recursive: true, force: true }),
  };
}

/** If a storm does not find the fault of a scheme that is known to be wrong, the storm is too weak. */
function findBlindness(figures: Figures, straw: NonNullable<Scenario['straw']>): string | undefined {
  // A path with its version in the query promises no bytes to the optimizer.
  const expected = MUST_BE_ZERO.filter((name) => name !== 'wrong optimized' || straw === 'any-hash');
  const blind = expected.filter((name) => figures[name] === 0);
  return blind.length ? `the storm is broken: it found no ${blind.join(' and no ')} in a scheme that gives them` : undefined;
}

/** A storm in which nothing happened proves nothing. */
function findMissingWork(figures: Figures): string | undefined {
  const missing = (['swaps', 'kills', 'immutable', 'optimized'] as const).filter((name) => figures[name] === 0);
  return missing.length ? `the storm is broken: no ${missing.join(', no ')}` : undefined;
}
