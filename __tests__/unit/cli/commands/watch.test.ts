import fs from 'node:fs';
import path from 'node:path';

/** Replaces the watcher, which has its own tests. */
let watching: { folder: string; onChange: () => void; isKeptAlive: boolean; isClosed: boolean } | undefined;
let beforeReady: () => void = () => {};
const pass = () => new Promise((resolve) => setTimeout(resolve, 10));
jest.mock('../../../../src/pipeline/watcher', () => ({
  ...jest.requireActual<object>('../../../../src/pipeline/watcher'),
  watchPublicFolder(folder: string, onChange: () => void, { keepAlive }: { keepAlive: boolean }) {
    const started = { folder, onChange, isKeptAlive: keepAlive, isClosed: false };
    watching = started;
    return {
      ready: pass().then(() => {
        beforeReady();
        onChange();
      }),
      async close() {
        await pass();
        started.isClosed = true;
      },
    };
  },
}));

import { main } from '../../../../src/cli/main';
import { writeFiles } from '../../../support/temporary-folder';
import { appWithPublic, commandWorld } from '../../support/command-line';

beforeEach(() => {
  watching = undefined;
  beforeReady = () => {};
});
afterEach(() => jest.restoreAllMocks());

/** Watches an app until an interrupt. */
async function startWatch(files: Readonly<Record<string, string>>, ...argv: string[]) {
  const root = appWithPublic(files);
  const publicDir = path.join(root, 'public');
  const controller = new AbortController();
  const waitsForEnd = new Promise<void>((resolve) => {
    const { signal } = controller;
    const listen = signal.addEventListener.bind(signal);
    jest.spyOn(signal, 'addEventListener').mockImplementation((...args: Parameters<typeof listen>) => {
      listen(...args);
      resolve();
    });
  });
  const { io, written } = commandWorld({ cwd: root, interruption: () => controller.signal });
  const ended = main(['watch', ...argv], io);
  await Promise.race([waitsForEnd, ended]);
  return {
    root,
    publicDir,
    ended,
    /** The output since the last call. */
    said() {
      const { stdout, stderr } = written;
      written.stdout = written.stderr = '';
      return {
        stdout: stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as object),
        stderr,
      };
    },
    edit(edited: Readonly<Record<string, string>>, ...removed: string[]) {
      writeFiles(publicDir, edited);
      for (const name of removed) fs.rmSync(path.join(publicDir, name));
      watching?.onChange();
    },
    async interrupt() {
      controller.abort();
      return ended;
    },
  };
}

test('builds, watches public/, and exits with 0 at an interrupt', async () => {
  const { root, publicDir, said, interrupt } = await startWatch({ 'a.js': 'hello' });
  expect(said()).toEqual({
    stdout: [],
    stderr: 'next-smart-cache: 1 file, 5 B (1 read): wrote .smart-cache/manifest.json; watching public/ until Ctrl-C\n',
  });
  expect(fs.existsSync(path.join(root, '.smart-cache/manifest.json'))).toBe(true);
  expect(watching).toMatchObject({ folder: publicDir, isKeptAlive: true, isClosed: false });
  expect(await interrupt()).toBe(0);
  expect(watching?.isClosed).toBe(true);
});

test('prints the changes in one line: three names, then a number', async () => {
  const { edit, said, interrupt } = await startWatch({ 'a.css': 'a { background: url(b.png) }', 'b.png': 'b' });
  said();
  edit({ 'b.png': 'other' });
  expect(said().stderr).toBe('next-smart-cache: edited /a.css, /b.png\n');
  edit({ '1.js': '', '2.js': '', '3.js': '', '4.js': '', '5.js': '' });
  expect(said().stderr).toBe('next-smart-cache: added /1.js, /2.js, /3.js and 2 more\n');
  edit({ '1.js': 'x', '6.js': '' }, '2.js');
  expect(said().stderr).toBe('next-smart-cache: edited /1.js; added /6.js; removed /2.js\n');
  await interrupt();
});

test('prints nothing if nothing changed', async () => {
  const { edit, said, interrupt } = await startWatch({ 'a.js': 'a' }, '--json');
  said();
  edit({ 'a.js': 'a', 'robots.txt': '' });
  expect(said()).toEqual({ stdout: [], stderr: '' });
  await interrupt();
});

