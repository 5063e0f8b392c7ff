import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseManifest } from '../../../src/core/manifest-document';
import type { SmartCacheOptions } from '../../../src/core/options';
import { declareAssetPaths } from '../../../src/core/public-folder';
import { type BuiltManifest, buildManifest } from '../../../src/pipeline/build-manifest';
import { type Project, resolveProject } from '../../../src/pipeline/project';
import { openStore } from '../../../src/pipeline/store';
import { listFiles, readFiles, stampFiles, withoutRootRights } from '../../support/folders';
import fc from '../../support/seeded-fast-check';
import { writeFiles } from '../../support/temporary-folder';
import { anySite, textsOf as textsOfSite } from '../support/generated-site';
import { projectWith, withOptions } from '../support/project';
import { smartCacheError } from '../support/smart-cache-error';

afterEach(() => jest.restoreAllMocks());

const FILES = { 'css/site.css': 'body { color: red }\n', 'js/app.js': "console.log('hi');\n", 'js/empty.js': '', 'my photo.jpg': 'hello' };

const GOLDEN = `{
  "version": 1,
  "algorithm": "sha256",
  "assets": {
    "/css/site.css": {
      "hash": "d92e15bd3d",
      "url": "/css/site.d92e15bd3d.css",
      "integrity": "sha256-2S4VvT2k3rjav5i3inerHe7oJsm2Yzx7kSGPgKT82yo=",
      "size": 20
    },
    "/js/app.js": {
      "hash": "19ef95471e",
      "url": "/js/app.19ef95471e.js",
      "integrity": "sha256-Ge+VRx5VXNbL31S8JC7untkWsoL4kCvHXnY5lVgCxFg=",
      "size": 19
    },
    "/js/empty.js": {
      "hash": "e3b0c44298",
      "url": "/js/empty.e3b0c44298.js",
      "integrity": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
      "size": 0
    },
    "/my photo.jpg": {
      "hash": "2cf24dba5f",
      "url": "/my%20photo.2cf24dba5f.jpg",
      "integrity": "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
      "size": 5
    }
  }
}
`;

/** Content hash → frozen bytes: the hashes of FILES, written out. */
const GOLDEN_STORE = {
  '19ef95471e555cd6cbdf54bc242eee9ed916b282f8902bc75e7639955802c458': "console.log('hi');\n",
  '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824': 'hello',
  d92e15bd3da4deb8dabf98b78a77ab1deee826c9b6633c7b91218f80a4fcdb2a: 'body { color: red }\n',
  e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855: '',
};

const publicFile = (project: Project, name: string) => path.join(project.publicDir, name);
const manifestText = (project: Project) => fs.readFileSync(project.manifestPath, 'utf8');
const storeFiles = (project: Project) => readFiles(openStore(project.cacheDir).filesDir);
const hashesOf = (project: Project) =>
  Object.fromEntries(Object.entries(buildManifest(project).manifest.assets).map(([assetPath, { hash }]) => [assetPath, hash]));

