import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { serializeCheckedDocument } from '../../../src/disk/checked-document';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import { openStoredCopies } from '../../../src/pipeline/copies';
import { deploysWith, recordDeploy } from '../../../src/pipeline/deploys';
import type { Project } from '../../../src/pipeline/project';
import { pruneStore } from '../../../src/pipeline/prune-store';
import { serveStore } from '../../../src/pipeline/served-files';
import { listStore, openPackedCopies, openStore } from '../../../src/pipeline/store';
import { findWholeCopies, hasContent, timeOfWholeCopy } from '../../../src/pipeline/whole-copies';
import { listFiles, readFiles } from '../../support/folders';
import fc from '../../support/seeded-fast-check';
import { writeFiles } from '../../support/temporary-folder';
import { projectWith } from '../support/project';
import { smartCacheError } from '../support/smart-cache-error';

const HOUR = 3_600_000;
/** The number of small copies that have a file of their own in each build. */
const OWN = 32;
const hashOf = (content: string) => createHash('sha256').update(content).digest('hex');
const contentOf = (name: string) => `content of ${name}`;

/** Makes that many small files, under names that sort in their order. */
function smallFiles(count: number, prefix = 'f'): Record<string, string> {
  const names = Array.from({ length: count }, (_, index) => `in/${prefix}${1000 + index}.txt`);
  return Object.fromEntries(names.map((name) => [name, contentOf(name)]));
}

/** A sheet that refers to another file, so that the pack has a rewritten text too, and a file that is too large for a pack. */
const SITE = { ...smallFiles(60), 'in/x.css': 'a { background: url(f1059.txt) }', 'in/y.txt': 'y'.repeat(100_000) };

const filesDirOf = ({ cacheDir }: Project) => openStore(cacheDir).filesDir;
const packsOf = (project: Project) => listFiles(filesDirOf(project)).filter((name) => name.endsWith('.pack'));
const onlyPackOf = (project: Project) => path.join(filesDirOf(project), packsOf(project)[0] ?? '');

/** Builds and serves as `next build` does. Returns the results of both. */
function buildAndServe(project: Project) {
  const built = buildManifest(project, { checkCopies: true });
  return { ...built, served: serveStore(project, deploysWith(project, built), project.buildDir) };
}

function deploy(project: Project, files: Readonly<Record<string, string>>, now?: number) {
  fs.rmSync(project.publicDir, { recursive: true });
  writeFiles(project.publicDir, files);
  const built = buildAndServe(project);
  recordDeploy(project, built, now);
  return built;
}

const servedFiles = ({ buildDir }: Project) => readFiles(path.join(buildDir, 'static/media/smart-cache-rewrite'));

afterEach(() => jest.restoreAllMocks());

