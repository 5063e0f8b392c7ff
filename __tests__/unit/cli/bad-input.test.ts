import fs from 'node:fs';
import path from 'node:path';
import { readFiles } from '../../support/folders';
import { appWithPublic, runCommand } from '../support/command-line';

afterEach(() => jest.restoreAllMocks());

const failWith = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

/** An app with a build, and an edit after it. */
async function editedApp(): Promise<string> {
  const root = appWithPublic({ 'a.css': 'a { background: url(b.png) }', 'b.png': 'before' });
  await runCommand(['build'], { cwd: root });
  fs.writeFileSync(path.join(root, 'public/b.png'), 'after, and longer');
  return root;
}

describe('a build that cannot write', () => {
  test.each<['writeSync' | 'writeFileSync' | 'openSync' | 'mkdirSync' | 'renameSync', code: string, said: string]>([
    ['writeSync', 'ENOSPC', 'Why: the disk is full\n  Fix: free some space'],
    ['writeFileSync', 'ENOSPC', 'Why: the disk is full\n  Fix: free some space'],
    ['writeFileSync', 'EDQUOT', "Why: this user's share of the disk is full (EDQUOT)"],
    ['mkdirSync', 'EROFS', 'the file system is mounted read-only (EROFS)'],
    ['writeFileSync', 'EROFS', 'the file system is mounted read-only (EROFS)'],
    ['renameSync', 'EROFS', 'the file system is mounted read-only (EROFS)'],
    ['openSync', 'EROFS', 'the file system is mounted read-only (EROFS)'],
  ])('exits with 1 and changes nothing if %s fails with %s', async (method, code, said) => {
    const root = await editedApp();
    const before = readFiles(root);
    const { openSync } = fs;
    const mock = jest.spyOn(fs, method) as jest.SpyInstance;
    // public/ is still readable.
    if (method === 'openSync')
      mock.mockImplementation((file: string, flags: string) => (flags === 'r' ? openSync(file, flags) : failWith(code)()));
    else mock.mockImplementation(failWith(code));
    const { exitCode, stdout, stderr } = await runCommand(['build', '--json'], { cwd: root });
    mock.mockRestore();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(said);
    expect(stderr).toContain('Code: ERR_SMART_CACHE_WRITE_FAILED');
    expect(stderr).not.toMatch(/\n\s+at /);
    const after = readFiles(root);
    // A complete copy in the store is harmless: the next build uses it.
    const isCopy = (name: string) => /next-smart-cache\/files\/[0-9a-f]{64}$/.test(name);
    expect(Object.keys(after).filter((name) => !(name in before) && !isCopy(name))).toEqual([]);
    for (const [name, content] of Object.entries(before)) expect([name, after[name]]).toEqual([name, content]);

    expect(await runCommand(['build'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('wrote') });
  });
});

test('notices an edit of the same size within one second, on a file system with whole seconds', async () => {
  const second = 1_000_000_000n;
  const coarse = (stats: fs.BigIntStats) =>
    Object.assign(stats, { mtimeNs: (stats.mtimeNs / second) * second, ctimeNs: (stats.ctimeNs / second) * second });
  for (const method of ['statSync', 'fstatSync'] as const) {
    const original = fs[method] as (...args: unknown[]) => fs.BigIntStats | undefined;
    (jest.spyOn(fs, method) as jest.SpyInstance).mockImplementation((...args: unknown[]) => {
      const stats = original(...args);
      return typeof stats?.mtimeNs === 'bigint' ? coarse(stats) : stats;
    });
  }
  const root = appWithPublic({ 'a.js': '0' });
  const file = path.join(root, 'public/a.js');
  const urls = new Set<string>();
  for (let edit = 0; edit < 5; edit++) {
    fs.writeFileSync(file, String(edit));
    await runCommand(['build'], { cwd: root });
    urls.add(fs.readFileSync(path.join(root, '.smart-cache/manifest.json'), 'utf8'));
  }
  expect(urls.size).toBe(5);
});
