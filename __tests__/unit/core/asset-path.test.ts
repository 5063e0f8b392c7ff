import {
  compareAssetPaths,
  encodeAssetPath,
  fromHashedPath,
  isExternalUrl,
  possibleAssetPaths,
  splitExtension,
  splitSuffix,
  toHashedPath,
} from '../../../src/core/asset-path';

const HASH = '0123456789';

/** Asset path, its URL, its hashed path. */
const NAMES: readonly [assetPath: string, url: string, hashedPath: string][] = [
  ['/js/application.js', '/js/application.js', `/js/application.${HASH}.js`],
  ['/js/app.min.js', '/js/app.min.js', `/js/app.min.${HASH}.js`],
  ['/a.b.c.d', '/a.b.c.d', `/a.b.c.${HASH}.d`],
  ['/IMG/Hero.JPG', '/IMG/Hero.JPG', `/IMG/Hero.${HASH}.JPG`],
  ['/LICENSE', '/LICENSE', `/LICENSE.${HASH}`],
  ['/v1.0/LICENSE', '/v1.0/LICENSE', `/v1.0/LICENSE.${HASH}`],
  ['/.htaccess', '/.htaccess', `/.htaccess.${HASH}`],
  ['/.eslintrc.json', '/.eslintrc.json', `/.eslintrc.${HASH}.json`],
  ['/dir/.config', '/dir/.config', `/dir/.config.${HASH}`],
  ['/ends-in-a-dot.', '/ends-in-a-dot.', `/ends-in-a-dot..${HASH}`],
  ['/two..dots', '/two..dots', `/two..${HASH}.dots`],
  ['/..js', '/..js', `/..${HASH}.js`],
  [`/lib.${HASH}.js`, `/lib.${HASH}.js`, `/lib.${HASH}.${HASH}.js`],
  [`/lib.${HASH}`, `/lib.${HASH}`, `/lib.${HASH}.${HASH}`],
  ['/my photo.jpg', '/my%20photo.jpg', `/my photo.${HASH}.jpg`],
  ['/50% off.png', '/50%25%20off.png', `/50% off.${HASH}.png`],
  ['/already%20encoded.png', '/already%2520encoded.png', `/already%20encoded.${HASH}.png`],
  ['/c#.txt', '/c%23.txt', `/c#.${HASH}.txt`],
  ['/what?.txt', '/what%3F.txt', `/what?.${HASH}.txt`],
  ['/a&b.txt', '/a%26b.txt', `/a&b.${HASH}.txt`],
  ['/a+b.txt', '/a%2Bb.txt', `/a+b.${HASH}.txt`],
  ['/12:30.txt', '/12%3A30.txt', `/12:30.${HASH}.txt`],
  ['/a*b.txt', '/a*b.txt', `/a*b.${HASH}.txt`],
  ['/[id]/{x}.txt', '/%5Bid%5D/%7Bx%7D.txt', `/[id]/{x}.${HASH}.txt`],
  ['/(group)/x.txt', '/(group)/x.txt', `/(group)/x.${HASH}.txt`],
  [`/it's "quoted".txt`, `/it's%20%22quoted%22.txt`, `/it's "quoted".${HASH}.txt`],
  ['/line\nbreak.txt', '/line%0Abreak.txt', `/line\nbreak.${HASH}.txt`],
  ['/🚀.png', '/%F0%9F%9A%80.png', `/🚀.${HASH}.png`],
  ['/caf\u00e9.txt', '/caf%C3%A9.txt', `/caf\u00e9.${HASH}.txt`],
  ['/cafe\u0301.txt', '/cafe%CC%81.txt', `/cafe\u0301.${HASH}.txt`],
];

describe.each(NAMES)('%j', (assetPath, url, hashedPath) => {
  test('is encoded for a URL, segment by segment', () => {
    expect(encodeAssetPath(assetPath)).toBe(url);
    expect(decodeURIComponent(encodeAssetPath(assetPath))).toBe(assetPath);
  });

  test('takes the hash in front of its extension, and gives it back', () => {
    expect(toHashedPath(assetPath, HASH)).toBe(hashedPath);
    expect(fromHashedPath(hashedPath)).toBe(assetPath);
  });
});

test('composed and decomposed names stay two names', () => {
  expect(encodeAssetPath('/caf\u00e9.txt')).not.toBe(encodeAssetPath('/cafe\u0301.txt'));
});

test.each([
  ['/js/app.min.js', '/js/app.min', '.js'],
  ['/v1.0/LICENSE', '/v1.0/LICENSE', ''],
  ['/.htaccess', '/.htaccess', ''],
  ['/ends-in-a-dot.', '/ends-in-a-dot.', ''],
])('%j is the stem %j and the extension %j', (assetPath, stem, extension) => {
  expect(splitExtension(assetPath)).toEqual({ stem, extension });
});

test.each([
  ['/a.js', '/a.js', ''],
  ['/a.js?v=1', '/a.js', '?v=1'],
  ['/a.svg#icon', '/a.svg', '#icon'],
  ['/a.svg?v=1#icon', '/a.svg', '?v=1#icon'],
  ['/a.svg#icon?', '/a.svg', '#icon?'],
  ['?v=1', '', '?v=1'],
])('%j is the path %j and the suffix %j', (url, path, suffix) => {
  expect(splitSuffix(url)).toEqual({ path, suffix });
});

test.each([
  ['https://cdn.example.com/a.js', true],
  ['HTTPS://CDN.EXAMPLE.COM/a.js', true],
  ['//cdn.example.com/a.js', true],
  ['data:text/css,*{}', true],
  ['blob:https://example.com/1', true],
  ['web+app:x', true],
  ['/a.js', false],
  ['/https://x', false],
  ['/12:30.js', false],
  ['a.js', false],
  ['./a:b.js', false],
  ['', false],
  ['?u=https://x', false],
])('tells whether %j is external: %j', (url, expected) => {
  expect(isExternalUrl(url)).toBe(expected);
});

test.each([
  ['/a.js', ['/a.js']],
  ['/a.js?v=1#x', ['/a.js?v=1#x', '/a.js']],
  ['/my%20photo.jpg', ['/my%20photo.jpg', '/my photo.jpg']],
  ['/my%20photo.jpg?v=1', ['/my%20photo.jpg?v=1', '/my%20photo.jpg', '/my photo.jpg']],
  ['/what%3F.jpg?v=1', ['/what%3F.jpg?v=1', '/what%3F.jpg', '/what?.jpg']],
  ['/100%.jpg', ['/100%.jpg']],
])('%j may mean %j, tried in that order', (written, meanings) => {
  expect(possibleAssetPaths(written)).toEqual(meanings);
});

test('asset paths are ordered by code unit, whatever the locale', () => {
  const paths = ['/b', '/a/x', '/a-x', '/B', '/\u00e4', '/a', '/z'];
  expect([...paths].sort(compareAssetPaths)).toEqual(['/B', '/a', '/a-x', '/a/x', '/b', '/z', '/\u00e4']);
  expect(compareAssetPaths('/a', '/a')).toBe(0);
});
