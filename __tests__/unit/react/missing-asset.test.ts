import fs from 'node:fs';
import path from 'node:path';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import type { RenderManifest } from '../../../src/core/render-manifest';
import { MISSING_ASSETS_FILE } from '../../../src/core/shared-globals';
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
  test('stops at an unknown path, with the nearest names', () => {
    enterNextProcess({}, { env: BUILD });
    expect(() => componentsOf().asset('/js/ap.js')).toThrow(
      smartCacheError('ERR_SMART_CACHE_ASSET_MISSING', {
        where: '/js/ap.js, asked for by asset()',
        fix: 'did you mean "/js/app.js"?',
      }),
    );
    expect(warned).not.toHaveBeenCalled();
  });

  test('stops each time, not only the first time', () => {
    enterNextProcess({}, { env: BUILD });
    const { asset } = componentsOf();
    const path = unknownPath();
    for (let time = 0; time < 2; time++) expect(() => asset(path)).toThrow(smartCacheError('ERR_SMART_CACHE_ASSET_MISSING'));
  });

  test('says what to do, also if no name resembles the path', () => {
    enterNextProcess({}, { env: BUILD });
    expect(() => componentsOf().asset('/completely/different.woff2')).toThrowErrorMatchingInlineSnapshot(`
"public/ has no file for an asset path: /completely/different.woff2, asked for by asset()
  Why: the name is mistyped, or the file is not there
  Fix: add the file to public/, or correct the path in your source
  See: node_modules/next-smart-cache/docs/ERRORS.md#err_smart_cache_asset_missing"
`);
  });

  test('says that a path lacks its slash in front', () => {
    enterNextProcess({}, { env: BUILD });
    expect(() => componentsOf().asset('js/app.js')).toThrow(
      smartCacheError('ERR_SMART_CACHE_ASSET_MISSING', { why: 'asset paths begin with "/"', fix: 'did you mean "/js/app.js"?' }),
    );
  });

  test('leaves the query out of the name', () => {
    enterNextProcess({}, { env: BUILD });
    expect(() => componentsOf().asset('/unknown.js?v=1')).toThrow(
      smartCacheError('ERR_SMART_CACHE_ASSET_MISSING', { where: '/unknown.js, asked for by asset()' }),
    );
  });

  test("only warns under onMissing: 'warn'", () => {
    enterNextProcess({}, { env: BUILD });
    const path = unknownPath();
    expect(componentsOf({ ...MANIFEST, onMissing: 'warn' }).asset(path)).toBe(path);
    expect(warned).toHaveBeenCalledTimes(1);
  });
});

describe('in next build, if withSmartCache has set a file to record in', () => {
  function enterRecordedBuild(folder = '.') {
    const file = path.join(enterNextProcess({}, { env: BUILD }), folder, 'record.jsonl');
    Object.assign(process.env, { [MISSING_ASSETS_FILE]: file });
    const lines = () => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n') : []);
    return { recorded: () => lines().map((line): unknown => JSON.parse(line)) };
  }

  test('goes on rendering with the plain URL, and records each path once with what asked for it', () => {
    const { recorded } = enterRecordedBuild();
    const { asset, CachedScript } = componentsOf({ ...MANIFEST, basePath: '/docs' });
    const urls = ['/js/ap.js', '/js/ap.js?v=1', '/js/ap.js#top'].map((written) => asset(written));
    const html = renderToString(createElement(CachedScript, { src: '/js/ap.js' }));
    expect(urls).toEqual(['/docs/js/ap.js', '/docs/js/ap.js?v=1', '/docs/js/ap.js#top']);
    expect(html).toContain('src="/docs/js/ap.js"');
    expect(recorded()).toEqual([
      { path: '/js/ap.js', component: 'asset()', nearest: ['/js/app.js'] },
      { path: '/js/ap.js', component: '<CachedScript>', nearest: ['/js/app.js'] },
    ]);
    expect(warned).not.toHaveBeenCalled();
  });

  test('fails at once if the file cannot be written', () => {
    enterRecordedBuild('no/such/folder');
    expect(() => componentsOf().asset('/js/ap.js')).toThrow(smartCacheError('ERR_SMART_CACHE_ASSET_MISSING'));
  });

  test('fails at once in the edge runtime, which lacks the functions of Node', () => {
    const { recorded } = enterRecordedBuild();
    const { getBuiltinModule } = process;
    Object.assign(process, { getBuiltinModule: undefined });
    expect(() => componentsOf().asset('/js/ap.js')).toThrow(smartCacheError('ERR_SMART_CACHE_ASSET_MISSING'));
    Object.assign(process, { getBuiltinModule });
    expect(recorded()).toEqual([]);
  });

  test("records nothing under onMissing: 'warn'", () => {
    const { recorded } = enterRecordedBuild();
    const missing = unknownPath();
    expect(componentsOf({ ...MANIFEST, onMissing: 'warn' }).asset(missing)).toBe(missing);
    expect(recorded()).toEqual([]);
  });
});

describe('in development', () => {
  beforeEach(() => {
    enterNextProcess({}, { env: { NODE_ENV: 'development', NEXT_PHASE: 'phase-development-server' } });
  });

  test('names the component in the message', () => {
    const { CachedStyle } = componentsOf();
    const missing = unknownPath();
    renderToString(createElement(CachedStyle, { href: missing }));
    expect(warned.mock.calls).toEqual([[expect.stringContaining(`${missing}, asked for by <CachedStyle>`)]]);
  });

  test('does not repeat the message after a hot update, which evaluates the module again', () => {
    const missing = unknownPath();
    componentsOf().asset(missing);
    jest.isolateModules(() => {
      const anew = require('../support/components') as { componentsOf: typeof componentsOf };
      expect(anew.componentsOf).not.toBe(componentsOf);
      anew.componentsOf().asset(missing);
    });
    expect(warned).toHaveBeenCalledTimes(1);
  });

  test('repeats the message for a file that was restored and removed again', () => {
    const missing = unknownPath();
    const without = componentsOf();
    const withIt = componentsOf({ ...MANIFEST, assets: { ...MANIFEST.assets, [missing]: `${missing}?hashed` } });
    for (const { asset } of [without, without, withIt, without, without]) asset(missing);
    expect(warned).toHaveBeenCalledTimes(2);
  });
});

describe.each([
  ['in development', { NODE_ENV: 'development', NEXT_PHASE: 'phase-development-server' }],
  ['in production', { NODE_ENV: 'production', NEXT_PHASE: 'phase-production-server' }],
  ['in production, on a host that sets no phase', { NODE_ENV: 'production', NEXT_PHASE: undefined }],
])('%s', (_, env) => {
  test('returns the original path, with one warning per path', () => {
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

test('compares an unknown path with all names only the first time', () => {
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

test('prints and throws nothing outside of a wrapped app', () => {
  enterNextProcess({}, { env: BUILD });
  const unwired: RenderManifest = { assets: {}, basePath: '' };
  const path = unknownPath();
  expect(componentsOf(unwired).asset(path)).toBe(path);
  expect(warned).not.toHaveBeenCalled();
});

test('limits the number of paths that a running site remembers', () => {
  enterNextProcess({});
  const { asset } = componentsOf();
  for (let time = 0; time < 1500; time++) asset(unknownPath());
  expect(warned.mock.calls.length).toBeLessThanOrEqual(1000);
  expect(asset('/one/more.png')).toBe('/one/more.png');
});
