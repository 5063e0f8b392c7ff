import { assetPathMatcher } from '../../../src/core/asset-path-globs';
import { findUnlisted, globForNeighbours, packAssetPaths, unpackAssetPaths } from '../../../src/core/render-manifest';

const PATHS = ['/flags/de.svg', '/flags/my flag.svg', '/img/what?.png', '/line\nbreak.js'];
const PACKED = packAssetPaths(PATHS);

test('unpacks the packed paths, also an empty list', () => {
  expect(unpackAssetPaths(PACKED)).toEqual(PATHS);
  expect(unpackAssetPaths(packAssetPaths([]))).toEqual([]);
  expect(unpackAssetPaths(undefined)).toEqual([]);
});

test.each([
  ['/flags/de.svg', '/flags/de.svg'],
  ['/flags/de.svg?v=1#x', '/flags/de.svg'],
  ['/flags/my%20flag.svg', '/flags/my flag.svg'],
  ['/img/what?.png', '/img/what?.png'],
  ['/flags/de', undefined],
  ['/de.svg', undefined],
  ['flags/de.svg', undefined],
  ['', undefined],
])('finds for %j the file %j', (written, assetPath) => {
  expect(findUnlisted(PACKED, written)).toBe(assetPath);
  expect(findUnlisted(undefined, written)).toBeUndefined();
  expect(findUnlisted('', written)).toBeUndefined();
});

test.each([
  ['/flags/de.svg', '/flags/**'],
  ['/img/flags/de.svg', '/img/flags/**'],
  ['/logo.svg', '/logo.svg'],
  ['/[lang]/(a)/x.svg', '/?lang?/?a?/**'],
  ['/icons@2x/{1}.svg', '/icons@2x/**'],
  ['/!(a)*.svg', '/??a??.svg'],
])('makes for %s and its neighbours the glob %s, which matches the file', (assetPath, glob) => {
  expect(globForNeighbours(assetPath)).toBe(glob);
  expect(assetPathMatcher([glob.slice(1)])(assetPath)).toBe(true);
});
