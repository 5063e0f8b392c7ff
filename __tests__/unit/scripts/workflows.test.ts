import fs from 'node:fs';
import { listFiles } from '../../support/folders';

const read = (file: string) => fs.readFileSync(file, 'utf8');
const { scripts, engines } = JSON.parse(read('package.json')) as { scripts: Record<string, string>; engines: { node: string } };
const WORKFLOWS = listFiles('.github/workflows').map((name) => `.github/workflows/${name}`);

test.each([...WORKFLOWS, '.ci/run', 'CONTRIBUTING.md'])('%s runs only npm scripts that package.json has', (file) => {
  const named = [...read(file).matchAll(/\bnpm run (?:--silent )?([a-z:]+)/g)].map(([, name]) => name ?? '');
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('CI tests the oldest releases of Node that package.json allows, and the pages name them', () => {
  const [, old, newer] = /^\^(\d+\.\d+)\.0 \|\| >=(\d+\.\d+)\.0$/.exec(engines.node) ?? [];
  expect(read('.github/workflows/ci.yml')).toContain(`node: ["${old}", "${newer}", `);
  for (const file of ['README.md', 'CONTRIBUTING.md']) expect(read(file)).toContain(`Node ${old}, or ${newer} or later`);
});

test('each action that the workflows take from this repository exists', () => {
  const used = WORKFLOWS.flatMap((file) => [...read(file).matchAll(/uses: \.\/(\S+)/g)].map(([, name]) => name ?? ''));
  expect(used).toContain('.github/actions/set-up');
  expect(used.filter((name) => !fs.existsSync(name))).toEqual([]);
});
