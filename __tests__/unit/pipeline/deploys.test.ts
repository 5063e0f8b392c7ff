import fs from 'node:fs';
import path from 'node:path';
import { type BuiltManifest, buildManifest } from '../../../src/pipeline/build-manifest';
import { linkStore, readDeploys, recordDeploy, servedUrls } from '../../../src/pipeline/deploys';
import type { Project } from '../../../src/pipeline/project';
import { openStore } from '../../../src/pipeline/store/store';
import { listFiles, readFiles, stampFiles } from '../../support/folders';
import { writeFiles } from '../../support/temporary-folder';
import { projectWith, withOptions } from '../support/project';
import { smartCacheError } from '../support/smart-cache-error';

afterEach(() => jest.restoreAllMocks());

const HOUR = 60 * 60 * 1000;
/** First digits of the SHA-256 of 'hello' and of ''. */
const HELLO = '2cf24dba5f';
const EMPTY = 'e3b0c44298';

const targetOf = (project: Project) => path.join(project.root, '.next/static/media/smart-cache-rewrite');
const storeFile = (project: Project, built: BuiltManifest, assetPath: string) =>
  openStore(project.cacheDir).pathOf(built.contentHashes.get(assetPath) ?? '');

/** Builds and deploys an app whose `public/` now holds these files and no others. */
function deploy(project: Project, files: Record<string, string>, now?: number): BuiltManifest {
  fs.rmSync(project.publicDir, { recursive: true });
  fs.mkdirSync(project.publicDir);
  writeFiles(project.publicDir, files);
  const built = buildManifest(project);
  linkStore(project, built, project.buildDir);
  recordDeploy(project, built, now);
  return built;
}

/** What is served, hashed path → bytes. */
const served = (project: Project) => readFiles(targetOf(project));

