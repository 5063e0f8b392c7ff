import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

const SCRIPT = path.resolve('scripts/check-release.mjs');

function check(metadata: object, ...flags: string[]) {
  const cwd = temporaryFolder();
  writeFiles(cwd, { 'package.json': JSON.stringify(metadata) });
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...flags], { cwd, encoding: 'utf8' });
  return { status, stderr };
}

const COMPLETE = { homepage: 'https://example.com', repository: 'owner/name', bugs: 'https://example.com/bugs', author: 'A. Owner' };

test('names each missing field, and passes', () => {
  const { status, stderr } = check({ ...COMPLETE, bugs: '', author: undefined });
  expect(status).toBe(0);
  expect(stderr).toBe('Note: package.json has no bugs, author. A release needs them. Type: npm pkg set bugs=… && npm pkg set author=…\n');
});

test.each(Object.keys(COMPLETE))('with --strict, it fails without %s', (field) => {
  const { status, stderr } = check({ ...COMPLETE, [field]: undefined }, '--strict');
  expect(status).toBe(1);
  expect(stderr).toBe(`Error: package.json has no ${field}. A release needs it. Type: npm pkg set ${field}=…\n`);
});

test.each([[[]], [['--strict']]])('prints nothing if no field is missing: %j', (flags) => {
  expect(check(COMPLETE, ...flags)).toEqual({ status: 0, stderr: '' });
});
