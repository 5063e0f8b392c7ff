import fs from 'node:fs';
import path from 'node:path';
import { STORE_URL } from '../../../src/core/rewrite-rules';
import { OTHER_VERSION, serializeCheckedDocument, WRONG_CONTENT } from '../../../src/disk/checked-document';
import type { LexedFile } from '../../../src/pipeline/references/find-references';
import { type CachedFile, openScanCache } from '../../../src/pipeline/scan-cache';
import { temporaryFolder } from '../../support/temporary-folder';

const HASH = 'c0ffee01'.repeat(8);
const FILE = {
  assetPath: '/a.js',
  signature: '1-2-3-4',
  contentHash: HASH,
  integrity: 'sha256-x',
  size: 1,
  modifiedMs: 2,
  touchedNs: 3n,
};

/** A cache folder with one file remembered. */
function setUp(): { cacheDir: string; file: string } {
  const cacheDir = path.join(temporaryFolder(), 'cache');
  openScanCache(cacheDir, { algorithm: 'sha256' }).save([FILE]);
  return { cacheDir, file: path.join(cacheDir, 'scan.json') };
}

test('remembers the hashes of a file as long as its signature stays', () => {
  const cache = openScanCache(setUp().cacheDir, { algorithm: 'sha256' });
  expect(cache.find('/a.js', '1-2-3-4')).toEqual({ contentHash: HASH, integrity: 'sha256-x' });
  expect(cache.find('/a.js', '1-2-3-5')).toBeUndefined();
  expect(cache.find('/b.js', '1-2-3-4')).toBeUndefined();
});

const LEXED: LexedFile = {
  references: [
    { kind: 'import', notation: 'string', url: './b.js', start: 8, end: 14, line: 1 },
    { kind: 'module-url', notation: 'template', url: 'data:,', start: 20, end: 26, line: 2 },
    { kind: 'source-map', notation: 'comment', url: 'a.js.map', start: 30, end: 38, line: 3 },
  ],
};
const OUTPUT = { hash: 'c0ffee0123', url: '/a.c0ffee0123.js', integrity: 'sha256-y', size: 9, contentHash: HASH, isDirect: false };

test.each<[string, Partial<CachedFile>]>([
  ['references', { lexed: LEXED }],
  ['why a file cannot be read', { lexed: { references: [], problem: { line: 3, why: 'it is not CSS' } } }],
  ['the names that a script looks for', { lexed: { references: [], search: { names: ['a.js'], readsOwnUrl: true } } }],
  [
    'the targets of references: a file, none, another site',
    { lexed: LEXED, result: { key: '8:ff', output: OUTPUT, destinations: ['/b.js', undefined, null], keepsImports: true } },
  ],
])('remembers %s', (_, known) => {
  const cacheDir = path.join(temporaryFolder(), 'cache');
  openScanCache(cacheDir, { algorithm: 'sha256' }).save([{ ...FILE, ...known }], 'state');
  // Imitates another process, since this one remembers the cache that it has written.
  const file = path.join(cacheDir, 'scan.json');
  fs.writeFileSync(file, fs.readFileSync(file));
  const cache = openScanCache(cacheDir, { algorithm: 'sha256' });
  expect(cache.stateKey).toBe('state');
  expect(cache.find('/a.js', '1-2-3-4')).toEqual({ contentHash: HASH, integrity: 'sha256-x', ...known });
});

test('ignores hashes of another algorithm', () => {
  expect(openScanCache(setUp().cacheDir, { algorithm: 'sha512' }).find('/a.js', '1-2-3-4')).toBeUndefined();
});

test('does not take files hashed in development for frozen ones', () => {
  const cacheDir = path.join(temporaryFolder(), 'cache');
  openScanCache(cacheDir, { algorithm: 'sha256', isFrozen: false }).save([FILE]);
  expect(openScanCache(cacheDir, { algorithm: 'sha256', isFrozen: false }).find('/a.js', '1-2-3-4')).toBeDefined();
  expect(openScanCache(cacheDir, { algorithm: 'sha256' }).find('/a.js', '1-2-3-4')).toBeUndefined();
});

test('forgets files that are not saved again', () => {
  const { cacheDir } = setUp();
  openScanCache(cacheDir, { algorithm: 'sha256' }).save([{ ...FILE, assetPath: '/b.js' }]);
  const cache = openScanCache(cacheDir, { algorithm: 'sha256' });
  expect(cache.find('/a.js', '1-2-3-4')).toBeUndefined();
  expect(cache.find('/b.js', '1-2-3-4')).toBeDefined();
});

/** A document with these files, and a checksum that is right. */
const documentWith = (files: unknown, head: object = {}) =>
  serializeCheckedDocument(JSON.stringify({ version: 8, algorithm: 'sha256', ...head, files }));
const ROW = ['1-2-3-4', HASH, 'sha256-x'];
const REFERENCE = ['url', 'css-url', 8, 14, 1, 'b.png'];
const lexedRow = (reference: unknown) => ({ '/a.css': [...ROW, [0, [reference]]] });
const resultRow = (output: object, destinations: unknown = [null]) => ({
  '/a.js': [...ROW, [0, [REFERENCE]], ['key', { ...OUTPUT, ...output }, destinations, false]],
});