describe('a deploy', () => {
  test('serves the frozen copies under their hashed paths, decoded', () => {
    const project = projectWith({});
    deploy(project, { 'js/app.js': 'hello', LICENSE: '', 'img/my [1] 50% ü🚀.jpg': 'hello' });
    expect(served(project)).toEqual({
      [`LICENSE.${EMPTY}`]: '',
      [`img/my [1] 50% ü🚀.${HELLO}.jpg`]: 'hello',
      [`js/app.${HELLO}.js`]: 'hello',
    });
  });

  test('is cut off from public/: a later edit in place does not reach what is served', () => {
    const project = projectWith({});
    deploy(project, { 'a.js': 'hello' });
    fs.writeFileSync(path.join(project.publicDir, 'a.js'), 'EDITED');
    fs.appendFileSync(path.join(project.publicDir, 'a.js'), ' AGAIN');
    expect(served(project)).toEqual({ [`a.${HELLO}.js`]: 'hello' });
  });

  test('links the copies instead of copying them', () => {
    const project = projectWith({});
    const built = deploy(project, { 'a.js': 'hello' });
    expect(fs.statSync(path.join(targetOf(project), `a.${HELLO}.js`)).ino).toBe(fs.statSync(storeFile(project, built, '/a.js')).ino);
  });

  test('links them also where an older deploy has the same file', () => {
    const project = projectWith({});
    deploy(project, { 'a.js': 'hello', 'b.js': 'old' });
    const built = deploy(project, { 'a.js': 'hello', 'b.js': 'new' });
    expect(fs.statSync(path.join(targetOf(project), `a.${HELLO}.js`)).ino).toBe(fs.statSync(storeFile(project, built, '/a.js')).ino);
  });

  test('copies where the file system has no hard links', () => {
    const project = projectWith({});
    jest.spyOn(fs, 'linkSync').mockImplementation(() => {
      throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    });
    const built = deploy(project, { 'a.js': 'hello' });
    expect(served(project)).toEqual({ [`a.${HELLO}.js`]: 'hello' });
    expect(fs.statSync(storeFile(project, built, '/a.js')).nlink).toBe(1);
  });

  test('replaces the whole folder', () => {
    const project = projectWith({});
    writeFiles(targetOf(project), { 'js/left-behind.js': 'x', [`a.${HELLO}.js`]: 'wrong bytes' });
    deploy(project, { 'a.js': 'hello' });
    expect(served(project)).toEqual({ [`a.${HELLO}.js`]: 'hello' });
    expect(fs.readdirSync(path.dirname(targetOf(project)))).toEqual(['smart-cache', 'smart-cache-rewrite']);
  });

  test('can be asked for under /_next/static only where its URL leads there', () => {
    const vendor = Array.from({ length: 50 }, (_, index) => `vendor/lib-${index}.0123456789.js`);
    const project = projectWith({ 'js/a.js': 'hello', ...Object.fromEntries(vendor.map((name) => [name, ''])) });
    const built = buildManifest(project);
    linkStore(project, built, project.buildDir);
    expect(listFiles(path.join(project.buildDir, 'static/media/smart-cache'))).toEqual(
      vendor.map((name) => name.replace(/js$/, `${EMPTY}.js`)).sort(),
    );
    expect(readFiles(targetOf(project))).toEqual({ [`js/a.${HELLO}.js`]: 'hello' });

    const exported = withOptions(project, { delivery: 'static' });
    linkStore(exported, buildManifest(exported), path.join(project.root, 'other'));
    expect(fs.readdirSync(path.join(project.root, 'other/static/media'))).toEqual(['smart-cache']);
    expect(listFiles(path.join(project.root, 'other/static/media/smart-cache'))).toHaveLength(51);
  });

  test('of nothing serves nothing', () => {
    const project = projectWith({});
    deploy(project, {});
    expect(served(project)).toEqual({});
    expect(fs.statSync(targetOf(project)).isDirectory()).toBe(true);
  });

  test('leaves public/ and the manifest as they are', () => {
    const project = projectWith({ 'a.js': 'hello' });
    const built = buildManifest(project);
    const before = [stampFiles(project.publicDir), stampFiles(project.outputDir)];
    linkStore(project, built, project.buildDir);
    expect([stampFiles(project.publicDir), stampFiles(project.outputDir)]).toEqual(before);
  });
});

test('a build that was linked, but did not come to its end, is no deploy', () => {
  const project = projectWith({});
  deploy(project, { 'a.js': 'hello' });
  const before = readDeploys(project);
  fs.writeFileSync(path.join(project.publicDir, 'a.js'), 'new');
  linkStore(project, buildManifest(project), project.buildDir);
  expect(readDeploys(project)).toEqual(before);
});

