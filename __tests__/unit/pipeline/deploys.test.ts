import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { serializeCheckedDocument } from '../../../src/disk/checked-document';
import { isRacy, nowNs, stampOf } from '../../../src/disk/hash-file';
import { type BuiltManifest, buildManifest } from '../../../src/pipeline/build-manifest';
import {
  type Deploy,
  type DeployedFile,
  deploysWith,
  isLatestDeploy,
  readDeploys,
  recordDeploy,
  serializeDeploys,
} from '../../../src/pipeline/deploys';
import { type Project, resolveProject } from '../../../src/pipeline/project';
import { requireUnchanged, type ServedFile, serveStore } from '../../../src/pipeline/served-files';
import { openStore } from '../../../src/pipeline/store';
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
  serveStore(project, deploysWith(project, built), project.buildDir);
  recordDeploy(project, built, now);
  return built;
}

/** Maps each served hashed path to its bytes. */
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

  test('serves files that a later edit in public/ does not change', () => {
    const project = projectWith({});
    deploy(project, { 'a.js': 'hello' });
    fs.writeFileSync(path.join(project.publicDir, 'a.js'), 'EDITED');
    fs.appendFileSync(path.join(project.publicDir, 'a.js'), ' AGAIN');
    expect(served(project)).toEqual({ [`a.${HELLO}.js`]: 'hello' });
  });

  test('serves its own copies, so that writing into them does not change the store', () => {
    const project = projectWith({});
    deploy(project, { 'a.js': 'hello', 'b.js': 'old' });
    const built = deploy(project, { 'a.js': 'hello', 'b.js': 'new' });
    for (const name of listFiles(targetOf(project))) fs.appendFileSync(path.join(targetOf(project), name), '//# debugId=1');
    expect(buildManifest(project, { checkCopies: true }).copies).toEqual(new Set(listFiles(openStore(project.cacheDir).filesDir)));
    expect(fs.readFileSync(storeFile(project, built, '/a.js'), 'utf8')).toBe('hello');
  });

  test('replaces the whole folder', () => {
    const project = projectWith({});
    writeFiles(targetOf(project), { 'js/left-behind.js': 'x', [`a.${HELLO}.js`]: 'wrong bytes' });
    deploy(project, { 'a.js': 'hello' });
    expect(served(project)).toEqual({ [`a.${HELLO}.js`]: 'hello' });
    expect(fs.readdirSync(path.dirname(targetOf(project)))).toEqual(['smart-cache', 'smart-cache-rewrite']);
  });

  test('answers under /_next/static only for URLs that point there', () => {
    const vendor = Array.from({ length: 50 }, (_, index) => `vendor/lib-${index}.0123456789.js`);
    const project = projectWith({ 'js/a.js': 'hello', ...Object.fromEntries(vendor.map((name) => [name, ''])) });
    const built = buildManifest(project);
    serveStore(project, deploysWith(project, built), project.buildDir);
    expect(listFiles(path.join(project.buildDir, 'static/media/smart-cache'))).toEqual(
      vendor.map((name) => name.replace(/js$/, `${EMPTY}.js`)).sort(),
    );
    expect(readFiles(targetOf(project))).toEqual({ [`js/a.${HELLO}.js`]: 'hello' });

    const exported = withOptions(project, { delivery: 'static' });
    serveStore(exported, deploysWith(exported, buildManifest(exported)), path.join(project.root, 'other'));
    expect(fs.readdirSync(path.join(project.root, 'other/static/media'))).toEqual(['smart-cache']);
    expect(listFiles(path.join(project.root, 'other/static/media/smart-cache'))).toHaveLength(51);
  });

  test('keeps older files at their URLs when the folder moves', () => {
    const project = projectWith({}, { delivery: 'static' });
    deploy(project, { 'a.js': 'hello' });
    const moved = (keep: number) =>
      resolveProject({ root: project.root, options: { delivery: 'static', keep }, supportsImmutableAssets: true });
    const inStatic = () => readFiles(path.join(project.buildDir, 'static'));
    deploy(moved(3), { 'a.js': '' });
    expect(inStatic()).toEqual({ [`immutable/media/smart-cache/a.${EMPTY}.js`]: '', [`media/smart-cache/a.${HELLO}.js`]: 'hello' });
    deploy(moved(0), { 'a.js': '' });
    expect(inStatic()).toEqual({ [`immutable/media/smart-cache/a.${EMPTY}.js`]: '' });
    expect(fs.existsSync(path.join(project.buildDir, 'static/media/smart-cache'))).toBe(false);
  });

  test('serves nothing for an empty build', () => {
    const project = projectWith({});
    deploy(project, {});
    expect(served(project)).toEqual({});
    expect(fs.statSync(targetOf(project)).isDirectory()).toBe(true);
  });

  test('leaves public/ and the manifest as they are', () => {
    const project = projectWith({ 'a.js': 'hello' });
    const built = buildManifest(project);
    const before = [stampFiles(project.publicDir), stampFiles(project.outputDir)];
    serveStore(project, deploysWith(project, built), project.buildDir);
    expect([stampFiles(project.publicDir), stampFiles(project.outputDir)]).toEqual(before);
  });
});