describe('a first build', () => {
  test('writes the golden manifest and store, byte for byte', () => {
    const project = projectWith({ ...FILES, 'robots.txt': '', '.DS_Store': '' });
    expect(buildManifest(project)).toMatchObject({ changed: true, filesRead: 4, plainPaths: ['/.DS_Store', '/robots.txt'] });
    expect(manifestText(project)).toBe(GOLDEN);
    expect(storeFiles(project)).toEqual(GOLDEN_STORE);
  });

  test('returns what it has written', () => {
    const project = projectWith(FILES);
    const { manifest, contentHashes } = buildManifest(project);
    expect(manifest).toEqual(parseManifest(GOLDEN, 'golden'));
    expect([...contentHashes]).toEqual([
      ['/css/site.css', 'd92e15bd3da4deb8dabf98b78a77ab1deee826c9b6633c7b91218f80a4fcdb2a'],
      ['/js/app.js', '19ef95471e555cd6cbdf54bc242eee9ed916b282f8902bc75e7639955802c458'],
      ['/js/empty.js', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
      ['/my photo.jpg', '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'],
    ]);
  });

  test('gives an empty manifest for an empty public/', () => {
    const project = projectWith({ 'robots.txt': '' });
    expect(buildManifest(project)).toMatchObject({
      changed: true,
      filesRead: 0,
      manifest: { version: 1, algorithm: 'sha256', assets: {} },
    });
    expect(buildManifest(project)).toMatchObject({ changed: false });
  });

  test('gives an empty manifest for an app without public/', () => {
    const project = projectWith({});
    fs.rmdirSync(project.publicDir);
    expect(buildManifest({ ...project, isApp: true })).toMatchObject({ changed: true, plainPaths: [], manifest: { assets: {} } });
    expect(fs.existsSync(project.publicDir)).toBe(false);
    expect(() => buildManifest(project)).toThrow(smartCacheError('ERR_SMART_CACHE_PUBLIC_MISSING'));
    fs.symlinkSync('nowhere', project.publicDir);
    expect(() => buildManifest({ ...project, isApp: true })).toThrow(smartCacheError('ERR_SMART_CACHE_PUBLIC_MISSING'));
  });

  test('makes no copies without a store', () => {
    const project = projectWith(FILES);
    buildManifest(project, { freeze: false });
    expect(manifestText(project)).toBe(GOLDEN);
    expect(storeFiles(project)).toEqual({});
  });

  test('leaves public/ as it is: not written, not linked, not touched', () => {
    const project = projectWith(FILES);
    const before = stampFiles(project.publicDir);
    buildManifest(project);
    buildManifest(project);
    expect(stampFiles(project.publicDir)).toEqual(before);
    expect(readFiles(project.publicDir)).toEqual(FILES);
  });

  test.each([
    ['md5', '5d41402abc4b', 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='],
    ['sha512', '9b71d224bd62', 'sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw=='],
  ] as const)('with %s, 12 digits', (algorithm, hash, integrity) => {
    const project = projectWith({ 'a.txt': 'hello' }, { hash: { algorithm, length: 12 } });
    expect(buildManifest(project).manifest).toEqual({
      version: 1,
      algorithm,
      assets: { '/a.txt': { hash, url: `/a.${hash}.txt`, integrity, size: 5 } },
    });
  });
});

describe('the same input gives the same bytes', () => {
  test('in another folder', () => {
    const [one, other] = [projectWith(FILES), projectWith(FILES)];
    buildManifest(one);
    buildManifest(other);
    expect(manifestText(other)).toBe(manifestText(one));
    expect(storeFiles(other)).toEqual(storeFiles(one));
  });

  test('in another order of the directory', () => {
    const project = projectWith(FILES);
    const { readdirSync } = fs;
    jest
      .spyOn(fs, 'readdirSync')
      .mockImplementation(((...args: unknown[]) =>
        (readdirSync as (...args: unknown[]) => unknown[])(...args).reverse()) as unknown as typeof fs.readdirSync);
    buildManifest(project);
    expect(manifestText(project)).toBe(GOLDEN);
    expect(storeFiles(project)).toEqual(GOLDEN_STORE);
  });

  test('at another time, by another user’s file modes', () => {
    const project = projectWith(FILES);
    for (const name of Object.keys(FILES)) {
      fs.utimesSync(publicFile(project, name), 1_000_000_000, 1_000_000_000);
      fs.chmodSync(publicFile(project, name), 0o600);
    }
    buildManifest(project);
    expect(manifestText(project)).toBe(GOLDEN);
  });
});

describe('a second build', () => {
  test('reads and writes no file if nothing changed', () => {
    const project = projectWith(FILES);
    buildManifest(project);
    const before = stampFiles(project.root);
    expect(buildManifest(project)).toMatchObject({ changed: false, filesRead: 0 });
    expect(stampFiles(project.root)).toEqual(before);
  });

  test('reads only what was edited', () => {
    const project = projectWith(FILES);
    buildManifest(project);
    fs.writeFileSync(publicFile(project, 'js/app.js'), 'hello');
    const { manifest, filesRead, changed } = buildManifest(project);
    expect({ filesRead, changed }).toEqual({ filesRead: 1, changed: true });
    expect(manifest.assets['/js/app.js']).toMatchObject({ hash: '2cf24dba5f', url: '/js/app.2cf24dba5f.js', size: 5 });
    expect(manifestText(project)).toBe(
      GOLDEN.replaceAll('19ef95471e', '2cf24dba5f')
        .replace('Ge+VRx5VXNbL31S8JC7untkWsoL4kCvHXnY5lVgCxFg=', 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=')
        .replace('"size": 19', '"size": 5'),
    );
    expect(Object.keys(storeFiles(project))).toEqual(Object.keys(GOLDEN_STORE));
  });

  test('sees an edit that keeps size and modification time', () => {
    const project = projectWith({ 'a.txt': 'hellO' });
    const file = publicFile(project, 'a.txt');
    fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
    buildManifest(project);
    fs.writeFileSync(file, 'hello');
    fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
    expect(hashesOf(project)).toEqual({ '/a.txt': '2cf24dba5f' });
  });

  test('sees files that are new, gone and renamed', () => {
    const project = projectWith({ 'a.txt': 'hello', 'b.txt': '' });
    buildManifest(project);
    fs.renameSync(publicFile(project, 'a.txt'), publicFile(project, 'c.txt'));
    fs.rmSync(publicFile(project, 'b.txt'));
    fs.writeFileSync(publicFile(project, 'd.txt'), '');
    expect(hashesOf(project)).toEqual({ '/c.txt': '2cf24dba5f', '/d.txt': 'e3b0c44298' });
  });

  test('freezes files again whose copies are missing', () => {
    const project = projectWith(FILES);
    buildManifest(project);
    fs.rmSync(openStore(project.cacheDir).pathOf('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'));
    expect(buildManifest(project)).toMatchObject({ changed: false, filesRead: 1 });
    expect(storeFiles(project)).toEqual(GOLDEN_STORE);
  });

  test('freezes a file again whose copy was cut, if it checks copies', () => {
    const project = projectWith(FILES);
    buildManifest(project);
    fs.truncateSync(openStore(project.cacheDir).pathOf('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'), 3);
    expect(buildManifest(project, { checkCopies: true })).toMatchObject({ changed: false, filesRead: 1 });
    expect(storeFiles(project)).toEqual(GOLDEN_STORE);
    expect(buildManifest(project, { checkCopies: true })).toMatchObject({ changed: false, filesRead: 0 });
  });

  test('freezes everything when the whole cache is gone', () => {
    const project = projectWith(FILES);
    buildManifest(project);
    fs.rmSync(project.cacheDir, { recursive: true });
    expect(buildManifest(project)).toMatchObject({ changed: false, filesRead: 4 });
    expect(storeFiles(project)).toEqual(GOLDEN_STORE);
  });

  test('fills the store after development, which has none', () => {
    const project = projectWith(FILES);
    buildManifest(project, { freeze: false });
    expect(buildManifest(project)).toMatchObject({ changed: false, filesRead: 4 });
    expect(storeFiles(project)).toEqual(GOLDEN_STORE);
  });

  test('reads everything again with another algorithm', () => {
    const project = projectWith(FILES);
    buildManifest(project);
    expect(buildManifest(withOptions(project, { hash: { algorithm: 'md5' } }))).toMatchObject({ changed: true, filesRead: 4 });
    expect(buildManifest(project)).toMatchObject({ changed: true, manifest: parseManifest(GOLDEN, 'golden') });
  });

  test.each<[string, damage: (text: string) => string | undefined]>([
    ['gone', () => undefined],
    ['empty', () => ''],
    ['cut short', (text) => text.slice(0, -30)],
    ['of another version', (text) => text.replace('"version": 1', '"version": 0')],
    ['edited by hand', (text) => text.replace('19ef95471e', 'ffffffffff')],
    ['in other line ends', (text) => text.replaceAll('\n', '\r\n')],
    ['longer by a space', (text) => `${text} `],
  ])('replaces a manifest that is %s', (_, damage) => {
    const project = projectWith(FILES);
    buildManifest(project);
    const damaged = damage(manifestText(project));
    if (damaged === undefined) fs.rmSync(project.manifestPath);
    else fs.writeFileSync(project.manifestPath, damaged);
    expect(buildManifest(project)).toMatchObject({ changed: true, filesRead: 0 });
    expect(manifestText(project)).toBe(GOLDEN);
  });

  test('is not misled by a damaged scan cache', () => {
    const project = projectWith(FILES);
    buildManifest(project);
    fs.writeFileSync(path.join(project.cacheDir, 'scan.json'), '{"version":1,"algorithm":"sha2');
    expect(buildManifest(project)).toMatchObject({ changed: false, filesRead: 4 });
  });
});

describe('leaves everything as it was after an error', () => {
  test.each<[string, (project: Project) => void]>([
    ['a FIFO in public/', (project) => execFileSync('mkfifo', [publicFile(project, 'pipe.js')])],
    ['a link out of public/', (project) => fs.symlinkSync('/etc', publicFile(project, 'etc'))],
    ['no public/ any more', (project) => fs.rmSync(project.publicDir, { recursive: true })],
  ])('%s', (_, spoil) => {
    const project = projectWith(FILES);
    buildManifest(project);
    const kept = () => [stampFiles(project.outputDir), stampFiles(project.cacheDir)];
    const before = kept();
    fs.writeFileSync(publicFile(project, 'js/app.js'), 'edited');
    spoil(project);
    expect(() => buildManifest(project)).toThrow(expect.objectContaining({ name: 'SmartCacheError' }));
    expect(kept()).toEqual(before);
  });

  test('an invalid fingerprint', () => {
    const project = projectWith(FILES);
    buildManifest(project);
    const before = stampFiles(project.outputDir);
    expect(() => buildManifest(withOptions(project, { fingerprint: () => '' }))).toThrow(
      smartCacheError('ERR_SMART_CACHE_FINGERPRINT_INVALID'),
    );
    expect(stampFiles(project.outputDir)).toEqual(before);
  });

  test('a manifest that cannot be written', () => {
    const project = projectWith(FILES);
    fs.writeFileSync(project.outputDir, 'a file in its place');
    expect(() => buildManifest(project)).toThrow(smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { where: project.manifestPath }));
    expect(fs.readFileSync(project.outputDir, 'utf8')).toBe('a file in its place');
  });

  test('reports a file in place of the store', () => {
    const project = projectWith({ 'a.js': '' });
    const place = path.join(project.cacheDir, 'files');
    writeFiles(project.cacheDir, { files: 'a file in its place' });
    expect(() => buildManifest(project)).toThrow(
      smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { where: place, fix: expect.stringContaining('remove or rename') }),
    );
  });
});

describe('the fingerprint', () => {
  test('by date last modified: follows the date, not the content', () => {
    const project = projectWith({ 'a.txt': 'hello' }, { fingerprint: 'modified' });
    const file = publicFile(project, 'a.txt');
    const modified = new Date('2024-01-02T03:04:05.500Z');
    fs.utimesSync(file, modified, modified);
    expect(hashesOf(project)).toEqual({ '/a.txt': '890a7f332b' });
    fs.writeFileSync(file, 'other');
    fs.utimesSync(file, modified, modified);
    expect(hashesOf(project)).toEqual({ '/a.txt': '890a7f332b' });
    fs.utimesSync(file, modified, new Date('2024-01-02T03:04:06.500Z'));
    expect(hashesOf(project)).not.toEqual({ '/a.txt': '890a7f332b' });
  });

  test('by version: the same for every file, while the copies go by content', () => {
    const project = projectWith({ 'a.txt': 'hello', 'b.txt': '' }, { fingerprint: { version: '1.4.2' } });
    expect(hashesOf(project)).toEqual({ '/a.txt': '8ec5a17af8', '/b.txt': '8ec5a17af8' });
    expect(Object.values(storeFiles(project)).sort()).toEqual(['', 'hello']);
  });

  test('by a function: called with the facts of each file', () => {
    const project = projectWith({ 'a.txt': 'hello' });
    const fingerprint = jest.fn(() => '0123456789');
    expect(hashesOf(withOptions(project, { fingerprint }))).toEqual({ '/a.txt': '0123456789' });
    const { mtimeMs } = fs.statSync(publicFile(project, 'a.txt'));
    expect(fingerprint).toHaveBeenCalledWith({
      assetPath: '/a.txt',
      size: 5,
      modified: new Date(Math.floor(mtimeMs)),
      contentHash: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    });
  });
});

describe('URLs', () => {
  const STORE = '/_next/static/media/smart-cache';

  test('point to the store under static delivery', () => {
    const url = `${STORE}/a.2cf24dba5f.txt`;
    expect(buildManifest(projectWith({ 'a.txt': 'hello' }, { delivery: 'static' })).manifest.assets['/a.txt']).toMatchObject({ url });
    expect(buildManifest(projectWith({ 'a.txt': 'hello' }, {}, { output: 'export' })).manifest.assets['/a.txt']).toMatchObject({ url });
  });

  test('point to the folder for immutable assets, including relative references', () => {
    const files = { 'css/a.css': '@import "sub/b.css"; @import "/c.css"', 'css/sub/b.css': 'b', 'c.css': 'c' };
    const project = projectWith(files, { delivery: 'static' }, { supportsImmutableAssets: true });
    const { manifest, contentHashes } = buildManifest(project);
    const urls = Object.values(manifest.assets).map(({ url }) => url);
    for (const url of urls) expect(url).toMatch(/^\/_next\/static\/immutable\/media\/smart-cache\/(?:css\/)?/);
    const sheet = fs.readFileSync(openStore(project.cacheDir).pathOf(contentHashes.get('/css/a.css') ?? ''), 'utf8');
    const [b, c] = [manifest.assets['/css/sub/b.css']?.url, manifest.assets['/c.css']?.url];
    expect(sheet).toBe(`@import "sub/${path.posix.basename(b ?? '')}"; @import "${c}"`);
  });

  test('move with the folder, also where nothing else has changed', () => {
    const files = { 'a.css': '@import "/b.css"', 'b.css': 'b' };
    const project = projectWith(files, { delivery: 'static' });
    expect(buildManifest(project).manifest.assets['/a.css']?.url).toMatch(new RegExp(`^${STORE}/`));
    const moved = resolveProject({ root: project.root, options: { delivery: 'static' }, supportsImmutableAssets: true });
    const fresh = projectWith(files, { delivery: 'static' }, { supportsImmutableAssets: true });
    expect(buildManifest(moved).manifest).toEqual(buildManifest(fresh).manifest);
  });

  test('point to the store if another public file has the name of the hashed path', () => {
    const { assets } = buildManifest(projectWith({ 'a.txt': 'hello', 'a.2cf24dba5f.txt': 'another' })).manifest;
    expect(assets['/a.txt']?.url).toBe(`${STORE}/a.2cf24dba5f.txt`);
  });

  test('have a second hash if the file name already looks hashed', () => {
    const { assets } = buildManifest(projectWith({ 'lib.0123456789.js': 'hello' })).manifest;
    expect(assets['/lib.0123456789.js']?.url).toBe('/lib.0123456789.2cf24dba5f.js');
  });

  test('point to the store without a rewrite only in folders where too many names look hashed', () => {
    const vendor = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`vendor/lib-${index}.0123456789.js`, 'hello']));
    const { assets } = buildManifest(projectWith({ ...vendor, 'vendor/plain.js': 'hello', 'js/app.js': 'hello' })).manifest;
    expect(assets['/vendor/lib-0.0123456789.js']?.url).toBe(`${STORE}/vendor/lib-0.0123456789.2cf24dba5f.js`);
    expect(assets['/vendor/plain.js']?.url).toBe(`${STORE}/vendor/plain.2cf24dba5f.js`);
    expect(assets['/js/app.js']?.url).toBe('/js/app.2cf24dba5f.js');
  });
});