describe('older deploys', () => {
  /** Deploys `v0`, `v1` … one after the other and says which versions are served. */
  function versionsServed(keep: number | undefined, count: number): string[] {
    const project = projectWith({}, keep === undefined ? {} : { keep });
    for (let version = 0; version < count; version++) deploy(project, { 'a.js': `v${version}` });
    return Object.values(served(project)).sort();
  }

  test.each([
    [undefined, 6, ['v2', 'v3', 'v4', 'v5']],
    [undefined, 2, ['v0', 'v1']],
    [0, 3, ['v2']],
    [1, 3, ['v1', 'v2']],
    [100, 3, ['v0', 'v1', 'v2']],
  ])('keep: %p, after %i deploys', (keep, count, versions) => {
    expect(versionsServed(keep, count)).toEqual(versions);
  });

  test('keep files that are no longer in public/', () => {
    const project = projectWith({});
    deploy(project, { 'old/a.js': 'hello' });
    deploy(project, { 'b.js': '' });
    expect(served(project)).toEqual({ [`b.${EMPTY}.js`]: '', [`old/a.${HELLO}.js`]: 'hello' });
  });

  test('are not pushed out by deploying the same again', () => {
    const project = projectWith({}, { keep: 1 });
    deploy(project, { 'a.js': 'v0' });
    deploy(project, { 'a.js': 'v1' });
    deploy(project, { 'a.js': 'v1' });
    expect(Object.values(served(project)).sort()).toEqual(['v0', 'v1']);
    expect(readDeploys(project)).toHaveLength(2);
  });

  test('go when keep is lowered', () => {
    const project = projectWith({});
    deploy(project, { 'a.js': 'v0' });
    deploy(project, { 'a.js': 'v1' });
    deploy(withOptions(project, { keep: 0 }), { 'a.js': 'v2' });
    expect(Object.values(served(project))).toEqual(['v2']);
  });

  test('may have lost a copy: the rest is served all the same', () => {
    const project = projectWith({});
    const old = deploy(project, { 'a.js': 'hello', 'b.js': '' });
    fs.rmSync(storeFile(project, old, '/a.js'));
    deploy(project, { 'c.js': 'new' });
    expect(Object.values(served(project)).sort()).toEqual(['', 'new']);
  });

  test('give way where a custom fingerprint names two contents alike', () => {
    const project = projectWith({}, { fingerprint: { version: '0123456789' } });
    deploy(project, { 'a.js': 'old' });
    deploy(project, { 'a.js': 'new' });
    expect(served(project)).toEqual({ 'a.0123456789.js': 'new' });
  });

  test('do not serve what is hashed no more: it may be guarded now', () => {
    const project = projectWith({});
    deploy(project, { 'a.js': 'hello', 'members/a.pdf': 'hello', 'members/b.pdf': 'hello' });
    const guarded = withOptions(project, { exclude: '/members/**' });
    deploy(guarded, { 'a.js': '', 'members/a.pdf': 'hello' });
    expect(Object.keys(served(project)).sort()).toEqual([`a.${HELLO}.js`, `a.${EMPTY}.js`].sort());
  });

  test('are known newest first', () => {
    const project = projectWith({});
    expect(readDeploys(project)).toEqual([]);
    const first = deploy(project, { 'a.js': 'hello' });
    const second = deploy(project, { 'a.js': '' });
    expect(readDeploys(project)).toEqual([
      { [`/a.${EMPTY}.js`]: second.contentHashes.get('/a.js') },
      { [`/a.${HELLO}.js`]: first.contentHashes.get('/a.js') },
    ]);
  });

  test.each([
    ['empty', ''],
    ['cut short', '[{"/a.js":"12'],
    ['null', 'null'],
    ['an object', '{}'],
    ['a list of null', '[null]'],
    ['a list with null further back', '[{}, null]'],
    ['a list of numbers', '[1, 2]'],
    ['a list of lists', '[[1]]'],
    ['deploys that are no hashes', '[{"/a.js": 5}]'],
  ])('are forgotten when their list is damaged: %s', (_, damaged) => {
    const project = projectWith({});
    deploy(project, { 'a.js': '' });
    fs.writeFileSync(path.join(project.cacheDir, 'deploys.json'), damaged);
    deploy(project, { 'a.js': 'hello' });
    expect(served(project)).toEqual({ [`a.${HELLO}.js`]: 'hello' });
    deploy(project, { 'a.js': '' });
    expect(Object.values(served(project)).sort()).toEqual(['', 'hello']);
  });
});

describe('a copy of this build that is not in the store', () => {
  test('is an error that says so, and the old folder stays', () => {
    const project = projectWith({});
    deploy(project, { 'a.js': 'hello' });
    fs.writeFileSync(path.join(project.publicDir, 'a.js'), 'new');
    const built = buildManifest(project);
    fs.rmSync(storeFile(project, built, '/a.js'));
    expect(() => linkStore(project, built, project.buildDir)).toThrow(
      smartCacheError('ERR_SMART_CACHE_STORE_DAMAGED', {
        where: storeFile(project, built, '/a.js'),
        fix: expect.stringContaining('build again'),
      }),
    );
    expect(served(project)).toEqual({ [`a.${HELLO}.js`]: 'hello' });
    expect(fs.readdirSync(path.dirname(targetOf(project)))).toEqual(['smart-cache', 'smart-cache-rewrite']);
    expect(readDeploys(project)).toHaveLength(1);
  });
});