test('does not record a build that served files but failed later', () => {
  const project = projectWith({});
  deploy(project, { 'a.js': 'hello' });
  const before = readDeploys(project);
  fs.writeFileSync(path.join(project.publicDir, 'a.js'), 'new');
  serveStore(project, deploysWith(project, buildManifest(project)), project.buildDir);
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

  test('stay when the same files are deployed again', () => {
    const project = projectWith({}, { keep: 1 });
    deploy(project, { 'a.js': 'v0' });
    deploy(project, { 'a.js': 'v1' });
    deploy(project, { 'a.js': 'v1' });
    expect(Object.values(served(project)).sort()).toEqual(['v0', 'v1']);
    expect(readDeploys(project)).toHaveLength(2);
  });

  test('are dropped when keep becomes smaller', () => {
    const project = projectWith({});
    deploy(project, { 'a.js': 'v0' });
    deploy(project, { 'a.js': 'v1' });
    deploy(withOptions(project, { keep: 0 }), { 'a.js': 'v2' });
    expect(Object.values(served(project))).toEqual(['v2']);
  });

  test('lose a URL that a custom fingerprint gives to a newer content', () => {
    const project = projectWith({}, { fingerprint: { version: '0123456789' } });
    deploy(project, { 'a.js': 'old' });
    deploy(project, { 'a.js': 'new' });
    expect(served(project)).toEqual({ 'a.0123456789.js': 'new' });
  });

  test('do not serve a file that is no longer hashed, since a proxy may guard it', () => {
    const project = projectWith({});
    deploy(project, { 'a.js': 'hello', 'members/a.pdf': 'hello', 'members/b.pdf': 'hello' });
    const guarded = withOptions(project, { exclude: '/members/**' });
    deploy(guarded, { 'a.js': '', 'members/a.pdf': 'hello' });
    expect(Object.keys(served(project)).sort()).toEqual([`a.${HELLO}.js`, `a.${EMPTY}.js`].sort());
  });

  test('are listed newest first', () => {
    const project = projectWith({});
    expect(readDeploys(project)).toEqual([]);
    const first = deploy(project, { 'a.js': 'hello' });
    const second = deploy(project, { 'a.js': '' });
    expect(readDeploys(project)).toEqual([
      { [`/a.${EMPTY}.js`]: second.contentHashes.get('/a.js') },
      { [`/a.${HELLO}.js`]: first.contentHashes.get('/a.js') },
    ]);
  });

  const HASH = 'c0ffee01'.repeat(8);
  const record = (deploy: unknown) => serializeDeploys([deploy as Deploy]);

  test('are read with any hash algorithm', () => {
    const project = projectWith({}, { hash: { algorithm: 'md5' } });
    deploy(project, { 'a.js': 'old' });
    const sha512 = withOptions(project, { hash: { algorithm: 'sha512' } });
    deploy(sha512, { 'a.js': 'new' });
    deploy(withOptions(project, {}), { 'a.js': 'newest' });
    expect(Object.values(served(project)).sort()).toEqual(['new', 'newest', 'old']);
  });

  test.each<[string, damaged: string]>([
    ['empty', ''],
    ['cut short', record({}).slice(0, -10)],
    ['of the version before checksums', '[{"/a.0123456789.js":"12'],
    ['of another version', serializeCheckedDocument('{"version":99,"deploys":[]}')],
    ['null', serializeCheckedDocument('null')],
    ['a list', serializeCheckedDocument('[]')],
    ['without deploys', serializeCheckedDocument('{"version":1}')],
    ['a list of null', record(null)],
    ['a list of numbers', record(1)],
    ['a list of lists', record([1])],
    ['a number for a content hash', record({ '/a.0123456789.js': 5 })],
    ['a content hash that leaves the store', record({ '/a.0123456789.js': '../../../../../secret.txt' })],
    ['a content hash in upper case', record({ '/a.0123456789.js': HASH.toUpperCase() })],
    ['a content hash of no algorithm', record({ '/a.0123456789.js': HASH.slice(1) })],
    ...[
      '/../../../../secret.0123456789.txt',
      '/a/../b.0123456789.js',
      '/./b.0123456789.js',
      '//b.0123456789.js',
      '/..',
      'b.0123456789.js',
      '/..\\..\\b.0123456789.js',
      '/b\0.0123456789.js',
      '/\ud800.0123456789.js',
      '/b.js',
      '/',
      '',
    ].map((url): [string, string] => [`the URL ${JSON.stringify(url)}`, record({ [url]: HASH })]),
    ['the URL "__proto__"', serializeCheckedDocument(`{"version":1,"deploys":[{"__proto__":"${HASH}"}]}`)],
  ])('are dropped when their list is damaged: %s', (_, damaged) => {
    const project = projectWith({});
    deploy(project, { 'a.js': '' });
    fs.writeFileSync(path.join(project.cacheDir, 'deploys.json'), damaged);
    fs.writeFileSync(path.join(project.publicDir, 'a.js'), 'hello');
    const { notices } = serveStore(project, deploysWith(project, buildManifest(project)), project.buildDir);
    expect(notices).toEqual([expect.stringMatching(/^dropped \.next\/cache\/next-smart-cache\/deploys\.json, since .+ no longer served$/)]);
    expect(served(project)).toEqual({ [`a.${HELLO}.js`]: 'hello' });
    recordDeploy(project, buildManifest(project));
    expect(readDeploys(project)).toHaveLength(1);
  });

  test.each<[string, (copy: string) => void]>([
    ['cut short', (copy) => fs.truncateSync(copy, 3)],
    ['changed at the same size', (copy) => fs.writeFileSync(copy, 'jello')],
    ['gone', (copy) => fs.rmSync(copy)],
    [
      'a link that leads out of the store',
      (copy) => {
        fs.renameSync(copy, `${copy}.moved`);
        fs.symlinkSync(`${copy}.moved`, copy);
      },
    ],
  ])('lose a file whose copy is %s, with one line', (_, damage) => {
    const project = projectWith({});
    const old = deploy(project, { 'a.js': 'hello', 'b.js': '' });
    damage(storeFile(project, old, '/a.js'));
    fs.rmSync(path.join(project.publicDir, 'a.js'));
    fs.writeFileSync(path.join(project.publicDir, 'c.js'), 'new');
    const built = buildManifest(project, { checkCopies: true });
    expect(serveStore(project, deploysWith(project, built), project.buildDir).notices).toEqual([
      `dropped "/a.${HELLO}.js" of older deploys, since the frozen copy is damaged or missing`,
    ]);
    expect(Object.values(served(project)).sort()).toEqual(['', 'new']);
    recordDeploy(project, built);
    expect(serveStore(project, deploysWith(project, buildManifest(project, { checkCopies: true })), project.buildDir).notices).toEqual([]);
  });

  test('keep a file whose damaged copy this build has made again', () => {
    const project = projectWith({}, { fingerprint: 'modified' });
    const old = deploy(project, { 'a.js': 'hello' });
    fs.renameSync(path.join(project.publicDir, 'a.js'), path.join(project.publicDir, 'b.js'));
    fs.truncateSync(storeFile(project, old, '/a.js'), 3);
    const { notices } = serveStore(project, deploysWith(project, buildManifest(project, { checkCopies: true })), project.buildDir);
    expect([notices, Object.values(served(project))]).toEqual([[], ['hello', 'hello']]);
  });
});