describe('the types', () => {
  const declaration = (project: Project) => fs.readFileSync(project.declarationPath, 'utf8');

  test('are beside public/ and name every path that asset() accepts, hashed or not', () => {
    const project = projectWith({ ...FILES, 'robots.txt': '', 'note.txt': '' }, { exclude: ['/note.txt'] });
    buildManifest(project);
    expect(project.declarationPath).toBe(path.join(project.root, 'smart-cache-env.d.ts'));
    expect(declaration(project).match(/(?<=\| ").*(?=")/gm)).toEqual([
      '/css/site.css',
      '/js/app.js',
      '/js/empty.js',
      '/my photo.jpg',
      '/my%20photo.jpg',
      '/note.txt',
      '/robots.txt',
    ]);
  });

  test('are written only if a name was added or removed', () => {
    const project = projectWith(FILES);
    const stamp = () => stampFiles(project.root)['smart-cache-env.d.ts'];
    buildManifest(project);
    const before = stamp();
    fs.writeFileSync(publicFile(project, 'js/app.js'), 'edited');
    expect(buildManifest(project)).toMatchObject({ changed: true });
    expect(stamp()).toBe(before);
    fs.writeFileSync(publicFile(project, 'robots.txt'), '');
    expect(buildManifest(project)).toMatchObject({ changed: false });
    expect(declaration(project)).toContain('"/robots.txt"');
    fs.rmSync(publicFile(project, 'robots.txt'));
    buildManifest(project);
    expect(declaration(project)).not.toContain('"/robots.txt"');
  });

  test('follow public/ in development too, and are there without a public/', () => {
    const project = projectWith({ 'a.txt': '' });
    buildManifest(project, { freeze: false });
    expect(declaration(project)).toContain('"/a.txt"');
    fs.rmSync(project.publicDir, { recursive: true });
    buildManifest({ ...project, isApp: true }, { freeze: false });
    expect(declaration(project)).toContain('assetPath: never;');
  });

  test('that cannot be written leave the old manifest as it was', () => {
    const project = projectWith(FILES);
    fs.mkdirSync(path.join(project.declarationPath, 'in its place'), { recursive: true });
    expect(() => buildManifest(project)).toThrow(smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { where: project.declarationPath }));
    expect(fs.existsSync(project.manifestPath)).toBe(false);
    expect(listFiles(project.root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('stay as they are if another program wrote them, and so does everything else', () => {
    const project = projectWith(FILES);
    fs.writeFileSync(project.declarationPath, '// mine\n');
    expect(() => buildManifest(project)).toThrow(
      smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', {
        where: project.declarationPath,
        why: expect.stringContaining('does not contain the header'),
      }),
    );
    expect(declaration(project)).toBe('// mine\n');
    expect(fs.existsSync(project.manifestPath)).toBe(false);
    // A linter may put a line in front; the file is still ours.
    fs.writeFileSync(project.declarationPath, `/* eslint-disable */\n${declareAssetPaths([])}`);
    buildManifest(project);
    expect(declaration(project)).toContain('assetPath:');
    // Cut short by a crash of the whole system.
    fs.writeFileSync(project.declarationPath, '');
    buildManifest(project);
    expect(declaration(project)).toContain('assetPath:');
  });

  test('cause a clear error in a read-only checkout, unless they are up to date', () => {
    const project = projectWith(FILES);
    buildManifest(project);
    fs.chmodSync(project.root, 0o555);
    for (const folder of [project.outputDir, path.join(project.root, '.next')]) execFileSync('chmod', ['-R', 'a+rwX', folder]);
    withoutRootRights(() => expect(() => buildManifest(project)).not.toThrow());
    fs.writeFileSync(publicFile(project, 'new.txt'), '');
    withoutRootRights(() =>
      expect(() => buildManifest(project)).toThrow(smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { where: project.declarationPath })),
    );
    fs.chmodSync(project.root, 0o755);
  });
});

