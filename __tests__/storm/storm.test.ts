import type { Audit } from './audit';
import { createSites, findProblem, findWeakness, SCENARIOS, type Scenario } from './scenarios';
import { runStorm } from './storm';

// A short storm. `npm run test:storm` is the long one, see docs/TRUST.md.
const STRAW_SECONDS = 8;
const SECONDS = 20;
const MAX_REQUESTS = 10_000;

// Each run makes the same choices, so that a failure is one of the change under test. `FUZZ_SEED=$RANDOM` makes others.
const seed = Number(process.env.FUZZ_SEED ?? 1);
const stop = new AbortController();
let sites: ReturnType<typeof createSites>;
beforeAll(() => {
  sites = createSites(stop.signal);
});
afterAll(() => {
  stop.abort();
  sites.remove();
});

const inShort = SCENARIOS.filter(({ isInShort }) => isInShort);
const named = (scenarios: readonly Scenario[]) => scenarios.map((scenario) => [scenario.name, scenario] as const);

describe(`deploys under load, with FUZZ_SEED=${seed},`, () => {
  // A storm that finds nothing in schemes that are known to be wrong is too weak.
  test.each(named(inShort.filter(({ straw }) => straw)))('give wrong answers under the scheme "%s"', (_, scenario) =>
    expectNoProblem(scenario),
  );

  test.each(named(inShort.filter(({ site }) => site)))('give no wrong answer with %s', (_, scenario) => expectNoProblem(scenario));
});

async function expectNoProblem(scenario: Scenario): Promise<void> {
  const versions = await sites.prepare(scenario);
  const seconds = scenario.straw ? STRAW_SECONDS : SECONDS;
  const folder = sites.subfolder('caches');
  const isConclusive = (audit: Audit) => findWeakness(audit, scenario) === undefined;
  const audit = await runStorm(versions, { seconds, maxRequests: MAX_REQUESTS, isConclusive, seed, folder, signal: stop.signal });
  const problem = findProblem(audit, scenario);
  expect({ problem, examples: problem && !scenario.straw ? audit.examples : [] }).toEqual({ problem: undefined, examples: [] });
}
