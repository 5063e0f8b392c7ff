import type { RenderManifest } from '../../../src/core/render-manifest';
import { componentsOf, MANIFEST } from '../support/components';
import { enterNextProcess } from '../support/next-process';
import { smartCacheError } from '../support/smart-cache-error';

let warned: jest.SpyInstance;
beforeEach(() => {
  warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

let count = 0;
/** A path that no other test asks for: each is said once in a process. */
const unknownPath = () => `/completely/unknown-${count++}.woff2`;

const BUILD = { NEXT_PHASE: 'phase-production-build' };

describe('in next build', () => {
  test('a path that is not known stops it, with the nearest names', () => {
    enterNextProcess({}, { env: BUILD });
    expect(() => componentsOf().asset('/js/ap.js')).toThrow(
      smartCacheError('ERR_SMART_CACHE_ASSET_MISSING', { where: '/js/ap.js', fix: 'did you mean "/js/app.js" or "/js/cdn.js"?' }),
    );
    expect(warned).not.toHaveBeenCalled();
  });

  test('every time, not only the first', () => {
    enterNextProcess({}, { env: BUILD });
    const { asset } = componentsOf();
    const path = unknownPath();
    for (let time = 0; time < 2; time++) expect(() => asset(path)).toThrow(smartCacheError('ERR_SMART_CACHE_ASSET_MISSING'));
  });

  test('nothing like it: the message says what to do all the same', () => {
    enterNextProcess({}, { env: BUILD });
    expect(() => componentsOf().asset('/completely/different.woff2')).toThrowErrorMatchingInlineSnapshot(`
"public/ has no file for an asset path: /completely/different.woff2
  Why: the name is mistyped, or the file is not there
  Fix: add the file to public/, or correct the path in your source"
`);
  });

  test('a path without a slash in front is told so', () => {
    enterNextProcess({}, { env: BUILD });
    expect(() => componentsOf().asset('js/app.js')).toThrow(
      smartCacheError('ERR_SMART_CACHE_ASSET_MISSING', { why: 'asset paths begin with "/"', fix: 'did you mean "/js/app.js"?' }),
    );
  });

  test('the query is no part of the name', () => {
    enterNextProcess({}, { env: BUILD });
    expect(() => componentsOf().asset('/unknown.js?v=1')).toThrow(
      smartCacheError('ERR_SMART_CACHE_ASSET_MISSING', { where: '/unknown.js' }),
    );
  });

  test("onMissing: 'warn' softens it", () => {
    enterNextProcess({}, { env: BUILD });
    const path = unknownPath();
    expect(componentsOf({ ...MANIFEST, onMissing: 'warn' }).asset(path)).toBe(path);
    expect(warned).toHaveBeenCalledTimes(1);
  });
});

describe.each([
  ['in development', { NODE_ENV: 'development', NEXT_PHASE: 'phase-development-server' }],
  ['in production', { NODE_ENV: 'production', NEXT_PHASE: 'phase-production-server' }],
  ['in production, on a host that sets no phase', { NODE_ENV: 'production', NEXT_PHASE: undefined }],
])('%s', (_, env) => {
  test('the original path comes back, with one warning per path', () => {
    enterNextProcess({}, { env });
    const { asset } = componentsOf();
    const [one, other] = [unknownPath(), unknownPath()];
    for (const path of [one, one, other, one]) expect(asset(path)).toBe(path);
    expect(warned.mock.calls).toEqual([
      [expect.stringMatching(`^next-smart-cache: .*${one}`)],
      [expect.stringMatching(`^next-smart-cache: .*${other}`)],
    ]);
  });
});

test('after the first time, a path that is not known costs no look at all the names', () => {
  enterNextProcess({}, { env: { NEXT_PHASE: undefined } });
  const listed = jest.fn();
  const assets = new Proxy(MANIFEST.assets, {
    ownKeys(target) {
      listed();
      return Reflect.ownKeys(target);
    },
  });
  const { asset } = componentsOf({ ...MANIFEST, assets });
  const path = unknownPath();
  for (let time = 0; time < 5; time++) asset(path);
  expect(listed).toHaveBeenCalledTimes(1);
});

test('where no app is wired up, nothing is said and nothing thrown', () => {
  enterNextProcess({}, { env: BUILD });
  const unwired: RenderManifest = { assets: {}, basePath: '' };
  const path = unknownPath();
  expect(componentsOf(unwired).asset(path)).toBe(path);
  expect(warned).not.toHaveBeenCalled();
});

test('a running site does not remember without end what visitors have asked for', () => {
  enterNextProcess({});
  const { asset } = componentsOf();
  for (let time = 0; time < 1500; time++) asset(unknownPath());
  expect(warned.mock.calls.length).toBeLessThanOrEqual(1000);
  expect(asset('/one/more.png')).toBe('/one/more.png');
});
