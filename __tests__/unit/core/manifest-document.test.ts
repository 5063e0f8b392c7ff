import { type Manifest, parseManifest, serializeManifest } from '../../../src/core/manifest-document';
import { smartCacheError } from '../support/smart-cache-error';

const SITE = {
  hash: '4f2a9c01be',
  url: '/css/site.4f2a9c01be.css',
  integrity: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  size: 1834,
};
const PHOTO = {
  hash: '0123456789',
  url: '/img/my%20photo.0123456789.jpg',
  integrity: 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
  size: 0,
};
const MANIFEST: Manifest = { version: 1, algorithm: 'sha256', assets: { '/img/my photo.jpg': PHOTO, '/css/site.css': SITE } };

const GOLDEN = `{
  "version": 1,
  "algorithm": "sha256",
  "assets": {
    "/css/site.css": {
      "hash": "4f2a9c01be",
      "url": "/css/site.4f2a9c01be.css",
      "integrity": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
      "size": 1834
    },
    "/img/my photo.jpg": {
      "hash": "0123456789",
      "url": "/img/my%20photo.0123456789.jpg",
      "integrity": "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
      "size": 0
    }
  }
}
`;

describe('serializeManifest', () => {
  test('writes the golden text of version 1, byte for byte', () => {
    expect(serializeManifest(MANIFEST)).toBe(GOLDEN);
  });

  test('does not depend on the order of keys, of files or of fields', () => {
    const { hash, url, integrity, size } = SITE;
    const shuffled: Manifest = {
      assets: { '/css/site.css': { size, integrity, url, hash }, '/img/my photo.jpg': PHOTO },
      algorithm: 'sha256',
      version: 1,
    };
    expect(serializeManifest(shuffled)).toBe(GOLDEN);
  });

  test('sorts by code unit, not by locale', () => {
    const assets = { '/b.css': SITE, '/\u00e4.css': SITE, '/B.css': SITE, '/a.css': SITE };
    const { assets: sorted } = JSON.parse(serializeManifest({ ...MANIFEST, assets })) as Manifest;
    expect(Object.keys(sorted)).toEqual(['/B.css', '/a.css', '/b.css', '/\u00e4.css']);
  });

  test('leaves the manifest it is given as it is', () => {
    const frozen = Object.freeze({ ...MANIFEST, assets: Object.freeze({ ...MANIFEST.assets }) });
    expect(serializeManifest(frozen)).toBe(GOLDEN);
  });
});

describe('parseManifest', () => {
  test('reads what serializeManifest writes', () => {
    expect(parseManifest(GOLDEN, 'manifest.json')).toEqual(MANIFEST);
    expect(serializeManifest(parseManifest(GOLDEN, 'manifest.json'))).toBe(GOLDEN);
  });

  test('reads an empty manifest', () => {
    const text = serializeManifest({ version: 1, algorithm: 'md5', assets: {} });
    expect(parseManifest(text, 'manifest.json')).toEqual({ version: 1, algorithm: 'md5', assets: {} });
  });

  /** The golden document, changed in one place. */
  const edited = (change: (document: Record<string, unknown> & { assets: Record<string, unknown> }) => void): string => {
    const document = JSON.parse(GOLDEN) as Parameters<typeof change>[0];
    change(document);
    return JSON.stringify(document);
  };
  const editedEntry = (entry: object) =>
    edited(({ assets }) => {
      assets['/css/site.css'] = { ...SITE, ...entry };
    });

  test.each([
    ['cut short', GOLDEN.slice(0, -20), /cut short/],
    ['empty', '', /cut short/],
    ['null', 'null', /not an object/],
    ['an array', '[]', /not an object/],
    ['of a later version', edited((document) => Object.assign(document, { version: 2 })), /version 2/],
    ['of a version in quotes', edited((document) => Object.assign(document, { version: '1' })), /version "1"/],
    ['without a version', edited((document) => delete document.version), /version undefined/],
    ['without an algorithm', edited((document) => delete document.algorithm), /"algorithm"/],
    ['of an algorithm that is none', edited((document) => Object.assign(document, { algorithm: 'crc32' })), /algorithm/],
    ['without assets', edited((document) => Object.assign(document, { assets: undefined })), /"assets"/],
    ['with a list of assets', edited((document) => Object.assign(document, { assets: [] })), /"assets"/],
    ['a path without a slash', edited(({ assets }) => Object.assign(assets, { 'a.css': SITE })), /"a\.css"/],
    ['an entry that is a string', edited(({ assets }) => Object.assign(assets, { '/css/site.css': SITE.url })), /"\/css\/site\.css"/],
    ['a hash that is none', editedEntry({ hash: 'latest' }), /"\/css\/site\.css"/],
    ['a hash in upper case', editedEntry({ hash: '4F2A9C01BE' }), /"\/css\/site\.css"/],
    ['no hash', editedEntry({ hash: '' }), /"\/css\/site\.css"/],
    ['a URL elsewhere', editedEntry({ url: 'https://evil.example/x.css' }), /"\/css\/site\.css"/],
    ['no integrity', editedEntry({ integrity: undefined }), /"\/css\/site\.css"/],
    ['a size in quotes', editedEntry({ size: '1834' }), /"\/css\/site\.css"/],
  ])('refuses one that is, or holds: %s', (_, text, why) => {
    expect(() => parseManifest(text, '/app/.smart-cache/manifest.json')).toThrow(
      smartCacheError('ERR_SMART_CACHE_MANIFEST_INVALID', {
        where: '/app/.smart-cache/manifest.json',
        why: expect.stringMatching(why),
        fix: expect.stringContaining('npx next-smart-cache build'),
      }),
    );
  });
});
