import fs from 'node:fs';
import path from 'node:path';
import type { LexedFile } from '../../../../src/pipeline/references/find-references';
import { type CachedFile, openScanCache } from '../../../../src/pipeline/scan/scan-cache';
import { temporaryFolder } from '../../../support/temporary-folder';

const FILE = {
  assetPath: '/a.js',
  signature: '1-2-3-4',
  contentHash: 'c0ffee',
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
  expect(cache.find('/a.js', '1-2-3-4')).toEqual({ contentHash: 'c0ffee', integrity: 'sha256-x' });
  expect(cache.find('/a.js', '1-2-3-5')).toBeUndefined();
  expect(cache.find('/b.js', '1-2-3-4')).toBeUndefined();
});

const LEXED: LexedFile = {
  isModule: true,
  references: [
    { kind: 'import', notation: 'string', url: './b.js', start: 8, end: 14, line: 1 },
    { kind: 'module-url', notation: 'template', url: 'data:,', start: 20, end: 26, line: 2 },
    { kind: 'source-map', notation: 'comment', url: 'a.js.map', start: 30, end: 38, line: 3 },
  ],
};
const OUTPUT = { hash: 'c0ffee0123', url: '/a.c0ffee0123.js', integrity: 'sha256-y', size: 9, contentHash: 'c0ffee0123ff' };

test.each<[string, Partial<CachedFile>]>([
  ['references', { lexed: LEXED }],
  ['what keeps a file from being read', { lexed: { isModule: false, references: [], problem: { line: 3, why: 'it is not CSS' } } }],
  [
    'where they lead: to a file, nowhere, to somebody else',
    { lexed: LEXED, links: { key: '8:ff', output: OUTPUT, destinations: ['/b.js', undefined, null], standing: 1 } },
  ],
])('remembers %s', (_, known) => {
  const cacheDir = path.join(temporaryFolder(), 'cache');
  openScanCache(cacheDir, { algorithm: 'sha256' }).save([{ ...FILE, ...known }], 'state');
  // As another process would have written it: what this one has written, it remembers.
  const file = path.join(cacheDir, 'scan.json');
  fs.writeFileSync(file, fs.readFileSync(file));
  const cache = openScanCache(cacheDir, { algorithm: 'sha256' });
  expect(cache.stateKey).toBe('state');
  expect(cache.find('/a.js', '1-2-3-4')).toEqual({ contentHash: 'c0ffee', integrity: 'sha256-x', ...known });
});

test('hashes of another algorithm are of no use', () => {
  expect(openScanCache(setUp().cacheDir, { algorithm: 'sha512' }).find('/a.js', '1-2-3-4')).toBeUndefined();
});

test('what development has hashed says nothing of what is frozen', () => {
  const cacheDir = path.join(temporaryFolder(), 'cache');
  openScanCache(cacheDir, { algorithm: 'sha256', isFrozen: false }).save([FILE]);
  expect(openScanCache(cacheDir, { algorithm: 'sha256', isFrozen: false }).find('/a.js', '1-2-3-4')).toBeDefined();
  expect(openScanCache(cacheDir, { algorithm: 'sha256' }).find('/a.js', '1-2-3-4')).toBeUndefined();
});

test('forgets what is not saved again', () => {
  const { cacheDir } = setUp();
  openScanCache(cacheDir, { algorithm: 'sha256' }).save([{ ...FILE, assetPath: '/b.js' }]);
  const cache = openScanCache(cacheDir, { algorithm: 'sha256' });
  expect(cache.find('/a.js', '1-2-3-4')).toBeUndefined();
  expect(cache.find('/b.js', '1-2-3-4')).toBeDefined();
});

test.each<[string, (text: string) => string]>([
  ['empty', () => ''],
  ['cut short', (text) => text.slice(0, -10)],
  ['no JSON', () => 'garbage'],
  ['null', () => 'null'],
  ['an array', () => '[]'],
  ['of another version', (text) => text.replace(/"version":\d+/, '"version":99')],
  ['without files', () => '{"version":1,"algorithm":"sha256"}'],
  ['with null for files', () => '{"version":1,"algorithm":"sha256","files":null}'],
  ['with null for a file', () => '{"version":1,"algorithm":"sha256","files":{"/a.js":null}}'],
])('a cache that is damaged is ignored, and can be written again: %s', (_, damage) => {
  const { cacheDir, file } = setUp();
  fs.writeFileSync(file, damage(fs.readFileSync(file, 'utf8')));
  const damaged = openScanCache(cacheDir, { algorithm: 'sha256' });
  expect(damaged.find('/a.js', '1-2-3-4')).toBeUndefined();
  damaged.save([FILE]);
  expect(openScanCache(cacheDir, { algorithm: 'sha256' }).find('/a.js', '1-2-3-4')).toBeDefined();
});

test('where there is no cache, nothing is known', () => {
  const cacheDir = path.join(temporaryFolder(), 'cache');
  expect(openScanCache(cacheDir, { algorithm: 'sha256' }).find('/a.js', '1-2-3-4')).toBeUndefined();
  expect(fs.existsSync(cacheDir)).toBe(false);
});
