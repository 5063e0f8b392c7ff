import { declareAssetPaths } from '../../../src/core/public-folder';

const namesIn = (text: string) => [...text.matchAll(/^ {6}\| (".*")/gm)].map(([, literal]) => JSON.parse(literal ?? '') as string);

test('writes the declaration file', () => {
  expect(
    declareAssetPaths(['/js/b.js', '/js/a.js', '/robots.txt']),
  ).toBe(`// Written by next-smart-cache from the files in public/; do not edit.

declare module 'next-smart-cache' {
  interface PublicFolder {
    assetPath:
      | "/js/a.js"
      | "/js/b.js"
      | "/robots.txt";
  }
}

export {};
`);
});

test('declares no path for an empty folder', () => {
  expect(declareAssetPaths([])).toContain('    assetPath: never;\n');
});

test('writes the same bytes for any order of the files', () => {
  const paths = ['/ä.js', '/a.js', '/Z.js', '/a/b.js', '/a-b.js'];
  expect(declareAssetPaths([...paths].reverse())).toBe(declareAssetPaths(paths));
  expect(namesIn(declareAssetPaths(paths))).toEqual(['/Z.js', '/a-b.js', '/a.js', '/a/b.js', '/%C3%A4.js', '/ä.js'].sort());
});

test.each([
  ['needs no encoding', '/img/a-b_c.min.js', []],
  ['has a space', '/my photo.jpg', ['/my%20photo.jpg']],
  ['has a percent sign', '/50%.png', ['/50%25.png']],
  ['has a question mark or a number sign', '/a?b#c.png', ['/a%3Fb%23c.png']],
  ['has signs that only a query needs encoded', '/logo@2x,$a+b&c=d;e:f.png', []],
  ['has both', '/my logo@2x.png', ['/my%20logo@2x.png']],
  ['has what looks encoded', '/a%40.png', ['/a%2540.png']],
])('a name that %s', (_, assetPath, others) => {
  expect(namesIn(declareAssetPaths([assetPath]))).toEqual([assetPath, ...others].sort());
});

test('declares a name once that is also the spelling of another file', () => {
  expect(namesIn(declareAssetPaths(['/a b.js', '/a%20b.js']))).toEqual(['/a b.js', '/a%20b.js', '/a%2520b.js']);
});

test.each(['"', "'", '\\', '\n', '\r', '\t', '\u0000', '\u2028', '\u2029', '`$' + '{', '*/', '🦔'])(
  'a name with %j is one string on one line',
  (odd) => {
    expect(namesIn(declareAssetPaths([`/${odd}.js`]))).toContain(`/${odd}.js`);
  },
);
