import fs from 'node:fs';
import path from 'node:path';
import type { NextConfig } from 'next';
import { REWRITE_STORE_URL, type RewriteRule, STORE_URL } from '../../../src/core/rewrite-rules';
import { WRAPPED_BY } from '../../../src/core/shared-globals';
import { registeredOptions, whileReadingOnly } from '../../../src/next/environment';
import type { NextConfigFunction } from '../../../src/next/next-config';
import { withSmartCache } from '../../../src/next/with-smart-cache';
import { listFiles, readFiles } from '../../support/folders';
import { writeFiles } from '../../support/temporary-folder';
import { enterNextProcess, fromConfigFile, type NextProcess } from '../support/next-process';
import { rewrite } from '../support/rewrites';
import { smartCacheError } from '../support/smart-cache-error';

// Without it, the tasks for the end of a build run at the end of the tests.
jest.mock('../../../src/next/environment', () => ({
  ...jest.requireActual<object>('../../../src/next/environment'),
  whenBuildSucceeds: jest.fn(),
}));
jest.mock('../../../src/pipeline/watcher', () => ({
  ...jest.requireActual<object>('../../../src/pipeline/watcher'),
  watchPublicFolder() {},
  watchSource() {},
}));

let said: jest.SpyInstance;
beforeEach(() => {
  said = jest.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

const FILES = { 'public/js/app.js': 'hello', 'public/robots.txt': '' };
const HASHED = '/js/app.2cf24dba5f.js';

const enterApp = (process?: NextProcess) => enterNextProcess(FILES, process);

/** An app with the JSX runtime, and with the files of Next that its modules name. */
const RUNTIME = {
  'jsconfig.json': '{ "compilerOptions": { "jsxImportSource": "next-smart-cache" } }',
  'node_modules/next/image.js': '',
  'node_modules/next/script.js': '',
};

/** Freezes all the way down, so that a write anywhere throws. */
function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}

type Rewrites = { beforeFiles: RewriteRule[]; afterFiles: RewriteRule[]; fallback: RewriteRule[] };
const rewritesOf = async (config: NextConfig) => (await config.rewrites?.()) as Rewrites;

/** Calls the config's `webpack` as Next does. */
function webpackWith(config: NextConfig, webpackConfig: object = {}, context: object = {}): { resolve: { alias: Record<string, string> } } {
  return config.webpack?.(webpackConfig, context as never);
}

const metadataOf = (root: string) => ({ projectDir: root, distDir: '.next' });

describe('the config it is given', () => {
  test('is not changed, however deep: frozen all the way down', async () => {
    const root = enterApp();
    const own: NextConfig = deepFreeze({
      basePath: '/docs',
      transpilePackages: ['ui'],
      images: { remotePatterns: [{ hostname: 'example.com' }] },
      turbopack: { resolveAlias: { lodash: 'lodash-es' }, rules: {} },
      compiler: { removeConsole: true },
      webpack: (config: object) => deepFreeze({ ...config, resolve: { alias: { own: '/own.js' } } }),
      rewrites: async () => deepFreeze({ beforeFiles: [{ source: '/a', destination: '/b' }], afterFiles: [], fallback: [] }),
    });
    const keys = Object.keys(own);
    const wrapped = withSmartCache(own);
    await rewritesOf(wrapped);
    webpackWith(wrapped, deepFreeze({ resolve: { alias: { react: '/react.js' } } }));
    await wrapped.compiler?.runAfterProductionCompile?.(metadataOf(root));
    expect(Object.keys(own)).toEqual(keys);
    expect(Object.getOwnPropertySymbols(own)).toEqual([]);
    expect(wrapped).not.toBe(own);
  });

  test('keeps every key, known or not', () => {
    enterApp();
    const symbol = Symbol('of another wrapper');
    const own = { reactStrictMode: true, unknownKey: { a: 1 }, env: { A: 'b' }, [symbol]: 'kept' };
    expect(withSmartCache(own as NextConfig)).toMatchObject(own);
  });

  test('may be absent', () => {
    enterApp();
    expect(withSmartCache()).toMatchObject({ transpilePackages: ['next-smart-cache'] });
  });

  test.each<[string, unknown, why: RegExp]>([
    ['null', null, /null/],
    ['a string', 'next.config.js', /string/],
    ['an array', [], /array/],
    ['a promise, which has no keys of a config', Promise.resolve({}), /promise/i],
    ['a number', 3, /number/],
    ['true', true, /boolean/],
    ['a function that returns nothing', () => undefined, /undefined/],
    ['a function that returns a string', () => 'next.config.js', /string/],
    ['a function that returns a function', () => () => ({}), /function/],
    ['a function that returns an array', () => [{}], /array/],
  ])('is refused when it is %s', (_, config, why) => {
    enterApp();
    const wrap = () => {
      const wrapped: unknown = withSmartCache(config as NextConfig);
      return typeof wrapped === 'function' ? wrapped('phase-production-build', {}) : wrapped;
    };
    expect(wrap).toThrow(smartCacheError('ERR_SMART_CACHE_CONFIG_INVALID', { why: expect.stringMatching(why) }));
  });

  test('is named differently from the result of a function', () => {
    enterApp();
    const wrapped = withSmartCache((() => undefined) as unknown as NextConfigFunction);
    expect(() => wrapped('phase-production-build', { defaultConfig: {} })).toThrow(
      smartCacheError('ERR_SMART_CACHE_CONFIG_INVALID', { where: expect.stringContaining('returned') }),
    );
  });

  test('may be an instance of a class', () => {
    enterApp();
    class Config {
      reactStrictMode = true;
    }
    expect(withSmartCache(new Config())).toMatchObject({ reactStrictMode: true, transpilePackages: ['next-smart-cache'] });
  });

  test('is refused when an async function returns nothing', async () => {
    enterApp();
    const wrapped = withSmartCache((async () => undefined) as unknown as () => Promise<NextConfig>);
    await expect(wrapped('phase-production-build', { defaultConfig: {} })).rejects.toThrow(
      smartCacheError('ERR_SMART_CACHE_CONFIG_INVALID'),
    );
  });

  test('is refused with an option of the wrong type, at once', () => {
    enterApp();
    expect(() => withSmartCache({}, { keep: -1 })).toThrow(smartCacheError('ERR_SMART_CACHE_OPTION_INVALID', { where: 'keep' }));
  });
});

describe('rewrites', () => {
  const own = (name: string): RewriteRule => ({ source: `/${name}`, destination: '/x' });
  const ours = {
    beforeFiles: [
      expect.objectContaining({ destination: `${STORE_URL}/:path` }),
      expect.objectContaining({ destination: `${REWRITE_STORE_URL}/:path` }),
    ],
    afterFiles: [expect.objectContaining({ destination: '/:stem.:extension' })],
  };

  test.each<[string, NextConfig['rewrites'] | undefined, own: Rewrites]>([
    ['absent', undefined, { beforeFiles: [], afterFiles: [], fallback: [] }],
    ['nothing', (async () => undefined) as unknown as NextConfig['rewrites'], { beforeFiles: [], afterFiles: [], fallback: [] }],
    ['an empty array', async () => [], { beforeFiles: [], afterFiles: [], fallback: [] }],
    [
      'an array, which means afterFiles',
      async () => [own('a'), own('b')],
      { beforeFiles: [], afterFiles: [own('a'), own('b')], fallback: [] },
    ],
    [
      'an object',
      async () => ({ beforeFiles: [own('a')], afterFiles: [own('b')], fallback: [own('c')] }),
      { beforeFiles: [own('a')], afterFiles: [own('b')], fallback: [own('c')] },
    ],
    ['an object with one of them', async () => ({ fallback: [own('c')] }), { beforeFiles: [], afterFiles: [], fallback: [own('c')] }],
    [
      'from a function that is not async',
      (() => [own('a')]) as unknown as NextConfig['rewrites'],
      { beforeFiles: [], afterFiles: [own('a')], fallback: [] },
    ],
  ])('%s: ours come first, then the config’s own', async (_, rewrites, { beforeFiles, afterFiles, fallback }) => {
    enterApp();
    expect(await rewritesOf(withSmartCache({ ...(rewrites && { rewrites }) }))).toEqual({
      beforeFiles: [...ours.beforeFiles, ...beforeFiles],
      afterFiles: [...ours.afterFiles, ...afterFiles],
      fallback,
    });
  });

  test.each<[string, unknown]>([
    ['a string', '/a'],
    ['a number', 3],
    ['an object with another key', { beforeFile: [own('a')] }],
    ['an object with something else in it', { beforeFiles: [own('a')], afterFiles: own('b') }],
  ])('that are %s come through as they are, for Next to refuse', async (_, nonsense) => {
    enterApp();
    expect(await withSmartCache({ rewrites: async () => nonsense as never }).rewrites?.()).toBe(nonsense);
  });

  test('may leave a key empty', async () => {
    enterApp();
    const { beforeFiles, fallback } = await rewritesOf(
      withSmartCache({ rewrites: async () => ({ beforeFiles: null, fallback: undefined }) as never }),
    );
    expect([beforeFiles, fallback]).toEqual([ours.beforeFiles, []]);
  });

  test('its own `rewrites` may use `this`', async () => {
    enterApp();
    const config = {
      prefix: '/own',
      async rewrites(this: { prefix: string }) {
        return [{ source: this.prefix, destination: '/x' }];
      },
    };
    expect((await rewritesOf(withSmartCache(config as unknown as NextConfig))).afterFiles).toContainEqual({
      source: '/own',
      destination: '/x',
    });
  });

  test('map a hashed path to the store, and a stale hash to the original', async () => {
    enterApp();
    const { beforeFiles, afterFiles } = await rewritesOf(withSmartCache({}));
    expect(rewrite(beforeFiles, HASHED)).toBe(REWRITE_STORE_URL + HASHED);
    expect(rewrite(afterFiles, REWRITE_STORE_URL + HASHED)).toBe('/js/app.js');
  });

  test('an error of its own comes through', async () => {
    enterApp();
    const failure = new Error('no rewrites today');
    await expect(rewritesOf(withSmartCache({ rewrites: () => Promise.reject(failure) }))).rejects.toBe(failure);
  });
});

describe('a config function', () => {
  const phase = 'phase-production-build';
  const context = { defaultConfig: { distDir: '.next' } };

  test('gives a function; a synchronous one stays synchronous', () => {
    enterApp();
    const wrapped = withSmartCache(() => ({ reactStrictMode: true }));
    expect(wrapped(phase, context)).toMatchObject({ reactStrictMode: true, transpilePackages: ['next-smart-cache'] });
  });

  test.each<[string, () => PromiseLike<NextConfig>]>([
    ['async', async () => ({ reactStrictMode: true })],
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library, or of another realm.
    ['thenable', () => ({ then: (resolve) => Promise.resolve({ reactStrictMode: true }).then(resolve) })],
  ])('an %s one gives a promise', async (_, makeConfig) => {
    enterApp();
    const wrapped = withSmartCache(makeConfig as () => Promise<NextConfig>)(phase, context);
    expect(wrapped).toHaveProperty('then');
    expect(await wrapped).toMatchObject({ reactStrictMode: true, transpilePackages: ['next-smart-cache'] });
  });

  test('gets all arguments', () => {
    enterApp();
    const makeConfig = jest.fn(() => ({}));
    (withSmartCache(makeConfig) as (...args: unknown[]) => unknown)(phase, context, 'whatever comes next');
    expect(makeConfig.mock.calls).toEqual([[phase, context, 'whatever comes next']]);
  });

  test('is not called before Next calls it', () => {
    enterApp();
    const makeConfig = jest.fn(() => ({}));
    withSmartCache(makeConfig);
    expect(makeConfig).not.toHaveBeenCalled();
  });

  test('may throw its own error', () => {
    enterApp();
    const failure = new Error('no config today');
    const wrapped = withSmartCache(() => {
      throw failure;
    });
    expect(() => wrapped(phase, context)).toThrow(failure);
  });

  test('gets the phase, by which we tell development from a build', async () => {
    const root = enterApp({ argv: ['dev'] });
    const config = await withSmartCache(() => ({}))('phase-development-server', context);
    const { beforeFiles, afterFiles } = await rewritesOf(config);
    expect(rewrite(beforeFiles, HASHED)).toBe('/js/app.js');
    expect(afterFiles).toEqual([]);
    expect(listFiles(path.join(root, '.next/cache/next-smart-cache/files'))).toEqual([]);
  });
});

describe('together with other wrappers', () => {
  /** Imitates other packages: returns an object for an object, and a function for a function. */
  const withOther =
    (name: string) =>
    (config: NextConfig): NextConfig => ({
      ...config,
      env: { ...config.env, [name]: 'was here' },
      webpack(webpackConfig, context) {
        webpackConfig.plugins = [...(webpackConfig.plugins ?? []), name];
        return config.webpack ? config.webpack(webpackConfig, context) : webpackConfig;
      },
      async rewrites() {
        const rewrites = await config.rewrites?.();
        const own = { source: `/${name}`, destination: '/x' };
        return Array.isArray(rewrites) || !rewrites
          ? [...(rewrites ?? []), own]
          : { ...rewrites, fallback: [...(rewrites.fallback ?? []), own] };
      },
    });

  test.each<[string, (config: NextConfig) => NextConfig]>([
    ['outside', (config) => withOther('other')(withSmartCache(config))],
    ['inside', (config) => withSmartCache(withOther('other')(config))],
    ['on both sides', (config) => withOther('outer')(withSmartCache(withOther('other')(config)))],
  ])('%s', async (_, wrap) => {
    enterApp();
    const config = wrap({ reactStrictMode: true });
    expect(config).toMatchObject({ reactStrictMode: true, env: { other: 'was here' } });
    expect(webpackWith(config)).toMatchObject({
      plugins: expect.arrayContaining(['other']),
      resolve: { alias: { 'next-smart-cache/manifest$': expect.any(String) } },
    });
    const { beforeFiles, afterFiles, fallback } = await rewritesOf(config);
    expect(rewrite(beforeFiles, HASHED)).toBe(REWRITE_STORE_URL + HASHED);
    expect([...afterFiles, ...fallback]).toContainEqual({ source: '/other', destination: '/x' });
  });

  test('the mark survives a wrapper outside, so that the command line finds the options', () => {
    enterApp();
    expect(registeredOptions(withOther('other')(withSmartCache({}, { keep: 7 })))).toEqual({ keep: 7 });
  });
});

describe('twice is the same as once', () => {
  test('an object', async () => {
    enterApp();
    const once = withSmartCache({ transpilePackages: ['ui'] }, { keep: 7 });
    const twice = withSmartCache(once, { keep: 7 });
    expect(twice).toBe(once);
    const { beforeFiles, afterFiles } = await rewritesOf(twice);
    expect([beforeFiles.length, afterFiles.length]).toEqual([2, 1]);
    expect(twice.transpilePackages).toEqual(['ui', 'next-smart-cache']);
  });

  test('a function', () => {
    enterApp();
    const once = withSmartCache(() => ({}));
    expect(withSmartCache(once)).toBe(once);
  });

  test('a function around a wrapped object', async () => {
    enterApp();
    const inner = withSmartCache({}, { keep: 7 });
    const outer = await withSmartCache(() => inner)('phase-production-build', { defaultConfig: {} });
    expect(outer).toBe(inner);
  });

  test('with another wrapper in between', async () => {
    enterApp();
    const { beforeFiles } = await rewritesOf(withSmartCache({ ...withSmartCache({}) }));
    expect(beforeFiles).toHaveLength(2);
  });
});

describe('bundler aliases', () => {
  const MODULES = [
    '.smart-cache/build/manifest.mjs',
    '.smart-cache/build/client-manifest.mjs',
    '.smart-cache/build/client-manifest-on-server.mjs',
  ] as const;

  test.each([
    ['the browser', false, MODULES[1]],
    ['the server', true, MODULES[2]],
  ])('of webpack for %s are added to those of the config', (_, isServer, clientModule) => {
    const root = enterNextProcess({ ...FILES, ...RUNTIME });
    const webpackConfig = { resolve: { alias: { react: '/react.js' }, extensions: ['.js'] } };
    const { resolve } = webpackWith(withSmartCache({}), webpackConfig, { isServer });
    expect(resolve).toEqual({
      extensions: ['.js'],
      alias: {
        react: '/react.js',
        'next/image': path.join(root, '.smart-cache/build/next-image.mjs'),
        'next/script': path.join(root, '.smart-cache/build/next-script.mjs'),
        'next-smart-cache/manifest$': path.join(root, MODULES[0]),
        'next-smart-cache/client-manifest$': path.join(root, clientModule),
      },
    });
  });

  test.each([{ loader: 'custom' as const }, { loaderFile: './loader.js' }])(
    'leave next/image alone with %j: its loader knows images by name',
    (images) => {
      enterNextProcess({ ...FILES, ...RUNTIME });
      const wrapped = withSmartCache({ images });
      expect(wrapped.turbopack?.resolveAlias).not.toHaveProperty(['next/image']);
      expect(webpackWith(wrapped).resolve.alias).not.toHaveProperty(['next/image']);
      expect(webpackWith(wrapped).resolve.alias).toHaveProperty(['next/script']);
    },
  );

  test("leave the config's own alias of next/image", () => {
    enterNextProcess({ ...FILES, ...RUNTIME });
    const own = { 'next/image': './image.js' };
    expect(withSmartCache({ turbopack: { resolveAlias: own } }).turbopack?.resolveAlias).toMatchObject(own);
    for (const alias of [own, { 'next/image$': './image.js' }]) {
      const {
        'next/script': _,
        'next-smart-cache/manifest$': __,
        'next-smart-cache/client-manifest$': ___,
        ...others
      } = webpackWith(withSmartCache({}), { resolve: { alias } }).resolve.alias;
      expect(others).toEqual(alias);
    }
  });

  test('of webpack come after the config’s own `webpack`, which is called with all it is given', () => {
    enterApp();
    const webpack = jest.fn((config: object) => ({ ...config, own: true }));
    const context = { isServer: true };
    const webpackConfig = { mode: 'production' };
    expect(webpackWith(withSmartCache({ webpack }), webpackConfig, context)).toMatchObject({
      mode: 'production',
      own: true,
      resolve: { alias: { 'next-smart-cache/manifest$': expect.any(String) } },
    });
    expect(webpack.mock.calls).toEqual([[webpackConfig, context]]);
  });

  test('a `webpack` that forgets to return is left to Next, which says so', () => {
    enterApp();
    expect(webpackWith(withSmartCache({ webpack: () => undefined }))).toBeUndefined();
  });

  test('leave the components of Next alone in an app without the JSX runtime', () => {
    for (const files of [
      {},
      { 'tsconfig.json': '{ "compilerOptions": { "jsxImportSource": "@emotion/react" } }' },
      { 'tsconfig.json': '{' },
    ]) {
      enterNextProcess({ ...FILES, ...files });
      const wrapped = withSmartCache({});
      for (const alias of [wrapped.turbopack?.resolveAlias, webpackWith(wrapped).resolve.alias])
        expect(Object.keys(alias ?? {}).filter((request) => request.startsWith('next/'))).toEqual([]);
    }
  });

  test.each([
    ['a config that tsconfig.json extends', {}, { 'base.json': RUNTIME['jsconfig.json'], 'tsconfig.json': '{ "extends": "./base.json" }' }],
    ['typescript.tsconfigPath', { typescript: { tsconfigPath: 'tsconfig.app.json' } }, { 'tsconfig.app.json': RUNTIME['jsconfig.json'] }],
    ['a config with comments', {}, { 'tsconfig.json': `// JSX\n${RUNTIME['jsconfig.json']}` }],
  ])('find the JSX runtime in %s', (_, config, files) => {
    enterNextProcess({ ...FILES, ...files });
    expect(withSmartCache(config).turbopack?.resolveAlias).toHaveProperty(['next/image']);
  });

  test('of Turbopack are relative to the app, and added to those of the config', () => {
    enterNextProcess({ ...FILES, ...RUNTIME });
    const { turbopack } = withSmartCache({ turbopack: { resolveAlias: { lodash: 'lodash-es' }, resolveExtensions: ['.js'] } });
    expect(turbopack).toEqual({
      rules: { '*.{css}': expect.any(Object) },
      resolveExtensions: ['.js'],
      resolveAlias: {
        lodash: 'lodash-es',
        'next/image': './.smart-cache/build/next-image.mjs',
        'next/script': './.smart-cache/build/next-script.mjs',
        'next-smart-cache/manifest': `./${MODULES[0]}`,
        'next-smart-cache/client-manifest': { browser: `./${MODULES[1]}`, default: `./${MODULES[2]}` },
      },
    });
  });

  test.each<[NextConfig, auto: boolean, hasTurbopack: boolean]>([
    [{}, true, true],
    [{ webpack: (config) => config }, true, false],
    [{ webpack: (config) => config, turbopack: {} }, true, true],
    [{ webpack: (config) => config }, false, true],
  ])('of Turbopack do not silence Next about a forgotten `webpack`: %#', (config, auto, hasTurbopack) => {
    enterApp({ env: { TURBOPACK: auto ? 'auto' : '1' } });
    const wrapped = withSmartCache(config);
    expect('turbopack' in wrapped).toBe(hasTurbopack);
    expect('next-smart-cache/manifest' in (wrapped.turbopack?.resolveAlias ?? {})).toBe(hasTurbopack);
  });

  test('give stylesheets the loader in both bundlers, with the manifest of the mode', () => {
    const root = enterApp();
    const wrapped = withSmartCache({ turbopack: { rules: { '*.svg': ['svg'] } } });
    const ours = { loader: expect.stringMatching(/bundled-css\.js$/), options: { moduleFile: path.join(root, MODULES[0]) } };
    expect(wrapped.turbopack?.rules).toEqual({ '*.svg': ['svg'], '*.{css}': { loaders: [ours] } });
    const rules = [{ use: [{ loader: 'css-loader', options: { url: false } }] }];
    const webpackConfig = { module: { noParse: /x/, rules } };
    expect(webpackWith(wrapped, webpackConfig)).toMatchObject({ module: { noParse: /x/, rules: [{ use: [{}, ours] }] } });
    expect(rules[0]?.use).toHaveLength(1);
  });

  test('point to modules that exist before the bundler runs', () => {
    const root = enterApp();
    webpackWith(withSmartCache({}));
    for (const module of MODULES) expect(fs.existsSync(path.join(root, module))).toBe(true);
  });

  test('find asset paths in packages that Next compiles with the app', () => {
    const root = enterApp();
    writeFiles(root, { 'node_modules/kit/index.js': "asset('/js/app.js')", 'node_modules/other/index.js': "asset('/js/app.js')" });
    const clientManifest = (config: NextConfig) => {
      webpackWith(withSmartCache(config));
      return fs.readFileSync(path.join(root, MODULES[1]), 'utf8');
    };
    expect(clientManifest({})).not.toContain('/js/app.js');
    expect(clientManifest({ transpilePackages: ['kit'] })).toContain('/js/app.js');
  });

  test('our package is bundled for the Pages Router too', () => {
    enterApp();
    expect(withSmartCache({ transpilePackages: ['ui'] }).transpilePackages).toEqual(['ui', 'next-smart-cache']);
    expect(withSmartCache({ transpilePackages: ['next-smart-cache', 'ui'] }).transpilePackages).toEqual(['next-smart-cache', 'ui']);
  });
});

describe('after the compilation', () => {
  test('the store is copied to where Next serves it as immutable', async () => {
    const root = enterApp();
    await withSmartCache({}).compiler?.runAfterProductionCompile?.(metadataOf(root));
    expect(readFiles(path.join(root, '.next/static/media/smart-cache-rewrite'))).toEqual({ 'js/app.2cf24dba5f.js': 'hello' });
  });

  test('distDir may be absolute, and another', async () => {
    const root = enterApp();
    const distDir = path.join(root, 'build');
    await withSmartCache({ distDir: 'build' }).compiler?.runAfterProductionCompile?.({ projectDir: root, distDir });
    expect(listFiles(path.join(distDir, 'static/media/smart-cache-rewrite'))).toEqual(['js/app.2cf24dba5f.js']);
    expect(fs.existsSync(path.join(root, '.next'))).toBe(false);
  });

  test('the config’s own hook is called first, with what Next gives it, and waited for', async () => {
    const root = enterApp();
    const target = path.join(root, '.next/static/media/smart-cache');
    const seen: boolean[] = [];
    const runAfterProductionCompile = jest.fn(async () => {
      await Promise.resolve();
      seen.push(fs.existsSync(target));
    });
    const config = withSmartCache({ compiler: { removeConsole: true, runAfterProductionCompile } });
    expect(config.compiler).toMatchObject({ removeConsole: true });
    await config.compiler?.runAfterProductionCompile?.(metadataOf(root));
    expect(runAfterProductionCompile.mock.calls).toEqual([[metadataOf(root)]]);
    expect(seen).toEqual([false]);
    expect(fs.existsSync(target)).toBe(true);
  });

  test('an error of the config’s own hook fails the build', async () => {
    const root = enterApp();
    const failure = new Error('hook');
    const config = withSmartCache({ compiler: { runAfterProductionCompile: () => Promise.reject(failure) } });
    await expect(config.compiler?.runAfterProductionCompile?.(metadataOf(root))).rejects.toBe(failure);
  });
});

describe('the versions that are installed', () => {
  const installed = (next: string, process?: NextProcess) =>
    enterNextProcess({ ...FILES, 'node_modules/next/package.json': JSON.stringify({ version: next }) }, process);
  let warned: jest.SpyInstance;
  beforeEach(() => {
    warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
  });

  test('throw if they are too old', () => {
    installed('15.3.5');
    expect(() => withSmartCache({})).toThrow(smartCacheError('ERR_SMART_CACHE_VERSION_UNSUPPORTED'));
  });

  test.each<[string, NextProcess, times: number]>([
    ['next build', { argv: ['build'] }, 1],
    ['a worker of it', { argv: ['build'], env: { [WRAPPED_BY]: '1' } }, 0],
    ['next start', { argv: ['start'] }, 0],
  ])('newer ones are a warning in %s: %#', (_, process, times) => {
    installed('17.0.0', process);
    withSmartCache({});
    expect(warned).toHaveBeenCalledTimes(times);
  });
});

describe('the process', () => {
  test.each<[string[], string]>([
    [['build'], 'production'],
    [['dev'], 'development'],
    [['start'], 'production'],
    [[], 'test'],
  ])('is marked, so that rendering code knows of the wrapper: next %j, %s', (argv, NODE_ENV) => {
    enterApp({ argv, env: { NODE_ENV } });
    withSmartCache({});
    expect(process.env[WRAPPED_BY]).toBe(String(process.pid));
  });

  test('is not marked by the command line, which only reads', async () => {
    enterApp();
    await whileReadingOnly(async () => withSmartCache({}));
    expect(process.env).not.toHaveProperty(WRAPPED_BY);
  });
});

describe('routes of the app that look hashed', () => {
  const ROUTES = { 'app/js/own.0123456789.js/route.js': '', 'pages/js/[...slug].jsx': '' };
  const LOOKS_HASHED = '/js/own.0123456789.js';

  test('stay the app’s in a build, with one warning for those that cannot', async () => {
    enterNextProcess({ ...FILES, ...ROUTES });
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const config = withSmartCache({});
    // Next asks for them twice.
    await rewritesOf(config);
    const { beforeFiles } = await rewritesOf(config);
    expect(rewrite(beforeFiles, LOOKS_HASHED)).toBeUndefined();
    expect(rewrite(beforeFiles, HASHED)).toBe(REWRITE_STORE_URL + HASHED);
    expect(warned.mock.calls).toEqual([[expect.stringContaining('/js/[...slug]')]]);
  });

  test('stay the app’s in development', async () => {
    enterNextProcess({ ...FILES, ...ROUTES }, { argv: ['dev'], env: { NODE_ENV: 'development' } });
    const { beforeFiles } = await rewritesOf(withSmartCache({}));
    expect(rewrite(beforeFiles, LOOKS_HASHED)).toBeUndefined();
    expect(rewrite(beforeFiles, HASHED)).toBe('/js/app.js');
  });

  test('are those of the config’s pageExtensions', async () => {
    enterNextProcess({ ...FILES, ...ROUTES });
    const { beforeFiles } = await rewritesOf(withSmartCache({ pageExtensions: ['page.tsx'] }));
    expect(rewrite(beforeFiles, LOOKS_HASHED)).toBe(REWRITE_STORE_URL + LOOKS_HASHED);
  });
});

describe('headers', () => {
  const headersIn = async (mode: 'development' | 'production', config: NextConfig) => {
    enterApp({ argv: [mode === 'development' ? 'dev' : 'build'], env: { NODE_ENV: mode } });
    return withSmartCache(config).headers?.();
  };
  const own = { source: '/img/:path*', headers: [{ key: 'Cache-Control', value: 'max-age=31536000' }] };
  const ours = [expect.stringContaining('no-cache'), expect.stringContaining('no-store')];
  const listed = (headers: unknown) => (headers as unknown[]).map((rule) => JSON.stringify(rule));

  test('in development, ours come after those of the config, which may use `this`', async () => {
    expect(listed(await headersIn('development', {}))).toEqual(ours);
    const config = {
      kept: [own],
      async headers(this: { kept: (typeof own)[] }) {
        return this.kept;
      },
    };
    expect(listed(await headersIn('development', config as NextConfig))).toEqual([JSON.stringify(own), ...ours]);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['false', false],
    ['nothing', undefined],
    ['a string', 'nonsense'],
  ])('from a function that returns %s are left to Next, which refuses them', async (_, returned) => {
    expect(await headersIn('development', { headers: async () => returned as never })).toBe(returned);
  });

  test('that are not a function are passed on too', () => {
    enterApp({ argv: ['dev'], env: { NODE_ENV: 'development' } });
    const headers = [own] as never;
    expect(withSmartCache({ headers }).headers).toBe(headers);
  });

  test('are made anew on each call, since Next may write into them', async () => {
    enterApp({ argv: ['dev'], env: { NODE_ENV: 'development' } });
    const { headers } = withSmartCache({});
    const before = listed(await headers?.());
    for (const rule of (await headers?.()) ?? []) rule.source = `/docs${rule.source}`;
    expect(listed(await headers?.())).toEqual(before);
  });

  test('in a build, ours empty what those of the config set', async () => {
    const emptied = { key: 'Cache-Control', value: '' };
    expect(JSON.stringify(await headersIn('production', {}))).not.toContain(JSON.stringify(emptied));
    const merged = await headersIn('production', { headers: async () => [own] });
    expect(merged?.[0]).toEqual(own);
    expect(merged?.at(-2)?.headers).toContainEqual(emptied);
  });

  test('there are none with output: "export", where Next would warn about any', async () => {
    expect(await headersIn('production', { output: 'export' })).toBeUndefined();
    expect(await headersIn('development', { output: 'export' })).toBeUndefined();
  });
});

describe('the manifest', () => {
  const manifestOf = (root: string) => path.join(root, '.smart-cache/manifest.json');

  test('is made before Next needs it, and one line says so', async () => {
    const root = enterApp();
    const config = withSmartCache({});
    expect(fs.existsSync(manifestOf(root))).toBe(false);
    await rewritesOf(config);
    webpackWith(config);
    webpackWith(config);
    expect(fs.existsSync(manifestOf(root))).toBe(true);
    expect(said.mock.calls).toEqual([[expect.stringMatching(/^next-smart-cache: .*missing or outdated.*1 file/)]]);
  });

  test('is left alone without a message if it is current', async () => {
    const root = enterApp();
    await rewritesOf(withSmartCache({}));
    said.mockClear();
    const before = fs.statSync(manifestOf(root)).ino;
    await rewritesOf(withSmartCache({}));
    expect(fs.statSync(manifestOf(root)).ino).toBe(before);
    expect(said).not.toHaveBeenCalled();
  });

  test('is made anew if it is outdated', async () => {
    const root = enterApp();
    await rewritesOf(withSmartCache({}));
    fs.writeFileSync(path.join(root, 'public/js/app.js'), '');
    await rewritesOf(withSmartCache({}));
    expect(fs.readFileSync(manifestOf(root), 'utf8')).toContain('/js/app.e3b0c44298.js');
  });

  test('is made anew if another environment built it for another delivery, and the line says why', async () => {
    const root = enterApp();
    await rewritesOf(withSmartCache({}));
    said.mockClear();
    withSmartCache({}, { delivery: 'static' });
    expect(said.mock.calls.flat()).toContain(
      'next-smart-cache: the manifest was missing or outdated; rebuilt it for 1 file, since it was for rewrite delivery',
    );
    expect(fs.readFileSync(manifestOf(root), 'utf8')).toContain('"/_next/static/media/smart-cache/js/app.');
  });

  test('is not made while the command line reads the config', async () => {
    const root = enterApp();
    await whileReadingOnly(async () => withSmartCache({ output: 'export' }));
    expect(listFiles(root)).toEqual(Object.keys(FILES).sort());
  });

  test('is not made by `next start`', () => {
    const root = enterApp({ argv: ['start'] });
    withSmartCache({ output: 'export' });
    withSmartCache(() => ({}))('phase-production-server', { defaultConfig: {} });
    expect(listFiles(root)).toEqual(Object.keys(FILES).sort());
  });
});

describe('the app’s folder is that of the config, wherever Next was started', () => {
  const files = { 'apps/web/public/js/app.js': 'hello', 'apps/web/next.config.mjs': '' };
  const manifestOf = (root: string) => path.join(root, 'apps/web/.smart-cache/manifest.json');

  test.each<[string, () => NextConfig | NextConfigFunction]>([
    ['an object', () => withSmartCache({})],
    ['a function', () => withSmartCache(() => ({}))],
    ['an async function', () => withSmartCache(async () => ({}))],
  ])('%s', async (_, wrap) => {
    const root = enterNextProcess(files, { argv: ['build', 'apps/web'] });
    const wrapped = fromConfigFile(path.join(root, 'apps/web/next.config.mjs'), wrap);
    // A function is called when the config file has come to its end.
    const config = typeof wrapped === 'function' ? await wrapped('phase-production-build', { defaultConfig: {} }) : wrapped;
    await rewritesOf(config);
    expect(fs.existsSync(manifestOf(root))).toBe(true);
  });
});

describe('the images that next/image takes from this server', () => {
  const patternsOf = (pathnames: readonly string[], options?: Parameters<typeof withSmartCache>[1]) => {
    enterApp();
    const images = deepFreeze({ localPatterns: pathnames.map((pathname) => ({ pathname, search: '' })) });
    return withSmartCache({ images }, options).images?.localPatterns;
  };
  const HASH = '[0-9a-f]'.repeat(10);

  test.each([
    ['/img/hero.png', `/img/hero{,.${HASH}}.png`],
    ['/img/{a,b}.{png,jpg}', `/img/{a,b}{,.${HASH}}.{png,jpg}`],
    ['/img/a.b-?.png', `/img/a.b-?{,.${HASH}}.png`],
    ['/img/{a.png,b.c.jpg}', `/img/{a{,.${HASH}}.png,b.c{,.${HASH}}.jpg}`],
    ['/img/(a.png|b.jpg)', `/img/(a{,.${HASH}}.png|b{,.${HASH}}.jpg)`],
  ])('are those of %s, hashed or not', (pathname, both) => {
    expect(patternsOf([pathname])).toEqual([{ pathname: both, search: '' }]);
  });

  test('stay the same for names without an extension', () => {
    expect(patternsOf(['/img/**', '/logo'])).toEqual([
      { pathname: '/img/**', search: '' },
      { pathname: '/logo', search: '' },
    ]);
    expect(patternsOf([])).toEqual([]);
  });

  test('have as many digits as the option says', () => {
    expect(patternsOf(['/a.png'], { hash: { length: 8 } })?.[0]).toMatchObject({ pathname: `/a{,.${'[0-9a-f]'.repeat(8)}}.png` });
  });
});

describe('static delivery', () => {
  test.each<[string, NextConfig, Parameters<typeof withSmartCache>[1]]>([
    ['by output: export', { output: 'export' }, {}],
    ['by option', {}, { delivery: 'static' }],
  ])('%s: has no rewrites, and writes the modules at once', (_, config, options) => {
    const root = enterApp();
    expect(withSmartCache(config, options)).not.toHaveProperty('rewrites');
    expect(fs.readFileSync(path.join(root, '.smart-cache/build/manifest.mjs'), 'utf8')).toContain(`"${STORE_URL}${HASHED}"`);
  });

  describe('in development, where URLs have a query, next/image takes local images with any query:', () => {
    const imagesOf = (config: NextConfig, options: Parameters<typeof withSmartCache>[1], mode = 'development') => {
      enterApp({ argv: [mode === 'development' ? 'dev' : 'build'], env: { NODE_ENV: mode } });
      return withSmartCache(config, options).images;
    };

    test('all of them, if the config names none', () => {
      expect(imagesOf({ images: { quality: 80 } as never }, { delivery: 'static' })).toEqual({
        quality: 80,
        localPatterns: [{ pathname: '/**' }],
      });
    });

    test('else those that the config names', () => {
      const images = { localPatterns: [{ pathname: '/img/**', search: '' }] };
      expect(imagesOf({ images }, { delivery: 'static' })).toEqual({ localPatterns: [{ pathname: '/img/**' }] });
      expect(images.localPatterns[0]).toHaveProperty('search');
    });

    test('and the config stays the same otherwise', () => {
      expect(imagesOf({}, {})).toBeUndefined();
      expect(imagesOf({}, { delivery: 'static' }, 'production')).toBeUndefined();
    });
  });

  test('leaves the config’s own rewrites alone', () => {
    enterApp();
    const rewrites = async () => [];
    expect(withSmartCache({ rewrites }, { delivery: 'static' }).rewrites).toBe(rewrites);
  });
});
