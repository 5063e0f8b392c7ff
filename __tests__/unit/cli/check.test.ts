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

const NOT_MEASURED = { measured: false, why: 'there is no finished build; run "next build"' };

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
    stderr: `next-smart-cache: 3 files checked, no problems; coverage not measured: ${NOT_MEASURED.why}\n`,
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
  expect(stderr).toContain('A reference points to a missing file: public/css/a.css:1');
});

test('--json prints the whole result', async () => {
  const { exitCode, stdout } = await runCommand(['check', '--json'], { cwd: await app() });
  expect([exitCode, JSON.parse(stdout)]).toEqual([0, { ok: true, manifest: 'current', coverage: NOT_MEASURED, warnings: [] }]);
});

test('--json of a failure exits with 1 and prints the whole result', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['check', '--json'], { cwd: await app({}, { isBuilt: false }) });
  expect([exitCode, JSON.parse(stdout)]).toEqual([1, { ok: false, manifest: 'missing', coverage: NOT_MEASURED, warnings: [] }]);
  expect(stderr).toContain('1 problem');
});

test('invalid options exit with 1 and print no JSON', async () => {
  const loadProject = async (root: string) => resolveProject({ root, options: { delivery: 'statik' as 'static' } });
  const { exitCode, stdout, stderr } = await runCommand(['check', '--json'], { cwd: await app(), loadProject });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain('delivery');
});

test('--json has the warnings', async () => {
  const root = await app({ 'public/css/a.css': 'a { background: url(no.png) }' });
  const { stdout } = await runCommand(['check', '--json'], { cwd: root });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, warnings: [{ what: 'A reference points to a missing file' }] });
});

describe('--coverage', () => {
  const coverage = { hashed: 2, total: 3, plain: [{ assetPath: '/a.json', place: 'fetch', label: 'fetch', pages: ['/'] }] } as const;
  const groups = [{ why: 'fetch() takes it', fix: 'write asset()', files: coverage.plain }];
  const measureBuild = () => ({ coverage, groups, pages: 1, notMeasured: [] });

  test('fails below the floor, and says what is plain, why, and what to write', async () => {
    expect(await runCommand(['check', '--coverage', '66.7'], { cwd: await app(), measureBuild })).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: [
        'next-smart-cache: coverage is 66.6 %, below 66.7 %: 2 of 3 public files that your pages load are hashed; plain: /a.json (fetch in /)',
        '  /a.json: fetch() takes it; write asset()',
        'next-smart-cache: 1 problem; 3 files in public/',
        '',
      ].join('\n'),
    });
  });

  test('holds at the floor, and says the same', async () => {
    const { exitCode, stderr } = await runCommand(['check', '--coverage', '66.6%'], { cwd: await app(), measureBuild });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: [
        'next-smart-cache: 2 of 3 public files that your pages load are hashed; plain: /a.json (fetch in /)',
        '  /a.json: fetch() takes it; write asset()',
        'next-smart-cache: 3 files checked, no problems; coverage 66.6 %',
        '',
      ].join('\n'),
    });
  });

  test('fails where nothing is measured, at any floor', async () => {
    const { exitCode, stderr } = await runCommand(['check', '--coverage', '0'], { cwd: await app() });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `next-smart-cache: coverage is not measured, so the check for 0 % fails: ${NOT_MEASURED.why}\nnext-smart-cache: 1 problem; 3 files in public/\n`,
    });
  });

  test('holds where the pages load no public file', async () => {
    const none = () => ({ coverage: { hashed: 0, total: 0, plain: [] }, groups: [], pages: 1, notMeasured: [] });
    const { exitCode, stderr } = await runCommand(['check', '--coverage', '100'], { cwd: await app(), measureBuild: none });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringMatching(/your pages load no public file that could be hashed\n.+ no problems; coverage 100 %\n$/),
    });
  });

  test.each(['', 'most', '-1', '101', '1e1', '0x5', 'NaN', 'Infinity', '95,5', '95 %%'])('refuses %j', async (percent) => {
    const { exitCode, stdout, stderr } = await runCommand(['check', `--coverage=${percent}`], { cwd: await app() });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('It must be a percentage from 0 to 100, such as 95.'),
    });
  });
});