test('puts the small copies of a build into one file, after the first few', () => {
  const project = projectWith(SITE);
  const { served } = buildAndServe(project);
  const names = listFiles(filesDirOf(project));
  expect(names.filter((name) => /^[0-9a-f]{64}$/.test(name))).toHaveLength(OWN + 1);
  expect(names.filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([
    expect.stringMatching(/^\d+-[0-9a-f]{12}\.pack$/),
    expect.stringMatching(/^\d+-[0-9a-f]{12}\.pack\.json$/),
  ]);
  expect(served.files).toHaveLength(62);
  for (const { file, contentHash } of served.files) expect(hasContent(file, contentHash)).toBe(true);
});

test('finds the packed copies in the next build, which reads and writes nothing', () => {
  const project = projectWith(SITE);
  buildManifest(project);
  const before = readFiles(filesDirOf(project));
  expect(buildManifest(project, { checkCopies: true })).toMatchObject({ filesRead: 0, changed: false, notices: [] });
  expect(readFiles(filesDirOf(project))).toEqual(before);
});

test('writes no content again that a pack already has', () => {
  const project = projectWith(SITE);
  buildManifest(project);
  const before = readFiles(filesDirOf(project));
  fs.rmSync(path.join(project.cacheDir, 'scan.json'));
  expect(buildManifest(project).filesRead).toBe(62);
  // The first few are written anew.
  expect(Object.keys(readFiles(filesDirOf(project)))).toEqual(Object.keys(before));
});

test('rewrites references in a text from a pack, as it was frozen', () => {
  const project = projectWith(SITE);
  const before = buildManifest(project).manifest.assets['/in/x.css']?.url;
  fs.writeFileSync(path.join(project.publicDir, 'in/f1059.txt'), 'edited');
  const { manifest } = buildManifest(project);
  expect(manifest.assets['/in/x.css']?.url).not.toBe(before);
  expect(buildManifest(projectWith({ ...SITE, 'in/f1059.txt': 'edited' })).manifest).toEqual(manifest);
});

describe('a store of an older version, with a file for each copy', () => {
  test('serves its files and those of its deploys, and gets no pack', () => {
    const project = projectWith({});
    deploy(project, smallFiles(60, 'old'));
    deploy(project, SITE);
    const { own, packed } = listStore(openStore(project.cacheDir));
    const contents = Object.values({ ...SITE, ...smallFiles(60, 'old') });
    const served = servedFiles(project);
    const sheet = Object.entries(served).find(([name]) => name.endsWith('.css'))?.[1] ?? '';
    fs.rmSync(filesDirOf(project), { recursive: true });
    writeFiles(filesDirOf(project), Object.fromEntries([...contents, sheet].map((content) => [hashOf(content), content])));
    expect(listStore(openStore(project.cacheDir)).own).toEqual(new Set([...own, ...packed.keys()]));
    expect(buildAndServe(project)).toMatchObject({ filesRead: 0, notices: [], served: { notices: [] } });
    expect(servedFiles(project)).toEqual(served);
    expect(packsOf(project)).toEqual([]);
  });
});

describe('whatever happens to a pack or its index', () => {
  const project = projectWith({});
  deploy(project, smallFiles(60, 'old'));
  const { manifest } = deploy(project, SITE);
  const cache = readFiles(project.cacheDir);
  const served = servedFiles(project);
  const packFiles = Object.keys(cache).filter((name) => name.includes('.pack'));

  function putBack(): void {
    fs.rmSync(project.cacheDir, { recursive: true });
    for (const [name, content] of Object.entries(cache)) {
      fs.mkdirSync(path.dirname(path.join(project.cacheDir, name)), { recursive: true });
      fs.writeFileSync(path.join(project.cacheDir, name), content, 'latin1');
    }
  }

  const change = fc.oneof(
    fc.record({ kind: fc.constant('flip'), at: fc.nat() }),
    fc.record({ kind: fc.constant('cut'), at: fc.nat() }),
    fc.record({ kind: fc.constant('insert'), at: fc.nat() }),
    fc.record({ kind: fc.constant('remove'), at: fc.constant(0) }),
    fc.record({ kind: fc.constant('folder'), at: fc.constant(0) }),
    fc.record({ kind: fc.constant('swap'), at: fc.constant(0) }),
  );

  function damageFile(name: string, { kind, at }: { kind: string; at: number }): void {
    const file = path.join(project.cacheDir, name);
    const bytes = fs.readFileSync(file);
    const place = at % bytes.length;
    if (kind === 'flip') bytes[place] = (bytes[place] ?? 0) ^ 1;
    fs.rmSync(file);
    const other = packFiles.find((candidate) => candidate !== name && path.extname(candidate) === path.extname(name)) ?? '';
    if (kind === 'flip') fs.writeFileSync(file, bytes);
    else if (kind === 'cut') fs.writeFileSync(file, bytes.subarray(0, place));
    else if (kind === 'insert') fs.writeFileSync(file, Buffer.concat([bytes.subarray(0, place), Buffer.from('+'), bytes.subarray(place)]));
    else if (kind === 'folder') fs.mkdirSync(file);
    else if (kind === 'swap') fs.writeFileSync(file, cache[other] ?? '', 'latin1');
  }

  test('current files are served right, older ones right or not, and a build says what it lost', () => {
    expect(packFiles).toHaveLength(4);
    fc.assert(
      fc.property(fc.constantFrom(...packFiles), change, (name, how) => {
        putBack();
        damageFile(name, how);
        const built = buildAndServe(project);
        expect(built.manifest).toEqual(manifest);
        expect(served).toMatchObject(servedFiles(project));
        for (const { url } of Object.values(manifest.assets)) expect(servedFiles(project)).toHaveProperty([url.slice(1)]);
        const isLoss = how.kind !== 'insert' || built.filesRead > 0;
        if (isLoss && how.kind !== 'remove' && name.endsWith('.json') && how.kind !== 'swap')
          expect(built.notices).toContainEqual(expect.stringMatching(/^dropped .*\.pack\.json, since /));
        // All is well again, and stays so.
        expect(buildManifest(project, { checkCopies: true })).toMatchObject({ filesRead: 0, notices: [] });
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['of another version', { version: 2, copies: [] }],
    ['with a name that is not a hash', { version: 1, copies: [['../../../secret', 3]] }],
    ['with a size that is not a count', { version: 1, copies: [[hashOf(''), -1]] }],
    ['with another form', { version: 1, copies: { length: 3 } }],
  ])('an index %s is dropped, even with a correct checksum', (_, body) => {
    putBack();
    const index = packFiles.find((name) => name.endsWith('.json')) ?? '';
    fs.writeFileSync(path.join(project.cacheDir, index), serializeCheckedDocument(JSON.stringify(body)));
    const { notices } = buildAndServe(project);
    expect(notices).toEqual([expect.stringContaining(`dropped .next/cache/next-smart-cache/${index}, since `)]);
    expect(served).toMatchObject(servedFiles(project));
    expect(fs.existsSync(path.join(project.cacheDir, index))).toBe(false);
  });
});

test('a copy that was damaged in a pack is made again, and the next build is content', () => {
  const project = projectWith(SITE);
  buildManifest(project);
  const pack = onlyPackOf(project);
  const { atime, mtime } = fs.statSync(pack);
  const bytes = fs.readFileSync(pack);
  bytes[bytes.indexOf('content of in/f1050.txt')] = 42;
  fs.writeFileSync(pack, bytes);
  fs.utimesSync(pack, atime, mtime);
  expect(buildAndServe(project).notices).toEqual(['1 damaged copy in .next/cache/next-smart-cache/files: made again from public/']);
  expect(Object.values(servedFiles(project)).filter((content) => content === contentOf('in/f1050.txt'))).toHaveLength(1);
  expect(buildAndServe(project)).toMatchObject({ filesRead: 0, notices: [] });
});

test('a copy that is damaged after it was checked is an error, not served', () => {
  const project = projectWith(SITE);
  const built = buildManifest(project, { checkCopies: true });
  fs.writeFileSync(
    onlyPackOf(project),
    fs.readFileSync(onlyPackOf(project), 'latin1').replace('content of in/f1050', 'CONTENT of in/f1050'),
  );
  const opened = jest.spyOn(fs, 'openSync');
  expect(() => serveStore(project, deploysWith(project, built), project.buildDir)).toThrow(
    /no frozen copy of \/in\/f1050\.[0-9a-f]{10}\.txt/,
  );
  const opening = opened.mock.calls.findIndex(([file]) => file === onlyPackOf(project));
  const descriptor = opened.mock.results[opening]?.value as number;
  jest.restoreAllMocks();
  // The pack is closed again.
  expect(() => fs.fstatSync(descriptor)).toThrow('EBADF');
});

test('an older copy that is damaged in a pack after it was checked is one line, and not served', () => {
  const project = projectWith({});
  deploy(project, smallFiles(60, 'old'));
  const [pack = ''] = packsOf(project);
  deploy(project, { 'a.txt': 'a' });
  const built = buildManifest(project, { checkCopies: true });
  const file = path.join(filesDirOf(project), pack);
  fs.writeFileSync(file, fs.readFileSync(file, 'latin1').replace('content of in/old1050', 'CONTENT of in/old1050'));
  const { notices } = serveStore(project, deploysWith(project, built), project.buildDir);
  expect(notices).toEqual([expect.stringMatching(/^dropped "\/in\/old1050\.[0-9a-f]{10}\.txt" of older deploys/)]);
  expect(Object.keys(servedFiles(project)).filter((name) => name.includes('old1050'))).toEqual([]);
});

test('an index that cannot be read for a reason that may pass stays, with its pack and the deploys in it', () => {
  const project = projectWith({});
  deploy(project, smallFiles(60, 'old'));
  deploy(project, SITE);
  const before = readFiles(filesDirOf(project));
  const served = servedFiles(project);
  const { readFileSync } = fs;
  const unreadable = jest.spyOn(fs, 'readFileSync').mockImplementation((file, ...args) => {
    if (String(file).endsWith('.pack.json') && Object.hasOwn(before, path.basename(String(file))))
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    return readFileSync(file, ...args);
  });
  const built = buildAndServe(project);
  recordDeploy(project, built, Date.now() + 2 * HOUR);
  unreadable.mockRestore();
  expect(built.notices).toContainEqual(expect.stringMatching(/did not use .*\.pack\.json, since it cannot be read \(EIO\)/));
  expect(readFiles(filesDirOf(project))).toMatchObject(before);
  expect(buildAndServe(project)).toMatchObject({ filesRead: 0, notices: [] });
  expect(servedFiles(project)).toEqual(served);
});

test('too many open files are an error that names the limit, and no copy counts as damaged', () => {
  const project = projectWith(SITE);
  buildManifest(project);
  const before = readFiles(project.cacheDir);
  const { openSync } = fs;
  for (const isCopy of [(file: string) => file.endsWith('.pack'), (file: string) => /[\\/][0-9a-f]{64}$/.test(file)]) {
    const opened = jest.spyOn(fs, 'openSync').mockImplementation((file, ...args) => {
      if (isCopy(String(file))) throw Object.assign(new Error('EMFILE'), { code: 'EMFILE' });
      return openSync(file, ...args);
    });
    expect(() => buildManifest(project, { checkCopies: true })).toThrow(
      smartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', { fix: expect.stringContaining('ulimit -n') }),
    );
    opened.mockRestore();
    expect(readFiles(project.cacheDir)).toEqual(before);
  }
});

test('copies beyond the end of a cut pack are made again, also by a build that checks no copies', () => {
  const project = projectWith(SITE);
  buildManifest(project);
  fs.truncateSync(onlyPackOf(project), 100);
  const { filesRead } = buildManifest(project);
  expect(filesRead).toBeGreaterThan(20);
  expect(buildManifest(project, { checkCopies: true })).toMatchObject({ filesRead: 0, notices: [] });
});

test('two builds at once write a pack each, and one whole pack of the two is enough', () => {
  const project = projectWith({});
  const contents = Object.values(smallFiles(60));
  const builds = [1, 2].map(() => openStoredCopies(project.cacheDir, 'sha256', false));
  for (const content of contents) for (const copies of builds) copies.write(Buffer.from(content));
  builds[0]?.finish();
  expect(findWholeCopies(openStore(project.cacheDir)).size).toBe(60);
  builds[1]?.finish();
  for (const copies of builds) copies.close();
  expect(packsOf(project)).toHaveLength(2);
  for (const name of packsOf(project)) {
    const pack = path.join(filesDirOf(project), name);
    const whole = fs.readFileSync(pack);
    fs.writeFileSync(pack, whole.toString('latin1').toUpperCase(), 'latin1');
    expect(findWholeCopies(openStore(project.cacheDir)).size).toBe(60);
    fs.writeFileSync(pack, whole);
  }
});

test('a build that fails leaves no pack', () => {
  const project = projectWith({ ...SITE, 'z.txt': 'z' });
  const { openSync } = fs;
  jest.spyOn(fs, 'openSync').mockImplementation((file, ...args) => {
    if (String(file).endsWith('z.txt')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    return openSync(file, ...args);
  });
  expect(() => buildManifest(project)).toThrow(/z\.txt/);
  jest.restoreAllMocks();
  expect(listFiles(filesDirOf(project)).filter((name) => name.includes('.pack'))).toEqual([]);
});

test('hashes each copy in a pack, even beyond the bytes that one build hashes and with the same date', () => {
  const project = projectWith(SITE);
  buildManifest(project);
  const store = openStore(project.cacheDir);
  const isWhole = () => findWholeCopies(store, listStore(store), 0).has(hashOf(contentOf('in/f1050.txt')));
  expect(isWhole()).toBe(true);
  const pack = onlyPackOf(project);
  const { atime, mtime } = fs.statSync(pack);
  fs.writeFileSync(pack, fs.readFileSync(pack, 'latin1').replace('content of in/f1050', 'CONTENT of in/f1050'));
  fs.utimesSync(pack, atime, mtime);
  expect(isWhole()).toBe(false);
});

describe('pruning', () => {
  /** Deploys files whose copies fill a pack, and then, that many milliseconds later, others. */
  function deployTwice(second: Readonly<Record<string, string>>, laterMs: number) {
    const project = projectWith({}, { keep: 0 });
    deploy(project, smallFiles(OWN + 40));
    const [first = ''] = packsOf(project);
    deploy(project, second, Date.now() + laterMs);
    return { project, first };
  }
  const firstFiles = (count: number) => Object.fromEntries(Object.entries(smallFiles(OWN + 40)).slice(0, count));

  test('removes a pack that no kept deploy needs', () => {
    const { project } = deployTwice({ 'a.txt': 'a' }, 2 * HOUR);
    expect(listFiles(filesDirOf(project))).toEqual([hashOf('a')]);
  });

  test('keeps a young pack, which another build may have just made', () => {
    const { project, first } = deployTwice({ 'a.txt': 'a' }, HOUR / 2);
    expect(packsOf(project)).toEqual([first]);
  });

  test('keeps a pack of which half is needed', () => {
    const { project, first } = deployTwice(firstFiles(OWN + 20), 2 * HOUR);
    expect(packsOf(project)).toEqual([first]);
  });

  test('writes a pack anew of which less is needed, and removes the old one later', () => {
    const { project, first } = deployTwice(firstFiles(OWN + 10), 2 * HOUR);
    const store = openStore(project.cacheDir);
    const secondOf = () => packsOf(project).filter((name) => name !== first);
    const [second = ''] = secondOf();
    const needed = Object.values(firstFiles(OWN + 10)).slice(OWN);
    expect(fs.readFileSync(path.join(filesDirOf(project), second), 'utf8')).toBe(needed.join(''));
    const isNeeded = (name: string) => needed.some((content) => hashOf(content) === name);
    pruneStore(store, isNeeded, Date.now() + HOUR / 2);
    expect(packsOf(project)).toContain(first);
    pruneStore(store, isNeeded, Date.now() + 2 * HOUR);
    expect(listFiles(filesDirOf(project)).filter((name) => name.includes('.pack'))).toEqual([second, `${second}.json`]);
    expect(buildAndServe(project)).toMatchObject({ notices: [] });
  });

  test('keeps a replaced pack readable for a build that listed the store before', () => {
    const project = projectWith({}, { keep: 0 });
    deploy(project, smallFiles(OWN + 40));
    const [first = ''] = packsOf(project);
    const twoHoursAgo = (Date.now() - 2 * HOUR) / 1000;
    for (const name of [first, `${first}.json`]) fs.utimesSync(path.join(filesDirOf(project), name), twoHoursAgo, twoHoursAgo);
    const listed = openPackedCopies(listStore(openStore(project.cacheDir)));
    deploy(project, firstFiles(OWN + 10));
    expect(packsOf(project)).toHaveLength(2);
    for (const content of Object.values(firstFiles(OWN + 10)).slice(OWN)) expect(listed.read(hashOf(content))?.toString()).toBe(content);
    listed.close();
    // From now on, the pack counts as young.
    pruneStore(openStore(project.cacheDir), () => false, Date.now());
    expect(packsOf(project)).toContain(first);
  });

  test('removes what was unneeded an hour ago, though a CI cache has just restored it', () => {
    const project = projectWith({}, { keep: 0 });
    deploy(project, smallFiles(OWN + 40));
    deploy(project, firstFiles(OWN + 10));
    const { own } = listStore(openStore(project.cacheDir));
    expect(own.size).toBe(OWN);
    deploy(project, { 'a.txt': 'a' });
    // Two hours later, a cache restores files with their times of modification. The time of the inode's last change is new.
    for (const name of listFiles(filesDirOf(project))) {
      const file = path.join(filesDirOf(project), name);
      const { mtimeMs, size } = fs.statSync(file);
      const modified = mtimeMs === timeOfWholeCopy(size) * 1000 ? mtimeMs : mtimeMs - 2 * HOUR;
      fs.utimesSync(file, modified / 1000, modified / 1000);
    }
    deploy(project, { 'a.txt': 'a' });
    expect(listFiles(filesDirOf(project))).toEqual([hashOf('a')]);
  });

  test('keeps the date of a copy that is needed', () => {
    const project = projectWith({});
    deploy(project, { 'a.txt': 'a' });
    expect(fs.statSync(path.join(filesDirOf(project), hashOf('a'))).mtimeMs).toBe(timeOfWholeCopy(1) * 1000);
  });

  test('removes a pack without an index, which a killed build left', () => {
    const project = projectWith({ 'a.txt': 'a' });
    const store = openStore(project.cacheDir);
    writeFiles(store.filesDir, { '1-0123456789ab.pack': 'half' });
    buildManifest(project);
    pruneStore(store, () => true, Date.now() + HOUR / 2);
    expect(packsOf(project)).toHaveLength(1);
    pruneStore(store, () => false, Date.now() + 2 * HOUR);
    expect(packsOf(project)).toEqual([]);
  });
});
