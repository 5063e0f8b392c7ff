import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import type { Project } from '../../../src/pipeline/project';
import { listFiles } from '../../support/folders';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';
import { smartCacheError } from '../support/smart-cache-error';

async function startLoader(): Promise<ChildProcess> {
  const started = fork(path.resolve(__dirname, '../support/project-loader.mjs'), {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  // Who does not listen keeps the other end open.
  for (const stream of [started.stdout, started.stderr]) stream?.resume();
  await once(started, 'message');
  return started;
}

/** Resolves when all output of the process has arrived. */
async function endLoader(): Promise<void> {
  loader.send('the end');
  await once(loader, 'close');
}

let loader: ChildProcess;
beforeAll(async () => {
  loader = await startLoader();
});
afterAll(endLoader);

/** `loadProject`, in a process of its own. */
async function loadProject(root: string): Promise<Project> {
  loader.send(root);
  const [{ project, error }] = (await once(loader, 'message')) as [{ project: Project; error?: Error }];
  if (error) throw Object.assign(new Error(error.message), error);
  return project;
}

/** An app with these files. */
function app(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  // Otherwise a package.json in a folder above decides which kind of module a config is.
  writeFiles(root, { 'package.json': '{}', ...files });
  return root;
}

const CONFIG_ENTRY = JSON.stringify(path.resolve(__dirname, '../../../src/config.ts'));
const ESM = `import { withSmartCache } from ${CONFIG_ENTRY};`;
const CJS = `const { withSmartCache } = require(${CONFIG_ENTRY});`;

/** The options and folders that every config below asks for. */
const EXPECTED = { delivery: 'static', options: { keep: 7 } };
const CONFIG = `{ distDir: 'build', output: 'standalone' }, { keep: 7, delivery: 'static' }`;

describe('the options that withSmartCache was given are found in', () => {
  test.each<[string, Record<string, string>]>([
    ['next.config.js, ESM', { 'next.config.js': `${ESM} export default withSmartCache(${CONFIG});`, 'package.json': '{"type":"module"}' }],
    ['next.config.js, CommonJS', { 'next.config.js': `${CJS} module.exports = withSmartCache(${CONFIG});` }],
    ['next.config.mjs', { 'next.config.mjs': `${ESM} export default withSmartCache(${CONFIG});` }],
    ['next.config.cjs', { 'next.config.cjs': `${CJS} module.exports = withSmartCache(${CONFIG});`, 'package.json': '{"type":"module"}' }],
    [
      'next.config.ts',
      {
        'next.config.ts': `${ESM} const keep: number = 7 satisfies number; export default withSmartCache({ distDir: 'build' }, { keep, delivery: 'static' as const });`,
      },
    ],
    ['next.config.mts', { 'next.config.mts': `${ESM} export default withSmartCache(${CONFIG}) as object;` }],
    [
      'a function',
      { 'next.config.mjs': `${ESM} export default withSmartCache(() => (${CONFIG.split(', {')[0]}), { keep: 7, delivery: 'static' });` },
    ],
    [
      'an async function that goes by the phase',
      {
        'next.config.mjs': `${ESM} export default async (phase) => withSmartCache({ distDir: 'build' }, { keep: 7, delivery: phase === 'phase-production-build' ? 'static' : 'rewrite' });`,
      },
    ],
    ['a promise', { 'next.config.mjs': `${ESM} export default Promise.resolve(withSmartCache(${CONFIG}));` }],
    [
      'a config with another wrapper outside',
      { 'next.config.mjs': `${ESM} export default { ...withSmartCache(${CONFIG}), reactStrictMode: true };` },
    ],
    [
      'a config that imports its own files',
      {
        'next.config.ts': `${ESM} import { keep } from './keep'; export default withSmartCache({ distDir: 'build' }, { keep, delivery: 'static' });`,
        'keep.ts': 'export const keep: number = 7;',
      },
    ],
  ])('%s', async (_, files) => {
    const root = app(files);
    expect(await loadProject(root)).toMatchObject({ ...EXPECTED, root, cacheDir: path.join(root, 'build/cache/next-smart-cache') });
  });
});

describe('the options are the defaults', () => {
  test.each<[string, Record<string, string>]>([
    ['without a config', {}],
    ['with a config that is not wrapped', { 'next.config.mjs': 'export default { reactStrictMode: true };' }],
  ])('%s', async (_, files) => {
    const root = app(files);
    expect(await loadProject(root)).toMatchObject({
      root,
      delivery: 'rewrite',
      options: { keep: 3 },
      cacheDir: path.join(root, '.next/cache/next-smart-cache'),
    });
  });
});

test('distDir and output count also in a config that is not wrapped', async () => {
  const root = app({ 'next.config.mjs': `export default { distDir: 'build', output: 'export' };` });
  // Next builds in .next then, and exports to distDir.
  expect(await loadProject(root)).toMatchObject({ delivery: 'static', cacheDir: path.join(root, '.next/cache/next-smart-cache') });
});

test('transpilePackages are those of the author', async () => {
  const root = app({ 'next.config.mjs': `${ESM} export default withSmartCache({ transpilePackages: ['ui'] });` });
  expect(await loadProject(root)).toMatchObject({ transpilePackages: ['ui'] });
});

test('loading builds nothing and leaves no trace', async () => {
  const files = { 'next.config.mjs': `${ESM} export default withSmartCache(${CONFIG});`, 'package.json': '{}', 'public/a.js': '' };
  const root = app(files);
  await loadProject(root);
  expect(listFiles(root)).toEqual(Object.keys(files).sort());
});

test('calls a config function with the phase of a build, and builds nothing', async () => {
  const files = {
    'next.config.mjs': `${ESM} export default withSmartCache(() => ({}), { delivery: 'static' });`,
    'package.json': '{}',
    'public/a.js': '',
  };
  const root = app(files);
  await loadProject(root);
  expect(listFiles(root)).toEqual(Object.keys(files).sort());
});

describe('a config that cannot be loaded', () => {
  test.each<[string, source: string, why: RegExp]>([
    [
      'throws: its own stack is shown',
      'function secretOfMine() { throw new Error("no config today"); }\nsecretOfMine();',
      /no config today[\s\S]*secretOfMine/,
    ],
    ['throws in its function', 'export default () => { throw new Error("not in this phase"); };', /not in this phase/],
    ['rejects', 'export default async () => { throw new Error("not today"); };', /not today/],
    ['throws a value that is not an error', 'throw "just a text";', /just a text/],
    ['does not parse', 'export default {', /next\.config\.mjs|SyntaxError|Unexpected/],
    ['imports a package that is not installed', 'import "not-installed-anywhere"; export default {};', /not-installed-anywhere/],
    ['returns nothing from its function', 'export default () => {};', /undefined/],
    ['exports nothing but null', 'export default null;', /null/],
  ])('%s', async (_, source, why) => {
    const root = app({ 'next.config.mjs': source });
    await expect(loadProject(root)).rejects.toThrow(
      smartCacheError('ERR_SMART_CACHE_CONFIG_INVALID', { where: path.join(root, 'next.config.mjs'), why: expect.stringMatching(why) }),
    );
  });

  test('shows the frames of the config and of the file that it imports, and no frames of the loader', async () => {
    const root = app({
      'next.config.ts': "import { keep } from './keep';\nexport default async () => ({ keep: keep() });",
      'keep.ts': 'export function keep(): number {\n  throw new Error("no number today");\n}',
    });
    const error = await loadProject(root).catch((caught: { parts: { why: string } }) => caught);
    const frames = ('parts' in error ? error.parts.why : '').split('\n');
    expect(frames).toEqual([
      'Error: no number today',
      expect.stringMatching(/at keep \(.*\/keep\.ts:2:/),
      expect.stringMatching(/at .*\/next\.config\.ts:2:/),
    ]);
  });

  test('keeps the code of an error about an option', async () => {
    const root = app({ 'next.config.mjs': `${ESM} export default withSmartCache({}, { keep: -1 });` });
    await expect(loadProject(root)).rejects.toThrow(smartCacheError('ERR_SMART_CACHE_OPTION_INVALID', { where: 'keep' }));
  });
});

describe('the folder', () => {
  test('must exist', async () => {
    const root = app({});
    const missing = path.join(root, 'nowhere');
    await expect(loadProject(missing)).rejects.toThrow(
      smartCacheError('ERR_SMART_CACHE_USAGE', { where: missing, fix: expect.stringContaining('--cwd') }),
    );
  });

  test('must not be a file', async () => {
    const root = app({ 'next.config.mjs': 'export default {};' });
    const file = path.join(root, 'next.config.mjs');
    await expect(loadProject(file)).rejects.toThrow(
      smartCacheError('ERR_SMART_CACHE_USAGE', { what: "The app's folder is a file", where: file }),
    );
  });
});

describe('a config is loaded as Next loads it:', () => {
  test('.env files are loaded before it, by the loader that came with Next', async () => {
    const root = app({
      '.env': 'SMART_CACHE_TEST_KEEP=7',
      'next.config.mjs': `${ESM} export default withSmartCache({}, { keep: Number(process.env.SMART_CACHE_TEST_KEEP) });`,
    });
    fs.mkdirSync(path.join(root, 'node_modules'));
    fs.symlinkSync(path.dirname(require.resolve('next/package.json')), path.join(root, 'node_modules/next'));
    // Node allows that loader once in a process.
    await endLoader();
    loader = await startLoader();
    expect((await loadProject(root)).options.keep).toBe(7);
  });

  test('a function is given the phase and some defaults', async () => {
    const root = app({
      'next.config.mjs': `${ESM} export default (phase, { defaultConfig }) => {
        if (phase !== 'phase-production-build') throw new Error(phase);
        return withSmartCache({ ...defaultConfig, distDir: defaultConfig.distDir + '/deep' }, { keep: defaultConfig.pageExtensions.length });
      };`,
    });
    expect(await loadProject(root)).toMatchObject({ options: { keep: 4 }, cacheDir: path.join(root, '.next/deep/cache/next-smart-cache') });
  });

  test('paths of tsconfig.json work', async () => {
    const root = app({
      'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { '@/*': ['./src/*'] } } }),
      'src/keep.ts': 'export const keep: number = 7;',
      'next.config.ts': `${ESM} import { keep } from '@/keep'; export default withSmartCache({}, { keep });`,
    });
    expect((await loadProject(root)).options.keep).toBe(7);
  });
});