describe('a build cache that is read-only', () => {
  const readOnly = () => {
    const project = projectWith(FILES);
    buildManifest(project);
    fs.writeFileSync(publicFile(project, 'js/app.js'), 'edited');
    execFileSync('chmod', ['-R', 'a+rwX', project.root]);
    execFileSync('chmod', ['-R', 'a-w', path.join(project.root, '.next')]);
    return project;
  };

  test('stops a build, which says which file it could not write, and what to do', () => {
    const project = readOnly();
    withoutRootRights(() =>
      expect(() => buildManifest(project)).toThrow(
        smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', {
          where: expect.stringContaining(path.join(project.cacheDir, path.sep)),
          fix: 'make the folder writable for this user and run the command again',
        }),
      ),
    );
  });

  test('does not stop a build that finds nothing changed', () => {
    const project = readOnly();
    fs.writeFileSync(publicFile(project, 'js/app.js'), FILES['js/app.js']);
    buildManifest(project);
    withoutRootRights(() => expect(buildManifest(project, { checkCopies: true })).toMatchObject({ changed: false, filesRead: 0 }));
  });

  test('is a warning in development and no warning for "check"', () => {
    const project = readOnly();
    withoutRootRights(() => {
      expect(buildManifest(project, { freeze: false })).toMatchObject({
        changed: true,
        warnings: [
          { what: expect.stringContaining('each start reads every file'), where: path.join(project.cacheDir, 'scan-development.json') },
        ],
      });
      expect(buildManifest(project, { write: false }).warnings).toEqual([]);
    });
  });
});

