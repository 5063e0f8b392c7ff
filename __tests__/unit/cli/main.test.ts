import fs from 'node:fs';
import path from 'node:path';
import { COMMANDS } from '../../../src/cli/main';
import { SmartCacheError } from '../../../src/core/errors';
import { resolveProject } from '../../../src/pipeline/project';
import { temporaryFolder } from '../../support/temporary-folder';
import { appWithPublic as app, runCommand as run } from '../support/command-line';

// Commander lays help out for the width of a terminal.
const { isTTY } = process.stdout;
beforeAll(() => {
  process.stdout.isTTY = process.stderr.isTTY = false;
});
afterAll(() => {
  process.stdout.isTTY = process.stderr.isTTY = isTTY;
});

afterEach(() => jest.restoreAllMocks());

describe('help', () => {
  test('--help', async () => {
    const { exitCode, stdout, stderr } = await run(['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
"Usage: next-smart-cache [options] [command]

Content-hashed, immutable URLs for the files in public/ of a Next.js app.

Options:
  -V, --version                output the version number
  --cwd <dir>                  the app's folder: the one with next.config and
                               public/ (default: the working directory)
  --json                       print the result as JSON on stdout
  -h, --help                   display help for command

Commands:
  init [options]               set this package up in an existing app
  build [options]              hash every file of public/ and write the manifest
  watch [options]              build, and build again after every change in
                               public/
  start [options] [directory]  serve the last build, in place of "next start"
  check [options]              check the manifest, the options and the coverage
                               of the last build in CI
  verify [options] <url>       check the headers, bytes, hashes and CDN of a
                               running site
  headers [options]            print the _headers rule for Cloudflare and
                               Netlify
  nginx [options]              print an nginx configuration that serves hashed
                               files without Next
  clean [options]              remove the manifest, the store and the types
"
`);
  });

  test('build --help', async () => {
    const { exitCode, stdout, stderr } = await run(['build', '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
"Usage: next-smart-cache build [options]

Hashes every file of public/, copies it into the store and writes
.smart-cache/manifest.json. Run it as the "prebuild" script. It does not read
unchanged files again, and warns about references that point to no file.

Options:
  --cwd <dir>  the app's folder: the one with next.config and public/ (default:
               the working directory)
  --json       print the result as JSON on stdout
  -h, --help   display help for command

Exit codes:
  0  done
  1  public/ or next.config cannot be used, or a file cannot be written; the old manifest stays
  2  wrong usage

Examples:
  next-smart-cache build         before "next build"
  next-smart-cache build --json  the number of files, and the warnings, as data
"
`);
  });

  test('refuses an empty command line as wrong usage, with the help on stderr', async () => {
    const { exitCode, stdout, stderr } = await run([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe((await run(['--help'])).stdout);
  });

  test.each(['--version', '-V'])('%s', async (flag) => {
    expect(await run([flag])).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('wrong usage has exit code 2, nothing on stdout, and the command for help:', () => {
  test.each([
    ['a mistyped command', ['biuld'], /unknown command 'biuld'[\s\S]*Did you mean build\?/],
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
    ['a mistyped flag', ['build', '--jsno'], /unknown option '--jsno'[\s\S]*Did you mean --json\?/],
    ['an unknown flag', ['build', '--frobnicate'], /unknown option '--frobnicate'/],
    ['a flag without its value', ['build', '--cwd'], /--cwd <dir>' argument missing/],
    ['too many arguments', ['build', 'apps/web'], /too many arguments/],
  ])('%s', async (_, argv, message) => {
    const { exitCode, stdout, stderr } = await run(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/Run "next-smart-cache (?:build )?--help" for (?:the commands and|its) options\.\n$/);
  });
});

describe.each(COMMANDS.map(({ name }) => name))('the command %s', (name) => {
  const wrong = async (argv: readonly string[], message: string) => {
    const { exitCode, stdout, stderr } = await run(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  };

  test('is suggested for its name with two letters swapped', () => wrong([swapLetters(name)], `Did you mean ${name}?`));

  test.each([
    ['--jsno', '--json'],
    ['--cdw', '--cwd'],
    ['--hepl', '--help'],
  ])('answers %s with %s', (typed, meant) => wrong([name, typed], `Did you mean ${meant}?`));

  test('refuses too many arguments', () => wrong([name, ...Array(9).fill('x')], 'too many arguments'));

  test('refuses --cwd without a folder', () => wrong([name, '--cwd'], 'argument missing'));

  test('has its own exit codes and examples in its help', async () => {
    const { exitCode, stdout, stderr } = await run([name, '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(`^Usage: next-smart-cache ${name} [\\s\\S]*Exit codes:\n {2}0 [\\s\\S]*Examples:\n {2}next-smart-cache ${name}`),
    );
  });
});

test('shows --cwd only in the help of commands that read an app', async () => {
  const withCwd = [];
  for (const { name } of COMMANDS) if ((await run([name, '--help'])).stdout.includes('--cwd')) withCwd.push(name);
  expect(withCwd).toEqual(['init', 'build', 'watch', 'start', 'check', 'headers', 'nginx', 'clean']);
});

/** `build` → `ubild` */
const swapLetters = (name: string) => name.charAt(1) + name.charAt(0) + name.slice(2);

describe('build', () => {
  test('writes the manifest, with one line on stderr', async () => {
    const cwd = app({ 'js/app.js': 'hello', 'a.css': '', 'robots.txt': '' });
    expect(await run(['build'], { cwd })).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'next-smart-cache: 2 files, 5 B (2 read): wrote .smart-cache/manifest.json\n',
    });
    expect(fs.existsSync(path.join(cwd, '.smart-cache/manifest.json'))).toBe(true);
  });

  test.each<[string, Record<string, string>, line: string]>([
    ['no file', {}, 'public/ has no file to hash; wrote an empty manifest'],
    [
      'files that keep their names',
      { 'robots.txt': '' },
      'public/ has 1 file and none to hash: all have fixed names, or "include" or "exclude" leaves them out; wrote an empty manifest',
    ],
    ['one file', { 'a.js': 'x'.repeat(1000) }, '1 file, 1 kB (1 read): wrote .smart-cache/manifest.json'],
    ['an empty file', { 'a.js': '' }, '1 file, 0 B (1 read): wrote .smart-cache/manifest.json'],
    ['a big file', { 'a.js': 'x'.repeat(1_234_567) }, '1 file, 1.23 MB (1 read): wrote .smart-cache/manifest.json'],
    [
      'many files',
      Object.fromEntries(Array.from({ length: 1234 }, (_, index) => [`${index}.js`, 'x'])),
      '1,234 files, 1.23 kB (1,234 read): wrote .smart-cache/manifest.json',
    ],
  ])('prints one line for %s', async (_, files, line) => {
    expect((await run(['build'], { cwd: app(files) })).stderr).toBe(`next-smart-cache: ${line}\n`);
  });

  test.each<[Record<string, string>, line: string]>([
    [{ 'a.js': 'hello' }, '1 file, 5 B: nothing changed'],
    [{}, 'public/ has no file to hash; nothing changed in the manifest'],
  ])('prints that nothing changed a second time: %#', async (files, line) => {
    const cwd = app(files);
    await run(['build'], { cwd });
    expect(await run(['build'], { cwd })).toEqual({ exitCode: 0, stdout: '', stderr: `next-smart-cache: ${line}\n` });
  });

  test('prints only data on stdout with --json', async () => {
    const cwd = app({ 'js/app.js': 'hello', 'a.css': '' });
    const { exitCode, stdout, stderr } = await run(['build', '--json'], { cwd });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      manifest: path.join(cwd, '.smart-cache/manifest.json'),
      delivery: 'rewrite',
      changed: true,
      files: 2,
      warnings: [],
      filesRead: 2,
      bytes: 5,
    });
    expect(stderr).toContain('2 files');
    expect(JSON.parse((await run(['build', '--json'], { cwd })).stdout)).toMatchObject({ changed: false, filesRead: 0 });
  });

  test('prints warnings, and includes them in the data', async () => {
    const { exitCode, stdout, stderr } = await run(['build', '--json'], { cwd: app({ 'a.css': 'a { background: url(no.png) }' }) });
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('A reference points to a missing file: public/a.css:1')]);
    expect(JSON.parse(stdout)).toMatchObject({ warnings: [{ what: 'A reference points to a missing file' }] });
  });

  test('accepts flags before the command', async () => {
    const root = app({ 'a.js': 'hello' });
    const { exitCode, stdout } = await run(['--cwd', root, '--json', 'build'], { cwd: '/' });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ manifest: path.join(root, '.smart-cache/manifest.json') });
  });

  test.each([
    ['relative', (root: string) => path.relative('/', root)],
    ['absolute', (root: string) => root],
    ['with a slash at its end', (root: string) => `${root}/`],
  ])('--cwd: %s', async (_, folderOf) => {
    const root = app({ 'a.js': 'hello' });
    const loadProject = jest.fn(async (folder: string) => resolveProject({ root: folder }));
    expect((await run(['build', '--cwd', folderOf(root)], { cwd: '/', loadProject })).exitCode).toBe(0);
    expect(loadProject.mock.calls).toEqual([[root]]);
    expect(fs.existsSync(path.join(root, '.smart-cache/manifest.json'))).toBe(true);
  });
});

test('accepts an app without public/ if it has a next.config', async () => {
  const cwd = temporaryFolder();
  const loadProject = async (root: string) => resolveProject({ root, isApp: true });
  expect(await run(['build'], { cwd, loadProject })).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: 'next-smart-cache: there is no public/, so there is no file to hash; wrote an empty manifest\n',
  });
  expect(await run(['check'], { cwd, loadProject })).toMatchObject({ exitCode: 0 });
});

