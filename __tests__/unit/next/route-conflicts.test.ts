import type { Manifest } from '../../../src/core/manifest-document';
import { deriveRewrites, REWRITE_STORE_URL } from '../../../src/core/rewrite-rules';
import { shapeBesideRoutes, warnOfReachedRoutes } from '../../../src/next/route-conflicts';
import { rewrite } from '../support/rewrites';
import { smartCacheError } from '../support/smart-cache-error';

afterEach(() => jest.restoreAllMocks());

const HASHED = '/js/app.2cf24dba5f.js';
const manifest: Manifest = {
  version: 1,
  algorithm: 'sha256',
  assets: { '/js/app.js': { hash: '2cf24dba5f', url: HASHED, integrity: 'sha256-x', size: 5 } },
};
const beside = (routes: readonly string[]) =>
  shapeBesideRoutes({ manifest, plainPaths: [], keptPlain: [], routes: routes.map((path) => ({ path, isHandler: false })) }, 10);

test('a route that looks hashed stays the app’s, and hashed paths are found as before', () => {
  const { shape, routesReached } = beside(['/js/own.0123456789.js', '/', '/js/[...slug]']);
  const { beforeFiles } = deriveRewrites(shape, 'serve-current');
  expect(rewrite(beforeFiles, '/js/own.0123456789.js')).toBeUndefined();
  expect(rewrite(beforeFiles, HASHED)).toBe(REWRITE_STORE_URL + HASHED);
  expect(routesReached).toEqual(['/js/[...slug]']);
});

test('a made-up hash does not reach a route', () => {
  const { shape, routesReached } = beside(['/js/feed.js']);
  const { beforeFiles } = deriveRewrites(shape, 'serve-current');
  expect(rewrite(beforeFiles, '/js/feed.0123456789.js')).toBeUndefined();
  expect(rewrite(beforeFiles, HASHED)).toBe(REWRITE_STORE_URL + HASHED);
  expect(routesReached).toEqual([]);
});

test('returns routes that a made-up hash reaches, if they are too many to leave out of the shape', () => {
  const routes = Array.from({ length: 50 }, (_, index) => `/js/feed-${index}.js`);
  const { shape, routesReached } = beside(routes);
  expect(shape).toEqual(beside([]).shape);
  expect(routesReached).toEqual(routes);
});

test('ignores routes in other folders', () => {
  expect(beside(['/account/own.0123456789.js', '/[[...slug]]'])).toEqual(beside([]));
});

test.each([HASHED, '/js/APP.2cf24dba5f.js'])('throws if a route is the hashed URL of a file: %s', (route) => {
  expect(() => beside([route])).toThrow(smartCacheError('ERR_SMART_CACHE_ROUTE_CONFLICT', { where: route }));
});

test('throws if there are more routes than the rewrites have room for', () => {
  const routes = Array.from({ length: 50 }, (_, index) => `/js/own-${index}.0123456789.js`);
  expect(() => beside(routes)).toThrow(smartCacheError('ERR_SMART_CACHE_ROUTE_CONFLICT', { fix: expect.stringContaining('exclude') }));
});

test('prints one line for a route, with what happens and what to do', () => {
  const warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
  warnOfReachedRoutes(['/img/[...slug]'], 10, '.png');
  expect(warned.mock.calls).toEqual([
    [
      expect.stringMatching(
        /^next-smart-cache: the route \/img\/\[\.\.\.slug\] .*\/img\/name\.0000000000\.png.*delivery: 'static'.*'\/img\/\*\*'[^\n]*$/,
      ),
    ],
  ]);
});

test('throws if routes push another folder out of the shape, since the URLs of the manifest stay', () => {
  const looksHashed = (folder: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${folder}/${'x'.repeat(40)}-${index}.0123456789.js`);
  const assetPaths = ['/aa/m.js', '/bb/m.js', ...looksHashed('/aa', 4), ...looksHashed('/bb', 5)];
  const routes = looksHashed('/aa', 6)
    .slice(4)
    .map((path) => ({ path, isHandler: false }));
  const input = { manifest, plainPaths: assetPaths, keptPlain: assetPaths };
  expect([...(shapeBesideRoutes({ ...input, routes: [] }, 10).shape?.linkedDirectly ?? [])]).toEqual(['bb']);
  expect(() => shapeBesideRoutes({ ...input, routes }, 10)).toThrow(smartCacheError('ERR_SMART_CACHE_ROUTE_CONFLICT', {}));
});