describe('files that refer to each other', () => {
  const SITE = {
    'img/bg.png': 'hello',
    'css/site.css': 'a { background: url(../img/bg.png?v=1#x) } /* ../img/bg.png */\n',
    'js/a.js': "import './b.js';\n",
    'js/b.js': "import './a.js';\n",
  };

  /** Hashes written out; those of the circle come from the group, as docs/ARCHITECTURE.md explains. */
  const URLS = {
    '/css/site.css': '/css/site.aeb6ea16dc.css',
    '/img/bg.png': '/img/bg.2cf24dba5f.png',
    '/js/a.js': '/js/a.baae1f6f9f.js',
    '/js/b.js': '/js/b.4fdc37ecc4.js',
  };
  const TEXTS = {
    '/css/site.css': 'a { background: url(../img/bg.2cf24dba5f.png?v=1#x) } /* ../img/bg.png */\n',
    '/img/bg.png': 'hello',
    '/js/a.js': "import './b.4fdc37ecc4.js';\n",
    '/js/b.js': "import './a.baae1f6f9f.js';\n",
  };

  const urlsOf = (built: BuiltManifest) =>
    Object.fromEntries(Object.entries(built.manifest.assets).map(([assetPath, { url }]) => [assetPath, url]));
  /** The bytes that the browser receives. */
  const textsOf = (project: Project, { contentHashes }: BuiltManifest) =>
    Object.fromEntries(
      [...contentHashes].map(([assetPath, hash]) => [assetPath, fs.readFileSync(openStore(project.cacheDir).pathOf(hash), 'utf8')]),
    );

  test('contain each other’s hashed URLs, and have the golden hashes', () => {
    const project = projectWith(SITE);
    const built = buildManifest(project);
    expect(urlsOf(built)).toEqual(URLS);
    expect(textsOf(project, built)).toEqual(TEXTS);
    expect(built.warnings).toEqual([]);
    expect(readFiles(project.publicDir)).toEqual(SITE);
  });

  test('come out the same without a store', () => {
    const project = projectWith(SITE);
    expect(urlsOf(buildManifest(project, { freeze: false }))).toEqual(URLS);
    expect(storeFiles(project)).toEqual({});
  });

  test('are neither read nor written by a second build', () => {
    const project = projectWith(SITE);
    buildManifest(project);
    const before = stampFiles(project.root);
    expect(buildManifest(project)).toMatchObject({ changed: false, filesRead: 0 });
    expect(stampFiles(project.root)).toEqual(before);
  });

  test('change when a file that they refer to changes, and no other file is read or written', () => {
    const project = projectWith(SITE);
    buildManifest(project);
    const before = storeFiles(project);
    fs.writeFileSync(publicFile(project, 'img/bg.png'), '');
    const built = buildManifest(project);
    expect(built.filesRead).toBe(1);
    expect(urlsOf(built)).toEqual({
      ...URLS,
      '/css/site.css': expect.not.stringContaining('aeb6ea16dc'),
      '/img/bg.png': '/img/bg.e3b0c44298.png',
    });
    const added = Object.values(storeFiles(project)).filter((text) => !Object.values(before).includes(text));
    expect(added.sort()).toEqual(['', TEXTS['/css/site.css'].replace('2cf24dba5f', 'e3b0c44298')]);
  });

  test.each<[string, damage: (file: string) => void]>([
    ['gone', (file) => fs.rmSync(file)],
    ['cut short', (file) => fs.truncateSync(file, 3)],
  ])('a rewritten copy that is %s is made again', (_, damage) => {
    const project = projectWith(SITE);
    const { contentHashes } = buildManifest(project);
    damage(openStore(project.cacheDir).pathOf(contentHashes.get('/css/site.css') ?? ''));
    damage(openStore(project.cacheDir).pathOf(contentHashes.get('/js/b.js') ?? ''));
    const built = buildManifest(project, { checkCopies: true });
    expect(textsOf(project, built)).toEqual(TEXTS);
    expect(built.changed).toBe(false);
  });

  test.each<[string, SmartCacheOptions, filesAsTheyAre: readonly (keyof typeof TEXTS)[]]>([
    ['not at all', { references: false }, ['/css/site.css', '/js/a.js', '/js/b.js']],
    ['but for some', { references: { exclude: '*.css' } }, ['/css/site.css']],
    ['but for modules, with an import map', { modules: { importMap: true } }, ['/js/a.js', '/js/b.js']],
  ])('are rewritten by choice: %s', (_, options, filesAsTheyAre) => {
    const project = projectWith(SITE, options);
    const texts = textsOf(project, buildManifest(project));
    const plain = Object.fromEntries(filesAsTheyAre.map((assetPath) => [assetPath, SITE[assetPath.slice(1) as keyof typeof SITE]]));
    if (options.modules) expect(texts).toEqual({ ...TEXTS, ...plain });
    else for (const [assetPath, text] of Object.entries(plain)) expect(texts[assetPath]).toBe(text);
  });

  test('change with the option, whatever the cache contains', () => {
    const project = projectWith(SITE);
    const one = urlsOf(buildManifest(project));
    const other = withOptions(project, { references: { exclude: '*.css' } });
    expect(urlsOf(buildManifest(other))).not.toEqual(one);
    expect(urlsOf(buildManifest(project))).toEqual(one);
  });

  test('change when a file that they name is added or removed', () => {
    const project = projectWith({ 'a.css': 'a{b:url(b.png)}' });
    expect(buildManifest(project)).toMatchObject({ warnings: [{ where: 'public/a.css:1' }] });
    fs.writeFileSync(publicFile(project, 'b.png'), 'hello');
    const built = buildManifest(project);
    expect(built).toMatchObject({ warnings: [], filesRead: 1 });
    expect(textsOf(project, built)['/a.css']).toBe('a{b:url(b.2cf24dba5f.png)}');
    fs.rmSync(publicFile(project, 'b.png'));
    expect(buildManifest(project).warnings).toHaveLength(1);
  });

  test('keep references to plain paths, which also work under static delivery', () => {
    const files = {
      'css/a.css': 'a{b:url(../favicon.ico)}c{d:url(/favicon.ico)}e{f:url("../no hash.png?x")}',
      'favicon.ico': '',
      'no hash.png': '',
    };
    const options = { exclude: '/no hash.png' };
    const project = projectWith(files, options, { basePath: '/docs' });
    expect(textsOf(project, buildManifest(project))['/css/a.css']).toBe(files['css/a.css']);
    const moved = projectWith(files, { ...options, delivery: 'static' }, { basePath: '/docs' });
    expect(textsOf(moved, buildManifest(moved))['/css/a.css']).toBe(
      'a{b:url(/docs/favicon.ico)}c{d:url(/favicon.ico)}e{f:url("/docs/no%20hash.png?x")}',
    );
  });

  test('are served as they are if a lexer cannot read them, with a warning', () => {
    const files = {
      'a.css': 'a{b:url(c.png)}d{e:url(f g)}',
      'b.css': Buffer.from('\uFEFFa{}', 'utf16le'),
      'c.png': '',
      'd.js': "import './c.js",
      'e.css': 'a{b:url(../../../../etc/passwd)}',
    };
    const project = projectWith(files);
    const built = buildManifest(project);
    expect(Object.keys(built.manifest.assets)).toHaveLength(5);
    expect(built.warnings.map(({ where }) => where)).toEqual(['public/a.css:1', 'public/b.css:1', 'public/d.js:1', 'public/e.css:1']);
    expect(textsOf(project, built)['/a.css']).toBe('a{b:url(c.e3b0c44298.png)}d{e:url(f g)}');
  });

  test('cause one warning if stylesheets import each other', () => {
    const project = projectWith({ 'a.css': '@import "b.css";', 'b.css': '@import "a.css";', 'c.css': '@import "c.css";' });
    expect(buildManifest(project).warnings.map(({ what, where }) => [what, where])).toEqual([
      ['Stylesheets import each other in a circle', 'public/a.css, public/b.css'],
      ['Stylesheets import each other in a circle', 'public/c.css'],
    ]);
  });

  test('keep a byte-order mark and the line ends of Windows', () => {
    const project = projectWith({ 'a.css': '\uFEFFa {\r\n  b: url(c.png)\r\n}\r\n', 'c.png': 'hello' });
    expect(textsOf(project, buildManifest(project))['/a.css']).toBe('\uFEFFa {\r\n  b: url(c.2cf24dba5f.png)\r\n}\r\n');
  });

  test('include the hashes of referenced files in a custom fingerprint', () => {
    const files = { 'a.css': 'a{b:url(c.png)}', 'c.png': 'hello', 'd.txt': '' };
    const project = projectWith(files, { fingerprint: ({ assetPath, contentHash }) => (assetPath === '/c.png' ? contentHash : '1.4.2') });
    const before = hashesOf(project);
    fs.writeFileSync(publicFile(project, 'c.png'), 'other');
    const after = hashesOf(project);
    expect(after['/a.css']).not.toBe(before['/a.css']);
    expect(after['/d.txt']).toBe(before['/d.txt']);
  });

  test('have the same bytes as long as the version is the same', () => {
    const project = projectWith(SITE, { fingerprint: { version: '1.4.2' } });
    const built = buildManifest(project);
    expect(textsOf(project, built)['/css/site.css']).toContain('bg.8ec5a17af8.png');
    expect(new Set(Object.values(hashesOf(project))).size).toBe(3);
  });

  test('have copies that are named by the chosen algorithm', () => {
    const project = projectWith(SITE, { hash: { algorithm: 'md5' } });
    const built = buildManifest(project);
    expect(textsOf(project, built)['/css/site.css']).toContain('bg.5d41402abc.png');
    for (const [assetPath, text] of Object.entries(textsOf(project, built)))
      expect(built.contentHashes.get(assetPath)).toBe(createHash('md5').update(text).digest('hex'));
  });

  test('writes the same bytes in an incremental build and in a cold one, whatever the order of the folders', () => {
    const { readdirSync } = fs;
    fc.assert(
      fc.property(anySite(), fc.nat(), (site, choice) => {
        const texts = Object.fromEntries(Object.entries(textsOfSite(site)).map(([assetPath, text]) => [assetPath.slice(1), text]));
        const edited = Object.keys(texts)[choice % site.length] ?? '';
        const project = projectWith({ ...texts, 'favicon.ico': '' });
        buildManifest(project);
        fs.appendFileSync(publicFile(project, edited), '\n');
        buildManifest(project);
        const cold = projectWith({ ...texts, [edited]: `${texts[edited]}\n`, 'favicon.ico': '' });
        jest
          .spyOn(fs, 'readdirSync')
          .mockImplementation(((...args: unknown[]) =>
            (readdirSync as (...args: unknown[]) => unknown[])(...args).reverse()) as unknown as typeof fs.readdirSync);
        buildManifest(cold);
        jest.restoreAllMocks();
        expect(manifestText(project)).toBe(manifestText(cold));
        expect(storeFiles(project)).toMatchObject(storeFiles(cold));
      }),
      { numRuns: 25 },
    );
  });
});