describe('an error has exit code 1, and', () => {
  test('prints its four parts and its code on stderr', async () => {
    const { exitCode, stdout, stderr } = await run(['build', '--json'], { cwd: '/no/such/app' });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatchInlineSnapshot(`
"next-smart-cache: There is no public/ folder: /no/such/app/public
  Why: the command runs in another folder than the app, or the app has no static files yet
  Fix: run it in the folder of next.config (or pass --cwd DIR), or create public/
  Code: ERR_SMART_CACHE_PUBLIC_MISSING
  See: node_modules/next-smart-cache/docs/ERRORS.md#err_smart_cache_public_missing
"
`);
  });

  test('looks the same from another copy of the package', async () => {
    const error = Object.assign(new Error('A thing failed: here\n  Why: so\n  Fix: thus'), {
      name: 'SmartCacheError',
      code: 'ERR_SMART_CACHE_OPTION_INVALID',
      parts: {},
    });
    expect(await run(['build'], { loadProject: () => Promise.reject(error) })).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'next-smart-cache: A thing failed: here\n  Why: so\n  Fix: thus\n  Code: ERR_SMART_CACHE_OPTION_INVALID\n',
    });
  });

  test('has exit code 2 for wrong usage', async () => {
    const error = new SmartCacheError('ERR_SMART_CACHE_USAGE', { what: 'No such folder', where: '/x', why: 'so', fix: 'thus' });
    expect(await run(['build'], { loadProject: () => Promise.reject(error) })).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('No such folder'),
    });
  });

  test('prints its stack if it was unexpected', async () => {
    const { exitCode, stderr } = await run(['build'], { loadProject: () => Promise.reject(new TypeError('of ours')) });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^next-smart-cache: TypeError: of ours\n\s+at /);
  });

  test('may be any thrown value', async () => {
    const loadProject = () => Promise.reject('just a text');
    expect(await run(['build'], { loadProject })).toEqual({ exitCode: 1, stdout: '', stderr: 'next-smart-cache: just a text\n' });
  });
});