test('accepts valid documents of the form that the next tests damage', () => {
  const { cacheDir, file } = setUp();
  for (const files of [{ '/a.js': ROW }, lexedRow(REFERENCE), resultRow({})]) {
    fs.writeFileSync(file, documentWith(files));
    const cache = openScanCache(cacheDir, { algorithm: 'sha256' });
    expect([cache.problem, cache.find(Object.keys(files)[0] ?? '', '1-2-3-4')?.contentHash]).toEqual([undefined, HASH]);
  }
});

const NO_CHECKSUM = `it has no checksum, so ${OTHER_VERSION}, or another program changed it`;
const CHECKSUM_WRONG = 'its checksum is wrong, so another program cut or changed it';

test.each<[string, damaged: string | ((text: string) => string), problem: string]>([
  ['empty', '', NO_CHECKSUM],
  ['no JSON', 'garbage', NO_CHECKSUM],
  ['of the version before checksums', '{"version":3,"algorithm":"sha256","findReferences":true,"files":{}}', NO_CHECKSUM],
  ['cut short', (text) => text.slice(0, -10), CHECKSUM_WRONG],
  ['cut after its checksum', (text) => text.slice(0, 87), CHECKSUM_WRONG],
  ['longer by a space', (text) => `${text} `, CHECKSUM_WRONG],
  ['changed in one digit', (text) => text.replace('c0ffee01', 'c0ffee02'), CHECKSUM_WRONG],
  ['of another version', documentWith({}, { version: 99 }), OTHER_VERSION],
  ['no JSON, with a checksum', serializeCheckedDocument('{'), WRONG_CONTENT],
  ['null', serializeCheckedDocument('null'), WRONG_CONTENT],
  ['an array', serializeCheckedDocument('[]'), WRONG_CONTENT],
  ['without files', documentWith(undefined), WRONG_CONTENT],
  ['with null for files', documentWith(null), WRONG_CONTENT],
  ['with null for a file', documentWith({ '/a.js': null }), WRONG_CONTENT],
  ['with a state that is none', documentWith({}, { stateKey: 1 }), WRONG_CONTENT],
  [
    'with a content hash that leaves the store',
    documentWith({ '/a.js': ['1-2-3-4', '../../../../etc/passwd', 'sha256-x'] }),
    WRONG_CONTENT,
  ],
  ['with a content hash of another algorithm', documentWith({ '/a.js': ['1-2-3-4', HASH.slice(32), 'sha256-x'] }), WRONG_CONTENT],
  ['with an integrity that is none', documentWith({ '/a.js': ['1-2-3-4', HASH, 5] }), WRONG_CONTENT],
  ['with a row that is too long', documentWith({ '/a.js': [...ROW, [0, []], null, null] }), WRONG_CONTENT],
  ['with a reference of no known kind', documentWith(lexedRow(['link', ...REFERENCE.slice(1)])), WRONG_CONTENT],
  ['with a reference that ends before it starts', documentWith(lexedRow(['url', 'css-url', 14, 8, 1, 'b.png'])), WRONG_CONTENT],
  ['with a hash that leaves the folder', documentWith(resultRow({ hash: '../../x', url: '/a.../../x.js' })), WRONG_CONTENT],
  ['with a URL that is not that of the file', documentWith(resultRow({ url: '/b.c0ffee0123.js' })), WRONG_CONTENT],
  ['with a URL of the store that is said to need a rewrite', documentWith(resultRow({ url: `${STORE_URL}${OUTPUT.url}` })), WRONG_CONTENT],
  ['with a URL that needs a rewrite and is said to be in the store', documentWith(resultRow({ isDirect: true })), WRONG_CONTENT],
  ['with a destination too few', documentWith(resultRow({}, [])), WRONG_CONTENT],
])('ignores a damaged cache, and can write it again: %s', (_, damaged, problem) => {
  const { cacheDir, file } = setUp();
  fs.writeFileSync(file, typeof damaged === 'string' ? damaged : damaged(fs.readFileSync(file, 'utf8')));
  const cache = openScanCache(cacheDir, { algorithm: 'sha256' });
  expect(cache.problem).toBe(problem);
  expect(cache.find('/a.js', '1-2-3-4')).toBeUndefined();
  cache.save([FILE]);
  expect(openScanCache(cacheDir, { algorithm: 'sha256' }).find('/a.js', '1-2-3-4')).toBeDefined();
});

test('ignores a cache that it cannot read, and reports it', () => {
  const { cacheDir, file } = setUp();
  fs.rmSync(file);
  fs.mkdirSync(file);
  expect(openScanCache(cacheDir, { algorithm: 'sha256' }).problem).toBe('it cannot be read (EISDIR)');
});

test('knows no file without a cache, and creates no folder', () => {
  const cacheDir = path.join(temporaryFolder(), 'cache');
  expect(openScanCache(cacheDir, { algorithm: 'sha256' }).find('/a.js', '1-2-3-4')).toBeUndefined();
  expect(fs.existsSync(cacheDir)).toBe(false);
});