test('writes only into .smart-cache/ and distDir/cache, except for the types', () => {
  const project = projectWith(FILES);
  buildManifest(project);
  expect(listFiles(project.root).map((name) => name.split('/').slice(0, 3).join('/'))).toEqual(
    expect.arrayContaining(['.next/cache/next-smart-cache', '.smart-cache/manifest.json']),
  );
  expect(listFiles(project.root).filter((name) => !/^(?:public|\.smart-cache|\.next\/cache\/next-smart-cache)\//.test(name))).toEqual([
    'smart-cache-env.d.ts',
  ]);
});

test('uses the plain name in references to a file that no longer gets a hash', () => {
  const project = projectWith({ 'css/a.css': 'a { b: url(../img/b.png) }', 'img/b.png': 'image' });
  const before = hashesOf(project);
  const after = hashesOf(withOptions(project, { exclude: '/img/b.png' }));
  expect(Object.keys(after)).toEqual(['/css/a.css']);
  expect(after['/css/a.css']).toBe(createHash('sha256').update('a { b: url(../img/b.png) }').digest('hex').slice(0, 10));
  expect(hashesOf(project)).toEqual(before);
});

test('does not remember a file that could change again without a new stamp', () => {
  const project = projectWith({ 'a.js': 'a' });
  const { now } = Date;
  // The clock of a file server that is ahead of ours: nothing is older than the grain.
  const mock = jest.spyOn(Date, 'now').mockImplementation(() => now() - 10_000);
  buildManifest(project);
  expect(buildManifest(project).filesRead).toBe(1);
  mock.mockRestore();
});

