import fs from 'node:fs';
import path from 'node:path';
import { resolveProject } from '../../../src/pipeline/project';
import { listFiles } from '../../support/folders';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';
import { runCommand } from '../support/command-line';

const FILES = {
  'public/js/application.js': "import './part.js';",
  'public/js/part.js': 'export {};',
  'public/img/logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'public/favicon.ico': '',
};

async function app(files: Record<string, string> = {}, { isBuilt = true } = {}): Promise<string> {
  const root = temporaryFolder();
  writeFiles(root, { ...FILES, ...files });
  if (isBuilt) await runCommand(['build'], { cwd: root });
  return root;
}

const contentsOf = (root: string) =>
  listFiles(root).map((file) => [file, fs.readFileSync(path.join(root, file), 'utf8'), fs.statSync(path.join(root, file)).mtimeMs]);

test('exits with 0 and writes nothing if there are no problems', async () => {
  const root = await app();
  const before = contentsOf(root);
  expect(await runCommand(['check'], { cwd: root })).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: 'next-smart-cache: 3 files checked, no problems\n',
  });
  expect(contentsOf(root)).toEqual(before);
});

test('a manifest that is missing, and nothing is written in its place', async () => {
  const root = await app({}, { isBuilt: false });
  const before = contentsOf(root);
  expect(await runCommand(['check'], { cwd: root })).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: '.smart-cache/manifest.json  is missing; run "next-smart-cache build"\nnext-smart-cache: 1 problem; 3 files in public/\n',
  });
  expect(contentsOf(root)).toEqual(before);
  expect(await runCommand(['check', '--no-manifest'], { cwd: root })).toMatchObject({ exitCode: 0 });
});

test('a manifest that is outdated, also by a file that another one only names', async () => {
  const root = await app();
  fs.writeFileSync(path.join(root, 'public/js/part.js'), 'export const edited = true;');
  const { exitCode, stderr } = await runCommand(['check'], { cwd: root });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('.smart-cache/manifest.json  is outdated; run "next-smart-cache build"\n');
});

test('a reference inside public/ that leads nowhere is a warning', async () => {
  const { exitCode, stderr } = await runCommand(['check'], { cwd: await app({ 'public/css/a.css': 'a { background: url(no.png) }' }) });
  expect(exitCode).toBe(0);
  expect(stderr).toContain('A reference leads nowhere: public/css/a.css:1');
});

test('--json: all of it as data', async () => {
  const { exitCode, stdout } = await runCommand(['check', '--json'], { cwd: await app() });
  expect([exitCode, JSON.parse(stdout)]).toEqual([0, { ok: true, manifest: 'current', warnings: [] }]);
});

test('--json of a failure: exit code 1, and all of it on stdout', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['check', '--json'], { cwd: await app({}, { isBuilt: false }) });
  expect([exitCode, JSON.parse(stdout)]).toEqual([1, { ok: false, manifest: 'missing', warnings: [] }]);
  expect(stderr).toContain('1 problem');
});

test('options that are not valid: the one error, exit code 1, and no JSON', async () => {
  const loadProject = async (root: string) => resolveProject({ root, options: { delivery: 'statik' as 'static' } });
  const { exitCode, stdout, stderr } = await runCommand(['check', '--json'], { cwd: await app(), loadProject });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain('delivery');
});

test('--json has the warnings', async () => {
  const root = await app({ 'public/css/a.css': 'a { background: url(no.png) }' });
  const { stdout } = await runCommand(['check', '--json'], { cwd: root });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, warnings: [{ what: 'A reference leads nowhere' }] });
});
