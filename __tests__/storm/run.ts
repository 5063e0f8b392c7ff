// `npm run test:storm -- [--seed N] [--only TEXT] [--write]`. See docs/TRUST.md.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { NEXT_VERSIONS } from '../support/installed-next';
import { type Audit, type Figures, MUST_BE_ZERO } from './audit';
import { createSites, findProblem, findWeakness, SCENARIOS } from './scenarios';
import { runStorm } from './storm';

const SECONDS = { ours: 50, straw: 20 };
const MAX_REQUESTS = 30_000;
const LIMIT_SECONDS = 30 * 60;

const options = {
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  only: { type: 'string', default: '' },
  write: { type: 'boolean', default: false },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  const seed = Number(values.seed);
  const scenarios = SCENARIOS.filter(({ name }) => name.includes(values.only));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  setTimeout(() => stop.abort(new Error(`not over after ${LIMIT_SECONDS} s`)), LIMIT_SECONDS * 1_000).unref();
  const sites = createSites(stop.signal);
  const results: [string, Audit][] = [];
  let failed = 0;
  try {
    console.log(`Seed ${seed}. --seed ${seed} makes the same choices again, but not at the same moments.`);
    for (const scenario of scenarios) {
      const versions = await sites.prepare(scenario);
      const seconds = scenario.straw ? SECONDS.straw : SECONDS.ours;
      const folder = sites.subfolder('caches');
      const isConclusive = (audit: Audit) => findWeakness(audit, scenario) === undefined;
      const audit = await runStorm(versions, { seconds, maxRequests: MAX_REQUESTS, isConclusive, seed, folder, signal: stop.signal });
      stop.signal.throwIfAborted();
      results.push([scenario.name, audit]);
      const problem = findProblem(audit, scenario);
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