test('gives the result of a cold build after an edit that makes files keep their plain URLs', () => {
  const vendor = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`vendor/lib-${index}.0123456789.js`, '']));
  const files = {
    ...vendor,
    'css/page.css': '@import "../vendor/a.css";',
    'vendor/a.css': 'a { background: url(b.svg) }',
    'vendor/b.svg': '<svg/>',
  };
  const project = projectWith(files, { cdnPrefix: 'https://cdn.example.com' });
  expect(Object.keys(buildManifest(project).manifest.assets)).toContain('/vendor/a.css');
  // A page that the image names is not on the CDN, so the image and the sheet above it keep their plain URLs.
  writeFiles(project.publicDir, { 'vendor/b.svg': '<svg><a href="page.html"/></svg>' });
  const { manifest, keptPlain } = buildManifest(project);
  expect(keptPlain).toEqual(['/vendor/a.css', '/vendor/b.svg']);
  expect(buildManifest(project).manifest).toEqual(manifest);
  fs.rmSync(project.cacheDir, { recursive: true });
  expect(buildManifest(project).manifest).toEqual(manifest);
});

test('hashes a script that looks for its own name, but leaves it to asset(), also from the cache', () => {
  const project = projectWith({
    'ck/ck.js': "for (const s of document.scripts) if (s.src.endsWith('/ck.js')) load(s.src);",
    'ck/other.js': '',
  });
  for (const filesRead of [2, 0]) {
    const built = buildManifest(project);
    expect([built.filesRead, Object.keys(built.manifest.assets)]).toEqual([filesRead, ['/ck/ck.js', '/ck/other.js']]);
    expect([...built.leftToAsset]).toEqual([['/ck/ck.js', 'it looks for its own file name']]);
  }
});
