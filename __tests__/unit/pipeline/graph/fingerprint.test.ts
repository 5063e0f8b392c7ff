import type { Fingerprint } from '../../../../src/core/options';
import { type FileToFingerprint, hashForUrl } from '../../../../src/pipeline/graph/fingerprint';
import { smartCacheError } from '../../support/smart-cache-error';

const FILE: FileToFingerprint = {
  assetPath: '/js/app.js',
  size: 5,
  modifiedMs: Date.parse('2024-01-02T03:04:05.678Z'),
  contentHash: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
};

test.each<[string, Fingerprint, hashLength: number, hash: string]>([
  ['the content', 'content', 10, '2cf24dba5f'],
  ['the content, longer', 'content', 16, '2cf24dba5fb0a30e'],
  ['the date last modified', 'modified', 10, '88e4d33487'],
  ['a version', { version: '1.4.2' }, 10, '8ec5a17af8'],
  ['a version that has the shape of a hash', { version: '0123456789' }, 10, '0123456789'],
  ['a version that is too short for a hash', { version: '0123456789' }, 12, '84d89877f0d4'],
  ['a version in upper case', { version: 'ABCDEF0123' }, 10, '3419d586bc'],
  ['a function', () => '1.4.2', 10, '8ec5a17af8'],
  ['a function of the path and the size', ({ assetPath, size }) => `${assetPath}:${size}`, 10, '1082328571'],
  ['a function of the content', ({ contentHash }) => contentHash.slice(-10), 10, '62938b9824'],
])('makes the hash from %s', (_, fingerprint, hashLength, hash) => {
  expect(hashForUrl(fingerprint, hashLength, FILE)).toBe(hash);
});

test('calls the function once, with all facts about the file', () => {
  const fingerprint = jest.fn(() => 'x');
  hashForUrl(fingerprint, 10, FILE);
  const { assetPath, size, contentHash } = FILE;
  expect(fingerprint.mock.calls).toEqual([[{ assetPath, size, modified: new Date('2024-01-02T03:04:05.678Z'), contentHash }]]);
});

test.each<[string, unknown, said: string]>([
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
  ['an empty string', '', '""'],
  ['a number', 42, '42'],
  ['a big number', 42n, '42'],
  ['an object', { hash: 'x' }, '{"hash":"x"}'],
])('rejects a function that returns %s, and names the value', (_, returned, said) => {
  expect(() => hashForUrl((() => returned) as () => string, 10, FILE)).toThrow(
    smartCacheError('ERR_SMART_CACHE_FINGERPRINT_INVALID', { where: '/js/app.js', why: expect.stringContaining(said) }),
  );
});

test('rejects a function that throws, and names the file and the error', () => {
  const fail = () => {
    throw new TypeError('no commit');
  };
  expect(() => hashForUrl(fail, 10, FILE)).toThrow(
    smartCacheError('ERR_SMART_CACHE_FINGERPRINT_INVALID', { where: '/js/app.js', why: 'TypeError: no commit' }),
  );
});

test('rejects an async function, and says why', () => {
  const fingerprint = (async () => 'x') as unknown as () => string;
  expect(() => hashForUrl(fingerprint, 10, FILE)).toThrow(
    smartCacheError('ERR_SMART_CACHE_FINGERPRINT_INVALID', { why: expect.stringContaining('romise') }),
  );
});

describe('the hash of a file that refers to others', () => {
  const BELOW = ['0123456789', 'abcdef0123'];

  test('ignores their hashes if the fingerprint is the content', () => {
    expect(hashForUrl('content', 10, FILE, BELOW)).toBe('2cf24dba5f');
  });

  test.each<[string, Fingerprint]>([
    ['the date last modified', 'modified'],
    ['a version', { version: '1.4.2' }],
    ['a version that has the shape of a hash', { version: '0123456789' }],
    ['a function', () => '0123456789'],
  ])('changes with any of their hashes: %s', (_, fingerprint) => {
    const hashes = [[], BELOW, BELOW.slice(1), ['0123456789', 'abcdef0124']].map((below) => hashForUrl(fingerprint, 10, FILE, below));
    expect(new Set(hashes).size).toBe(4);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{10}$/);
  });

  test('has this value for a version', () => {
    expect(hashForUrl({ version: '1.4.2' }, 10, FILE, BELOW)).toBe('5e01a03591');
  });
});
