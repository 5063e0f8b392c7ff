import fs from 'node:fs';
import path from 'node:path';
import { buildManifest } from '../../../../src/pipeline/build-manifest';
import { deploysWith, recordDeploy } from '../../../../src/pipeline/deploys';
import { type Project, type ProjectInput, resolveProject } from '../../../../src/pipeline/project';
import { renderModulePaths, writeRenderModules } from '../../../../src/pipeline/render-modules';
import { serveStore } from '../../../../src/pipeline/served-files';
import { listFiles, readFiles } from '../../../support/folders';
import { temporaryFolder, writeFiles } from '../../../support/temporary-folder';
import { appWithPublic, runCommand } from '../../support/command-line';

afterEach(() => jest.restoreAllMocks());

const SETTINGS = { basePath: '', assetPrefix: '', cdnPrefix: '', integrity: false, onMissing: 'error' } as const;

/** Files of the app and of Next. */
const OTHERS = {
  'package.json': '{}',
  'next-env.d.ts': '',
  '.smart-cached/x': '',
  '.next/BUILD_ID': 'x',
  '.next/cache/webpack/x': '',
  '.next/cache/next-smart-cache-of-mine/x': '',
  '.next/static/media/font.woff2': '',
  '.next/static/media/smart-cached.png': '',
  'out/_next/static/media/smart-cache/a.0123456789.js': '',
};

/** An app in which everything has been written that the package writes. */
function builtApp(input: Partial<ProjectInput> = {}): Project {
  const root = appWithPublic({ 'a.js': 'hello', 'img/b.png': 'b' });
  writeFiles(root, OTHERS);
  const project = resolveProject({ root, ...input });
  for (const mode of ['development', 'build'] as const) {
    const built = buildManifest(project, { freeze: mode === 'build' });
    writeRenderModules(project, built, SETTINGS, renderModulePaths(project, mode));
    if (mode === 'development') continue;
    serveStore(project, deploysWith(project, built), project.buildDir);
    recordDeploy(project, built);
  }
  return project;
}

/** The app's own files and what Next has built, with the copies of the store there: `next build` removes those. */
const filesLeftIn = ({ root }: Project) =>
  [...Object.keys(OTHERS), 'public/a.js', 'public/img/b.png', ...listFiles(root).filter((file) => COPY_OF_STORE.test(file))].sort();
const COPY_OF_STORE = /^\.next\/static\/media\/smart-cache(?:-rewrite)?\//;

const clean = ({ root }: Project, ...argv: string[]) =>
  runCommand(['clean', ...argv], { cwd: root, loadProject: async () => resolveProject({ root }) });

const WRITTEN = ['smart-cache-env.d.ts', '.smart-cache', '.next/cache/next-smart-cache'];

test('removes both folders and the types, and leaves the output of Next to Next', async () => {
  const project = builtApp();
  for (const name of WRITTEN) expect([name, fs.existsSync(path.join(project.root, name))]).toEqual([name, true]);
  expect(await clean(project)).toEqual({ exitCode: 0, stdout: '', stderr: `next-smart-cache: removed ${WRITTEN.join(', ')}\n` });
  expect(listFiles(project.root)).toEqual(filesLeftIn(project));
});

test('finds nothing to remove a second time, and in an app that was never built', async () => {
  const project = builtApp();
  await clean(project);
  for (const app of [project, resolveProject({ root: temporaryFolder() })]) {
    expect(await clean(app)).toEqual({ exitCode: 0, stdout: '', stderr: 'next-smart-cache: nothing to remove\n' });
  }
});

test('lists the files with --dry-run, and keeps them', async () => {
  const project = builtApp();
  const before = readFiles(project.root);
  const { exitCode, stderr } = await clean(project, '--dry-run');
  expect([exitCode, stderr]).toEqual([0, `next-smart-cache: would remove ${WRITTEN.join(', ')}\n`]);
  expect(readFiles(project.root)).toEqual(before);
});

test('lists the files as data with --json', async () => {
  const project = builtApp();
  const removed = WRITTEN.map((name) => path.join(project.root, name));
  expect(JSON.parse((await clean(project, '--json', '--dry-run')).stdout)).toEqual({ dryRun: true, removed, left: [] });
  expect(JSON.parse((await clean(project, '--json')).stdout)).toEqual({ dryRun: false, removed, left: [] });
});

test('cleans another distDir, also beside the app, and .next under output: "export"', async () => {
  for (const input of [{ distDir: 'build' }, { distDir: '../built-elsewhere' }, { distDir: 'exported', output: 'export' }]) {
    const parent = temporaryFolder();
    const first = builtApp();
    const root = path.join(parent, 'app');
    fs.cpSync(path.join(first.root, 'public'), path.join(root, 'public'), { recursive: true });
    const project = resolveProject({ root, ...input });
    const built = buildManifest(project);
    writeRenderModules(project, built, SETTINGS, renderModulePaths(project, 'build'));
    writeFiles(root, { 'exported/_next/static/media/smart-cache/a.js': '' });
    const { exitCode } = await runCommand(['clean'], { cwd: root, loadProject: async () => project });
    expect([exitCode, listFiles(parent)]).toEqual([
      0,
      ['app/exported/_next/static/media/smart-cache/a.js', 'app/public/a.js', 'app/public/img/b.png'],
    ]);
  }
});

