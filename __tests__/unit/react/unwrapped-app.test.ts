import { EMPTY_RENDER_MANIFEST } from '../../../src/core/render-manifest';
import { WRAPPED_BY } from '../../../src/core/shared-globals';
import { enterNextProcess } from '../support/next-process';
import { smartCacheError } from '../support/smart-cache-error';

let warned: jest.SpyInstance;
beforeEach(() => {
  warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

const BUILD = 'phase-production-build';

/** `asset()` with the empty manifest, in a process of its own as far as this package can tell. */
function unwiredIn(env: Readonly<Record<string, string | undefined>>): (path: string) => string {
  enterNextProcess({}, { env: { NEXT_RUNTIME: undefined, NEXT_PHASE: undefined, [WRAPPED_BY]: undefined, ...env } });
  let resolve: ((path: string) => { url: string }) | undefined;
  jest.isolateModules(() => {
    const { createResolver } = require('../../../src/react/asset') as typeof import('../../../src/react/asset');
    resolve = createResolver(EMPTY_RENDER_MANIFEST);
  });
  return (path) => resolve?.(path).url ?? '';
}

test.each<[string, Record<string, string | undefined>]>([
  ['a plain script', { NODE_ENV: undefined }],
  ['a script in production', { NODE_ENV: 'production' }],
  ['next/jest, whose config is wrapped', { NODE_ENV: 'test', NEXT_RUNTIME: 'nodejs', [WRAPPED_BY]: '1', NEXT_PHASE: BUILD }],
])('returns the original path and prints nothing: %s', (_, env) => {
  expect(unwiredIn(env)('/js/app.js')).toBe('/js/app.js');
  expect(warned).not.toHaveBeenCalled();
});

test.each<[string, Record<string, string>]>([
  ['next dev', { NODE_ENV: 'development' }],
  ['next build', { NEXT_PHASE: BUILD }],
])('warns once in %s if the config of the app is not wrapped', (_, env) => {
  const asset = unwiredIn({ NEXT_RUNTIME: 'nodejs', ...env });
  expect([asset('/js/a.js'), asset('/js/b.js')]).toEqual(['/js/a.js', '/js/b.js']);
  expect(warned.mock.calls).toEqual([[expect.stringMatching(/not wrapped\n.*Fix: write "export default withSmartCache\(nextConfig\)"/)]]);
});

test('stops next build if the config is wrapped and its aliases are not used', () => {
  const asset = unwiredIn({ [WRAPPED_BY]: '1', NEXT_PHASE: BUILD });
  for (let time = 0; time < 2; time++) {
    expect(() => asset('/js/app.js')).toThrow(
      smartCacheError('ERR_SMART_CACHE_CONFIG_DROPPED', {
        why: expect.stringContaining('turbopack.resolveAlias'),
        fix: expect.stringMatching(/outermost.*transpilePackages.*next\.config/s),
      }),
    );
  }
});

test('warns of the same in next dev, once', () => {
  const asset = unwiredIn({ [WRAPPED_BY]: '1', NODE_ENV: 'development', NEXT_RUNTIME: 'nodejs' });
  expect([asset('/js/a.js'), asset('/js/b.js')]).toEqual(['/js/a.js', '/js/b.js']);
  expect(warned.mock.calls).toEqual([[expect.stringContaining('turbopack.resolveAlias')]]);
});

test('ignores external URLs', () => {
  expect(unwiredIn({ [WRAPPED_BY]: '1', NEXT_PHASE: BUILD })('https://example.com/a.js')).toBe('https://example.com/a.js');
});