describe('a file that was served, when the build ends', () => {
  /** Serves three files, lets a later step of the build change them, and looks. */
  function look(change: (fileOf: (assetPath: string) => string) => void) {
    const project = projectWith({ 'a.js': 'hello', 'b.js': '', 'b.js.map': '{}' });
    const built = buildManifest(project);
    const { files } = serveStore(project, deploysWith(project, built), project.buildDir);
    const served = new Map(files.map(({ file, contentHash }) => [contentHash, file]));
    change((assetPath) => served.get(built.contentHashes.get(assetPath) ?? '') ?? '');
    return () => requireUnchanged(project, files);
  }
  const changed = (name: string) =>
    smartCacheError('ERR_SMART_CACHE_SERVED_FILE_CHANGED', {
      where: `.next/static/media/smart-cache-rewrite/${name}`,
      fix: expect.stringContaining('sourcemaps.ignore'),
    });

  test.each<[string, (fileOf: (assetPath: string) => string) => void]>([
    ['was left alone', () => {}],
    ['was touched', (fileOf) => fs.utimesSync(fileOf('/a.js'), 1, 1)],
    ['was written again with the same bytes', (fileOf) => fs.writeFileSync(fileOf('/a.js'), 'hello')],
    ['is a source map, and was removed', (fileOf) => fs.rmSync(fileOf('/b.js.map'))],
  ])('is accepted if it %s', (_, change) => {
    expect(look(change)).not.toThrow();
  });

  test.each<[string, (fileOf: (assetPath: string) => string) => void, name: string]>([
    ['was made longer', (fileOf) => fs.appendFileSync(fileOf('/a.js'), '//# debugId=1'), `a.${HELLO}.js (changed)`],
    ['was replaced at the same size', (fileOf) => fs.writeFileSync(fileOf('/a.js'), 'jello'), `a.${HELLO}.js (changed)`],
    [
      'was replaced at the same size and date',
      (fileOf) => {
        const { atime, mtime } = fs.statSync(fileOf('/a.js'));
        fs.writeFileSync(fileOf('/a.js'), 'jello');
        fs.utimesSync(fileOf('/a.js'), atime, mtime);
      },
      `a.${HELLO}.js (changed)`,
    ],
    ['was removed', (fileOf) => fs.rmSync(fileOf('/b.js')), `b.${EMPTY}.js (removed)`],
    ['is a source map, and was changed', (fileOf) => fs.writeFileSync(fileOf('/b.js.map'), '[]'), 'b.js.44136fa355.map (changed)'],
  ])('is an error if it %s', (_, change, name) => {
    expect(look(change)).toThrow(changed(name));
  });

  test('has a stamp that no later write can leave', () => {
    const project = projectWith({ 'a.js': 'hello' });
    const { files } = serveStore(project, deploysWith(project, buildManifest(project)), project.buildDir);
    expect(files.map((file) => isRacy(file, nowNs()))).toEqual([false]);
  });

  test('is hashed again if the file system keeps only whole seconds', () => {
    const project = projectWith({ 'a.js': 'hello' });
    const { files } = serveStore(project, deploysWith(project, buildManifest(project)), project.buildDir);
    const [served] = files as [ServedFile];
    fs.writeFileSync(served.file, 'jello');
    // Imitates such a file system: both files have the same stamp.
    const stamp = stampOf(fs.statSync(served.file, { bigint: true }));
    expect(() => requireUnchanged(project, [{ ...served, ...stamp, touchedNs: 1_000_000_000n }])).toThrow(
      changed(`a.${HELLO}.js (changed)`),
    );
  });
});