test('removes the temporary files of a killed build too', async () => {
  const project = resolveProject({ root: temporaryFolder() });
  const rest = '.123-0123456789ab.tmp';
  writeFiles(project.root, {
    [`smart-cache-env.d.ts${rest}`]: 'half',
    [`.smart-cache/manifest.json${rest}`]: 'half',
    [`.next/cache/next-smart-cache/scan.json${rest}`]: 'half',
    '.next/cache/next-smart-cache/files/123-0123456789ab-0.tmp': 'half',
  });
  expect((await clean(project)).exitCode).toBe(0);
  expect(listFiles(project.root)).toEqual([]);
});

describe('keeps and names a file or folder that another program made under one of the names, and exits with 1:', () => {
  test.each<[string, string, why: RegExp, make: (target: string, elsewhere: string) => void]>([
    ['types of another origin', 'smart-cache-env.d.ts', /header/, (target) => fs.writeFileSync(target, '// mine')],
    ['types that are a link', 'smart-cache-env.d.ts', /symbolic link/, (target, to) => fs.symlinkSync(path.join(to, 'x'), target)],
    ['types that are a folder', 'smart-cache-env.d.ts', /not a file/, (target) => fs.mkdirSync(target)],
    ['a link', '.smart-cache', /symbolic link/, (target, to) => fs.symlinkSync(to, target)],
    ['a file', '.smart-cache', /not a folder/, (target) => fs.writeFileSync(target, '')],
    ['a store that is a link', '.next/cache/next-smart-cache', /symbolic link/, (target, to) => fs.symlinkSync(to, target)],
  ])('%s: %s', async (_, name, why, make) => {
    const elsewhere = temporaryFolder();
    writeFiles(elsewhere, { x: 'precious', 'manifest.json': 'precious', 'files/x': 'precious' });
    const project = builtApp();
    const target = path.join(project.root, name);
    fs.rmSync(target, { recursive: true, force: true });
    make(target, elsewhere);
    const { exitCode, stdout, stderr } = await clean(project, '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ left: [{ where: target, why: expect.stringMatching(why) }] });
    expect(stderr).toContain(`A path was left, since next-smart-cache may not have written it: ${target}`);
    expect(fs.lstatSync(target, { throwIfNoEntry: false })).toBeDefined();
    expect(listFiles(elsewhere)).toEqual(['files/x', 'manifest.json', 'x']);
    // All the rest is gone.
    const rest = listFiles(project.root).filter((file) => file !== name && !file.startsWith(`${name}/`));
    expect(rest).toEqual(filesLeftIn(project));
  });

  test('a build folder outside of the app, to which a link points', async () => {
    const project = builtApp();
    const elsewhere = path.join(temporaryFolder(), 'next');
    fs.renameSync(project.buildDir, elsewhere);
    fs.symlinkSync(elsewhere, project.buildDir);
    const before = readFiles(elsewhere);
    const { exitCode, stdout, stderr } = await clean(project, '--json');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`on the way there points out of the app, to ${elsewhere}`)]);
    expect(readFiles(elsewhere)).toEqual(before);
    // To remove these by hand, as is said, takes nothing of Next's with them; and then all is well.
    const left = (JSON.parse(stdout) as { left: { where: string }[] }).left.map(({ where }) => where);
    expect(left).toEqual(WRITTEN.slice(2).map((name) => path.join(project.root, name)));
    for (const folder of left) fs.rmSync(folder, { recursive: true });
    expect((await clean(project)).exitCode).toBe(0);
  });
});

test('removes a folder with everything in it', async () => {
  const project = builtApp();
  writeFiles(project.root, { '.smart-cache/notes.md': 'mine', '.next/cache/next-smart-cache/files/notes.md': 'mine' });
  expect((await clean(project)).exitCode).toBe(0);
  expect(listFiles(project.root)).toEqual(filesLeftIn(project));
});

test('removes a link in one of its folders, and keeps the target of the link', async () => {
  const project = builtApp();
  const elsewhere = temporaryFolder();
  writeFiles(elsewhere, { x: 'precious' });
  fs.symlinkSync(elsewhere, path.join(project.outputDir, 'link'));
  expect((await clean(project)).exitCode).toBe(0);
  expect(listFiles(elsewhere)).toEqual(['x']);
});

test('names a folder that it cannot remove', async () => {
  const project = builtApp();
  jest.spyOn(fs, 'rmSync').mockImplementation(() => {
    throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
  });
  const { exitCode, stdout, stderr } = await clean(project, '--json');
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`A file or folder cannot be removed; the removal stopped there: ${project.declarationPath}`);
  expect(stderr).toContain('the system said EROFS');
});

test('follows the link of a build folder into the app, but not to a folder beside it, whatever its name begins with', async () => {
  const inside = builtApp();
  fs.renameSync(inside.buildDir, path.join(inside.root, 'built'));
  fs.symlinkSync('built', inside.buildDir);
  expect((await clean(inside)).exitCode).toBe(0);
  expect(fs.existsSync(path.join(inside.root, 'built/cache/next-smart-cache'))).toBe(false);
  const beside = builtApp();
  const elsewhere = `${beside.root}-2`;
  fs.renameSync(beside.buildDir, elsewhere);
  fs.symlinkSync(elsewhere, beside.buildDir);
  const before = readFiles(elsewhere);
  expect((await clean(beside)).exitCode).toBe(1);
  expect(readFiles(elsewhere)).toEqual(before);
  fs.rmSync(elsewhere, { recursive: true });
});