test('warns about references to a removed file, even one without a hash', async () => {
  const { edit, said, interrupt } = await startWatch({ 'a.css': 'a { background: url(favicon.ico) }', 'favicon.ico': '' });
  said();
  edit({}, 'favicon.ico');
  expect(said().stderr).toContain('A reference points to a missing file: public/a.css:1');
  await interrupt();
});

test('misses no edit while the watcher starts', async () => {
  beforeReady = () => fs.writeFileSync(path.join(watching?.folder ?? '', 'late.js'), 'late');
  const { said, interrupt } = await startWatch({ 'a.js': 'a' });
  expect(said().stderr).toMatch(/until Ctrl-C\nnext-smart-cache: added \/late\.js\n$/);
  await interrupt();
});

test('prints one line of JSON for each build with --json', async () => {
  const { root, edit, said, interrupt } = await startWatch({ 'a.js': 'hello' }, '--json');
  const common = {
    manifest: path.join(root, '.smart-cache/manifest.json'),
    delivery: 'rewrite',
    changed: true,
    filesRead: 1,
    warnings: [],
  };
  expect(said().stdout).toEqual([{ ...common, files: 1, bytes: 5, added: ['/a.js'], edited: [], removed: [] }]);
  edit({ 'b.js': '' });
  expect(said().stdout).toEqual([expect.objectContaining({ files: 2, added: ['/b.js'], edited: [], removed: [] })]);
  await interrupt();
});

test('prints a warning once, and not again with every edit', async () => {
  const { edit, said, interrupt } = await startWatch({ 'a.css': 'a { background: url(nowhere.png) }' });
  expect(said().stderr).toContain('nowhere.png');
  edit({ 'b.js': '' });
  expect(said().stderr).toBe('next-smart-cache: added /b.js\n');
  edit({ 'b.css': 'b { background: url(elsewhere.png) }' });
  expect(said().stderr).toMatch(/elsewhere\.png/);
  await interrupt();
});

test('prints a build error once and goes on, and reports the build after it', async () => {
  const { publicDir, edit, said, interrupt } = await startWatch({ 'a.js': 'a' }, '--json');
  said();
  fs.symlinkSync('/', path.join(publicDir, 'out'));
  edit({});
  edit({});
  const { stdout, stderr } = said();
  expect(stdout).toEqual([
    { error: expect.objectContaining({ code: 'ERR_SMART_CACHE_SYMLINK_OUTSIDE', where: path.join(publicDir, 'out') }) },
  ]);
  expect(stderr.match(/Code: ERR_SMART_CACHE_SYMLINK_OUTSIDE/g)).toHaveLength(1);
  edit({}, 'out');
  expect(said()).toEqual({
    stdout: [expect.objectContaining({ files: 1, added: [], edited: [], removed: [] })],
    stderr: 'next-smart-cache: built again; nothing changed\n',
  });
  edit({});
  expect(said()).toEqual({ stdout: [], stderr: '' });
  expect(await interrupt()).toBe(0);
});

test('keeps the manifest while the disk is full, and catches up afterwards', async () => {
  const { root, edit, said, interrupt } = await startWatch({ 'a.js': 'a' });
  const manifest = () => fs.readFileSync(path.join(root, '.smart-cache/manifest.json'), 'utf8');
  const before = manifest();
  said();
  const write = jest.spyOn(fs, 'writeSync').mockImplementation(() => {
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  });
  edit({ 'b.js': 'b' });
  expect([said().stderr, manifest()]).toEqual([expect.stringContaining('the disk is full'), before]);
  write.mockRestore();
  edit({});
  expect(said().stderr).toBe('next-smart-cache: added /b.js\n');
  await interrupt();
});

test('exits with 1 without watching if the first build fails', async () => {
  const { io, written } = commandWorld({ cwd: appWithPublic({}).concat('/nowhere') });
  expect(await main(['watch'], io)).toBe(1);
  expect([written.stdout, written.stderr, watching]).toEqual(['', expect.stringContaining('There is no public/ folder'), undefined]);
});

test('stops at an interrupt while the watcher starts', async () => {
  const controller = new AbortController();
  beforeReady = () => controller.abort();
  const { io } = commandWorld({ cwd: appWithPublic({ 'a.js': 'a' }), interruption: () => controller.signal });
  expect(await main(['watch'], io)).toBe(0);
  expect(watching?.isClosed).toBe(true);
});