describe('a copy of this build that is not in the store', () => {
  test('is an error that says so, and the old folder stays', () => {
    const project = projectWith({});
    deploy(project, { 'a.js': 'hello' });
    fs.writeFileSync(path.join(project.publicDir, 'a.js'), 'new');
    const built = buildManifest(project);
    fs.rmSync(storeFile(project, built, '/a.js'));
    expect(() => serveStore(project, deploysWith(project, built), project.buildDir)).toThrow(
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

test('serves the files of all kept deploys, each URL once, and says which need a rewrite', () => {
  const project = projectWith({});
  deploy(project, { 'my a.js': 'hello', LICENSE: 'hello' });
  const built = deploy(project, { 'my a.js': '' });
  const short = ({ assetPath, url, storeFolder, isCurrent }: DeployedFile) => [assetPath, url, storeFolder, isCurrent];
  expect(deploysWith(project, built).files.map(short).sort()).toEqual([
    ['/LICENSE', `/LICENSE.${HELLO}`, '', false],
    ['/my a.js', `/my a.${HELLO}.js`, '', false],
    ['/my a.js', `/my a.${EMPTY}.js`, '', true],
  ]);
  const direct = withOptions(project, { delivery: 'static' });
  const folder = '/_next/static/media/smart-cache';
  const inStore = deploysWith(direct, buildManifest(direct)).files.find(({ storeFolder }) => storeFolder !== '');
  expect(inStore).toMatchObject({
    url: `${folder}/my a.${EMPTY}.js`,
    storeFolder: folder,
    hashedPath: `/my a.${EMPTY}.js`,
    isCurrent: true,
  });
});

test('reports a folder that cannot be written', () => {
  const project = projectWith({ 'a.js': 'hello' });
  writeFiles(project.root, { '.next/static': 'a file in its place' });
  const built = buildManifest(project);
  expect(() => serveStore(project, deploysWith(project, built), project.buildDir)).toThrow(
    smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { where: path.join(project.buildDir, 'static/media/smart-cache') }),
  );
});

test('does not serve a hashed name that is too long', () => {
  const name = 'x'.repeat(245);
  const project = projectWith({ [`${name}.js`]: 'hello' });
  const built = buildManifest(project);
  serveStore(project, deploysWith(project, built), project.buildDir);
  expect(built.plainPaths).toEqual([`/${name}.js`]);
  expect(built.warnings).toEqual([expect.objectContaining({ where: `public/${name}.js`, fix: expect.stringContaining('shorter name') })]);
});

test.each<[string, change: (file: string) => void]>([
  ['damaged', (file) => fs.appendFileSync(file, '!')],
  ['removed', (file) => fs.rmSync(file)],
])('a copy that is %s after its check is one line if an older deploy needs it, and an error if this build does', (_, change) => {
  const project = projectWith({});
  deploy(project, { 'old.js': 'old' });
  deploy(project, { 'a.js': 'hello' });
  const built = buildManifest(project, { checkCopies: true });
  const serve = () => serveStore(project, deploysWith(project, built), project.buildDir);
  const copyOf = (content: string) => openStore(project.cacheDir).pathOf(createHash('sha256').update(content).digest('hex'));
  change(copyOf('old'));
  const { files, notices } = serve();
  expect(notices).toEqual([expect.stringMatching(/^dropped "\/old\.[0-9a-f]{10}\.js" of older deploys, since/)]);
  expect(files.map(({ file }) => path.basename(file))).toEqual([`a.${HELLO}.js`]);
  expect(listFiles(path.join(project.buildDir, 'static'))).toEqual([`media/smart-cache-rewrite/a.${HELLO}.js`]);
  change(copyOf('hello'));
  expect(serve).toThrow(smartCacheError('ERR_SMART_CACHE_STORE_DAMAGED'));
});

describe('a record or a store that cannot be written is one problem, and no error', () => {
  const failWith = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };
  afterEach(() => jest.restoreAllMocks());

  test('a read-only folder of copies', () => {
    const project = projectWith({}, { keep: 0 });
    deploy(project, { 'a.js': 'hello' });
    fs.writeFileSync(path.join(project.publicDir, 'a.js'), '');
    const built = buildManifest(project);
    jest.spyOn(fs, 'rmSync').mockImplementation(failWith('EROFS'));
    const where = expect.stringContaining(openStore(project.cacheDir).filesDir);
    expect(recordDeploy(project, built, Date.now() + 2 * HOUR)).toEqual([
      { what: expect.stringContaining('cannot be pruned'), where, why: expect.stringContaining('EROFS'), fix: expect.any(String) },
    ]);
    jest.restoreAllMocks();
    expect(isLatestDeploy(project, built)).toBe(true);
  });

  test('a full disk while a pack is written anew', () => {
    const names = Array.from({ length: 80 }, (_, index) => `f${100 + index}.txt`);
    const contents = Object.fromEntries(names.map((name) => [name, `content of ${name}`]));
    const project = projectWith({}, { keep: 0 });
    deploy(project, contents);
    for (const name of names.slice(40)) fs.rmSync(path.join(project.publicDir, name));
    const built = buildManifest(project);
    const { filesDir } = openStore(project.cacheDir);
    const before = readFiles(filesDir);
    jest.spyOn(fs, 'writeSync').mockImplementation(failWith('ENOSPC'));
    expect(recordDeploy(project, built, Date.now() + 2 * HOUR)).toEqual([
      expect.objectContaining({ what: expect.stringContaining('cannot be pruned'), why: 'the disk is full' }),
    ]);
    jest.restoreAllMocks();
    expect(readFiles(filesDir)).toEqual(before);
    expect(buildManifest(project, { checkCopies: true })).toMatchObject({ filesRead: 0, notices: [] });
  });

  test('a full disk while the deploy is recorded: the copies of recorded deploys stay', () => {
    const project = projectWith({}, { keep: 0 });
    deploy(project, { 'a.js': 'hello' });
    fs.writeFileSync(path.join(project.publicDir, 'a.js'), '');
    const built = buildManifest(project);
    jest.spyOn(fs, 'writeFileSync').mockImplementation(failWith('ENOSPC'));
    expect(recordDeploy(project, built, Date.now() + 2 * HOUR)).toEqual([
      {
        what: 'This deploy is not recorded, so the next deploys will not serve its files',
        where: path.join(project.cacheDir, 'deploys.json'),
        why: 'the disk is full',
        fix: expect.stringContaining('free some space'),
      },
    ]);
    jest.restoreAllMocks();
    expect(Object.values(readFiles(openStore(project.cacheDir).filesDir)).sort()).toEqual(['', 'hello']);
  });

  test('a record that cannot be read for a reason that may pass: it stays, with the copies of its deploys', () => {
    const project = projectWith({}, { keep: 1 });
    deploy(project, { 'a.js': 'hello' });
    fs.writeFileSync(path.join(project.publicDir, 'a.js'), '');
    const built = buildManifest(project);
    const { readFileSync } = fs;
    jest.spyOn(fs, 'readFileSync').mockImplementation((file, ...args) => {
      if (path.basename(String(file)) === 'deploys.json') failWith('EACCES')();
      return readFileSync(file, ...args);
    });
    expect(deploysWith(project, built).notices).toEqual([expect.stringMatching(/^did not use .*deploys\.json, since it cannot be read/)]);
    expect(recordDeploy(project, built, Date.now() + 2 * HOUR)).toEqual([
      expect.objectContaining({ what: expect.stringContaining('not recorded'), why: 'it cannot be read (EACCES)' }),
    ]);
    jest.restoreAllMocks();
    const { deploys, notices } = deploysWith(project, buildManifest(project, { checkCopies: true }));
    expect([deploys.length, notices]).toEqual([2, []]);
  });
});

describe('pruning the store', () => {
  /** Deploys `hello`, then `''` with no older deploys kept, so many milliseconds later. */
  function storedAfter(laterMs: number, keep = 0): string[] {
    const project = projectWith({}, { keep });
    deploy(project, { 'a.js': 'hello' });
    deploy(project, { 'a.js': '' }, Date.now() + laterMs);
    return Object.values(readFiles(openStore(project.cacheDir).filesDir)).sort();
  }

  test('removes old copies that no kept deploy names', () => {
    expect(storedAfter(2 * HOUR)).toEqual(['']);
  });

  test('keeps young copies, which another build may have just made', () => {
    expect(storedAfter(HOUR / 2)).toEqual(['', 'hello']);
  });

  test('keeps copies of kept deploys, however old', () => {
    expect(storedAfter(1000 * HOUR, 1)).toEqual(['', 'hello']);
  });

  test('removes unfinished copies of killed builds', () => {
    const project = projectWith({});
    const name = '1234-abcdef-0.tmp';
    const { filesDir } = openStore(project.cacheDir);
    writeFiles(filesDir, { [name]: 'half' });
    deploy(project, { 'a.js': 'hello' }, Date.now() + HOUR / 2);
    expect(listFiles(filesDir)).toContain(name);
    deploy(project, { 'a.js': 'hello' }, Date.now() + 2 * HOUR);
    expect(listFiles(filesDir)).not.toContain(name);
  });

  test('keeps folders, which another program made', () => {
    const project = projectWith({});
    const { filesDir } = openStore(project.cacheDir);
    writeFiles(filesDir, { '00/file': 'kept' });
    deploy(project, { 'a.js': 'hello' }, Date.now() + 2 * HOUR);
    expect(listFiles(filesDir)).toContain('00/file');
  });
});

test('keeps the originals of rewritten files, so that the next build need not read them', () => {
  const project = projectWith({});
  deploy(project, { 'a.css': 'a { background: url(b.png) }', 'b.png': 'b' }, Date.now() + 1000 * HOUR);
  expect(buildManifest(project).filesRead).toBe(0);
});