test('the URLs at which each file is served are those of all kept deploys, percent-encoded', () => {
  const project = projectWith({});
  deploy(project, { 'my a.js': 'hello', LICENSE: 'hello' });
  const built = deploy(project, { 'my a.js': '' });
  expect(servedUrls(project, built)).toEqual(
    new Map([
      ['/my a.js', [`/my%20a.${EMPTY}.js`, `/my%20a.${HELLO}.js`]],
      ['/LICENSE', [`/LICENSE.${HELLO}`]],
    ]),
  );
  const direct = withOptions(project, { delivery: 'static' });
  expect(servedUrls(direct, buildManifest(direct)).get('/my a.js')).toContain(`/_next/static/media/smart-cache/my%20a.${EMPTY}.js`);
});

test('a folder that cannot be written is an error that says so', () => {
  const project = projectWith({ 'a.js': 'hello' });
  writeFiles(project.root, { '.next/static': 'a file in its place' });
  const built = buildManifest(project);
  expect(() => linkStore(project, built, project.buildDir)).toThrow(
    smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { where: path.join(project.buildDir, 'static/media/smart-cache') }),
  );
});

test('a name that would be too long with its hash is not linked', () => {
  const name = 'x'.repeat(245);
  const project = projectWith({ [`${name}.js`]: 'hello' });
  const built = buildManifest(project);
  linkStore(project, built, project.buildDir);
  expect(built.stablePaths).toEqual([`/${name}.js`]);
  expect(built.warnings).toEqual([expect.objectContaining({ where: `public/${name}.js`, fix: expect.stringContaining('shorter name') })]);
});

describe('the store is pruned', () => {
  /** Deploys `hello`, then `''` with no older deploys kept, so many milliseconds later. */
  function storedAfter(laterMs: number, keep = 0): string[] {
    const project = projectWith({}, { keep });
    deploy(project, { 'a.js': 'hello' });
    deploy(project, { 'a.js': '' }, Date.now() + laterMs);
    return Object.values(readFiles(openStore(project.cacheDir).filesDir)).sort();
  }

  test('of what no kept deploy names, once it is old', () => {
    expect(storedAfter(2 * HOUR)).toEqual(['']);
  });

  test('but of nothing young: another build may just have made it', () => {
    expect(storedAfter(HOUR / 2)).toEqual(['', 'hello']);
  });

  test('but of nothing that is kept, however old', () => {
    expect(storedAfter(1000 * HOUR, 1)).toEqual(['', 'hello']);
  });

  test('of half copies that a killed build has left', () => {
    const project = projectWith({});
    const name = '1234-abcdef-0.tmp';
    const { filesDir } = openStore(project.cacheDir);
    writeFiles(filesDir, { [name]: 'half' });
    deploy(project, { 'a.js': 'hello' }, Date.now() + HOUR / 2);
    expect(listFiles(filesDir)).toContain(name);
    deploy(project, { 'a.js': 'hello' }, Date.now() + 2 * HOUR);
    expect(listFiles(filesDir)).not.toContain(name);
  });

  test('but of no folder, which is none of ours', () => {
    const project = projectWith({});
    const { filesDir } = openStore(project.cacheDir);
    writeFiles(filesDir, { '00/file': 'kept' });
    deploy(project, { 'a.js': 'hello' }, Date.now() + 2 * HOUR);
    expect(listFiles(filesDir)).toContain('00/file');
  });
});

test('the originals of files that were rewritten are kept, so that the next build need not read them again', () => {
  const project = projectWith({});
  deploy(project, { 'a.css': 'a { background: url(b.png) }', 'b.png': 'b' }, Date.now() + 1000 * HOUR);
  expect(buildManifest(project).filesRead).toBe(0);
});
