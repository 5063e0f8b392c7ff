import { packAssetPaths, type RenderManifest } from '../../../src/core/render-manifest';
import { sharedGlobals } from '../../../src/core/shared-globals';
import { componentsOf, MANIFEST } from '../support/components';
import { enterNextProcess } from '../support/next-process';
import { smartCacheError } from '../support/smart-cache-error';

const shared = sharedGlobals();
let warned: jest.SpyInstance;
beforeEach(() => {
  jest.useFakeTimers();
  warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  delete shared.newestManifest;
  Reflect.deleteProperty(globalThis, 'window');
});

let count = 0;
/** Two files of a folder that no other test asks for: each glob is said once in a process. */
function twoFlags() {
  const folder = `/flags-${count++}`;
  return { glob: `${folder}/**`, one: `${folder}/de.svg`, other: `${folder}/fr.svg` };
}

const lacking = (...assetPaths: string[]): RenderManifest => ({ ...MANIFEST, basePath: '/docs', unlisted: packAssetPaths(assetPaths) });

describe.each([
  ['next build', { NEXT_PHASE: 'phase-production-build' }],
  ['a running site', { NEXT_PHASE: 'phase-production-server' }],
])('in %s', (_, env) => {
  test('renders the plain URL of a file that the browser has no entry for, and warns once with the glob to add', () => {
    enterNextProcess({}, { env });
    const { glob, one, other } = twoFlags();
    const { asset } = componentsOf(lacking(one, other));
    for (const path of [one, other, `${one}?v=1`]) expect(asset(path)).toBe(`/docs${path}`);
    expect(warned.mock.calls).toEqual([[expect.stringContaining(`clientAssets: ['${glob}']`)]]);
    expect(warned.mock.calls[0]).toEqual([expect.stringContaining(one)]);
  });
});

test('still fails next build for a file of that folder that is not in public/', () => {
  enterNextProcess({}, { env: { NEXT_PHASE: 'phase-production-build' } });
  const { one, other } = twoFlags();
  const { asset } = componentsOf(lacking(one));
  asset(one);
  expect(() => asset(other)).toThrow(
    smartCacheError('ERR_SMART_CACHE_ASSET_MISSING', { where: `${other}, asked for by asset()`, fix: `did you mean "${one}"?` }),
  );
});

describe('in development, where every file has an entry', () => {
  const PATIENCE_MS = 5000;

  /** Client code in the dev server, or in a browser. */
  function develop(where: 'server' | 'browser', manifest: RenderManifest) {
    enterNextProcess({}, { env: { NODE_ENV: 'development' } });
    if (where === 'browser') Object.assign(globalThis, { window: {} });
    return componentsOf(manifest);
  }
  /** `/js/app.js` is in `MANIFEST`; a path of one's own is said only once. */
  function found() {
    const { glob, one, other } = twoFlags();
    const manifest = lacking(one);
    return { glob, one, other, manifest: { ...manifest, assets: { ...manifest.assets, [one]: `${one}-hashed` } } };
  }

  test.each(['server', 'browser'] as const)('prints on the %s which entries production would lack, once, after a while', (where) => {
    const { glob, one, manifest } = found();
    // A server's list is kept by `withSmartCache`; a browser has what its modules bring.
    if (where === 'server') shared.newestManifest = manifest;
    const { asset } = develop(where, manifest);
    for (let time = 0; time < 3; time++) expect(asset(one)).toBe(`${one}-hashed`);
    jest.advanceTimersByTime(PATIENCE_MS - 1);
    expect(warned).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    asset(one);
    jest.runAllTimers();
    expect(warned.mock.calls).toEqual([[expect.stringContaining(`clientAssets: ['${glob}']`)]]);
  });

  test('prints nothing about a path that the source names, or that it names by now', () => {
    const { one, manifest } = found();
    shared.newestManifest = manifest;
    const { asset } = develop('server', manifest);
    asset('/js/app.js');
    asset(one);
    shared.newestManifest = { ...manifest, unlisted: '' };
    jest.runAllTimers();
    expect(warned).not.toHaveBeenCalled();
  });

  test('takes the newest list in a browser from the module that was compiled last', () => {
    const { one, manifest } = found();
    const { asset } = develop('browser', manifest);
    asset(one);
    componentsOf({ ...manifest, unlisted: '' });
    jest.runAllTimers();
    expect(warned).not.toHaveBeenCalled();
  });

  test('keeps the newest list on a server if an older module runs', () => {
    const { one, manifest } = found();
    shared.newestManifest = { ...manifest, unlisted: '' };
    const { asset } = develop('server', manifest);
    asset(one);
    jest.runAllTimers();
    expect(warned).not.toHaveBeenCalled();
  });

  test('finds a file that is newer than the module that asks for it, and the new URL of an edited file', () => {
    shared.newestManifest = { ...MANIFEST, assets: { '/css/new.css': '/css/new.0123456789.css', '/js/app.js': '/js/app.9876543210.js' } };
    const { asset } = develop('server', MANIFEST);
    expect(asset('/css/new.css')).toBe('/css/new.0123456789.css');
    expect(asset('/js/app.js')).toBe('/js/app.9876543210.js');
    expect(warned).not.toHaveBeenCalled();
    // This manifest belongs to another app in the same process.
    expect(develop('server', { ...MANIFEST, basePath: '/other' }).asset('/js/app.js')).toBe('/js/app.0123456789.js');
    const { onMissing: _, ...unwired } = MANIFEST;
    expect(develop('server', unwired).asset('/css/new.css')).toBe('/css/new.css');
  });

  test('prints nothing if no process keeps the newest list, as in the edge runtime', () => {
    const { one, manifest } = found();
    develop('server', manifest).asset(one);
    jest.runAllTimers();
    expect(warned).not.toHaveBeenCalled();
  });
});
