// `npm run test:storm -- [--short] [--seed N] [--only TEXT] [--write]`. See docs/TRUST.md.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installedNext, NEXT_VERSIONS } from '../support/installed-next';
import { type Audit, type Figures, MUST_BE_ZERO } from './audit';
import { buildVersions, type SiteSettings, type SiteVersion, setOneTimeStamp, strawVersions } from './site-versions';
import { runStorm } from './storm';

interface Scenario {
  name: string;
  isInShort: boolean;
  /** Our package; the same settings share one build. */
  site?: SiteSettings;
  hasOneTimeStamp?: boolean;
  /** A scheme that is known to be wrong, and must be found out. */
  straw?: 'query' | 'any-hash';
}

const plain = { isCacheCarried: false, immutableByExtension: false };
const SCENARIOS: readonly Scenario[] = [
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

const SIZES = {
  full: { seconds: 50, strawSeconds: 20, maxRequests: 30_000, limit: 30 * 60 },
  short: { seconds: 20, strawSeconds: 8, maxRequests: 10_000, limit: 8 * 60 },
};

const options = {
  short: { type: 'boolean', default: false },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  only: { type: 'string', default: '' },
  write: { type: 'boolean', default: false },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  const size = SIZES[values.short ? 'short' : 'full'];
  const seed = Number(values.seed);
  const scenarios = SCENARIOS.filter(({ isInShort, name }) => (isInShort || !values.short) && name.includes(values.only));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  setTimeout(() => stop.abort(new Error(`not over after ${size.limit} s`)), size.limit * 1_000).unref();
  const sites = createSites(stop.signal);
  const results: [string, Audit][] = [];
  let failed = 0;
  try {
    console.log(`Seed ${seed}. --seed ${seed} makes the same choices again, but not at the same moments.`);
    for (const scenario of scenarios) {
      const versions = await sites.prepare(scenario);
      const seconds = scenario.straw ? size.strawSeconds : size.seconds;
      const audit = await runStorm(versions, { ...size, seconds, seed, folder: sites.subfolder('caches'), signal: stop.signal });
      stop.signal.throwIfAborted();
      results.push([scenario.name, audit]);
      const problem = scenario.straw ? findProblemOfStraw(audit, scenario.straw) : findProblem(audit);
      console.log(`${problem ? 'FAILED' : 'passed'}  ${scenario.name}${problem ? `: ${problem}` : ''}`);
      if (problem) failed++;
      if (problem && !scenario.straw) for (const example of audit.examples) console.log(`  ${example}`);
    }
    const table = formatTable(results);
    console.log(`\n${table}\n`);
    if (values.write) writeFigures(`${describeRun(seed)}\n\n${table}`);
    console.log(`${scenarios.length - failed} passed, ${failed} failed`);
    process.exitCode = failed ? 1 : 0;
  } finally {
    sites.remove();
  }
}

/** Builds each site once, for all scenarios that need it. */
function createSites(signal: AbortSignal) {
  // Below the installed packages, where Next finds them.
  const root = path.join(installedNext('latest'), 'apps', `storm-${process.pid}`);
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

function findProblem({ figures }: Audit): string | undefined {
  const wrong = MUST_BE_ZERO.filter((name) => figures[name] > 0).map((name) => `${figures[name]} ${name}`);
  if (wrong.length) return wrong.join(', ');
  return findMissingWork(figures);
}

/** A scheme that is known to be wrong, and is not found out, means that the storm is too weak. */
function findProblemOfStraw({ figures }: Audit, straw: NonNullable<Scenario['straw']>): string | undefined {
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

function formatTable(results: readonly [string, Audit][]): string {
  const names = Object.keys(results[0]?.[1].figures ?? {}) as (keyof Figures)[];
  const rows = [
    ['', ...names.map((name) => ((MUST_BE_ZERO as readonly string[]).includes(name) ? `**${name}**` : name))],
    ['---', ...names.map(() => '---:')],
    ...results.map(([scenario, { figures }]) => [scenario, ...names.map((name) => figures[name].toLocaleString('en'))]),
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function describeRun(seed: number): string {
  const [cpu] = os.cpus();
  const machine = `${os.cpus().length} cores of ${cpu?.model ?? 'an unknown kind'}, Node ${process.versions.node}`;
  return `${new Date().toISOString().slice(0, 10)}; ${machine}, Next ${NEXT_VERSIONS.latest.next}; seed ${seed}.`;
}

function writeFigures(text: string): void {
  const file = path.resolve(__dirname, '../../docs/TRUST.md');
  const page = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(
    file,
    page.replace(/(<!-- Written by .* -->\n)[\s\S]*?(<!-- The end)/, (_, start, end) => `${start}\n${text}\n\n${end}`),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
