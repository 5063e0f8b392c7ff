import fs from 'node:fs';
import { listFiles } from '../../support/folders';

const read = (file: string) => fs.readFileSync(file, 'utf8');
const { scripts, engines } = JSON.parse(read('package.json')) as { scripts: Record<string, string>; engines: { node: string } };
const WORKFLOWS = listFiles('.github/workflows').map((name) => `.github/workflows/${name}`);

test.each([...WORKFLOWS, '.ci/run', 'CONTRIBUTING.md'])('%s runs only npm scripts that package.json has', (file) => {
  const named = [...read(file).matchAll(/\bnpm run (?:--silent )?([a-z:]+)/g)].map(([, name]) => name ?? '');
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('every check names the oldest Node that package.json allows', () => {
  const oldest = engines.node.replace('>=', '');
  expect(read('.github/workflows/ci.yml')).toContain(`node: ["${oldest}", `);
  for (const file of ['README.md', 'CONTRIBUTING.md']) expect(read(file)).toContain(`Node ${oldest} or later`);
});

test('each action that the workflows take from this repository exists', () => {
  const used = WORKFLOWS.flatMap((file) => [...read(file).matchAll(/uses: \.\/(\S+)/g)].map(([, name]) => name ?? ''));
  expect(used).toContain('.github/actions/set-up');
  expect(used.filter((name) => !fs.existsSync(name))).toEqual([]);
});
