import path from 'node:path';
import { turbopackRules, webpackRules } from '../../../src/next/bundler-rules';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

const MODULE = '/app/.smart-cache/build/manifest.mjs';
const SETTINGS = { moduleFile: MODULE, usesJsxRuntime: false };
const OURS = { loader: path.resolve(__dirname, '../../../src/next/bundled-css.js'), options: { moduleFile: MODULE } };

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) deepFreeze(child);
  return Object.freeze(value);
}

describe('webpack', () => {
  const isPostcss = { loader: '/next/loaders/postcss-loader/src' };

  test('the loader is directly before css-loader, which counts it among those of an @imported stylesheet', () => {
    const url = () => false;
    const css = { loader: '/next/loaders/css-loader/src', options: { importLoaders: 3, url }, ident: 'x' };
    const rules = deepFreeze([
      { oneOf: [{ test: /\.scss$/, use: [{ loader: '/mini/loader.js' }, css, isPostcss, { loader: 'sass-loader' }] }] },
    ]);
    expect(webpackRules(rules, SETTINGS)).toEqual([
      {
        oneOf: [
          {
            test: /\.scss$/,
            use: [
              { loader: '/mini/loader.js' },
              { loader: '/next/loaders/css-loader/src', options: { importLoaders: 4, url }, ident: 'x' },
              OURS,
              isPostcss,
              { loader: 'sass-loader' },
            ],
          },
        ],
      },
    ]);
  });

  test.each([
    ['/next/css-loader/src', { importLoaders: 1, url: () => false }, 2],
    ['/next/lightningcss-loader/src', { url: (url: string) => !url.startsWith('/') }, 1],
    ['C:\\node_modules\\css-loader\\dist\\cjs.js', { importLoaders: '1', url: false }, 2],
    ['css-loader', { url: { filter: () => false } }, 1],
  ])('%s that leaves URLs at the root alone gets the loader', (loader, options, importLoaders) => {
    const expected = { loader, options: { ...options, importLoaders } };
    expect(webpackRules([{ use: ['style-loader', { loader, options }] }], SETTINGS)).toEqual([{ use: ['style-loader', expected, OURS] }]);
  });

  test.each<[string, unknown]>([
    ['other loaders', { use: ['next-flight-css-loader.js', { loader: 'postcss-loader', options: { url: false } }, 'ignore-loader'] }],
    [
      'a css-loader that resolves every URL',
      { use: ['css-loader', { loader: 'css-loader' }, { loader: 'css-loader', options: { url: true } }] },
    ],
    ['one that resolves those at the root', { use: [{ loader: 'css-loader', options: { url: { filter: () => true } } }] }],
    ['a function', { use: () => [] }],
    ['one loader', { loader: 'css-loader', options: { url: false } }],
    ['options in a query', { use: [{ loader: 'css-loader', options: '?url=false' }] }],
    ['entries that are empty', { use: [null, undefined, false] }],
    ['options that are null', { use: [{ loader: 'css-loader', options: null }] }],
    ['no rule', '...'],
    ['nothing', null],
  ])('any other chain stays: %s', (_, rule) => {
    expect(webpackRules([rule], SETTINGS)).toEqual([rule]);
  });

  test('a rule keeps the mark by which Next removes its own', () => {
    const mark = Symbol.for('__next_css_remove');
    const rule = Object.defineProperty({ use: [{ loader: 'css-loader', options: { url: false } }] }, mark, {
      value: true,
      enumerable: false,
    });
    const [copy] = webpackRules([rule], SETTINGS) as [Record<symbol, unknown>];
    expect([copy === rule, copy[mark], Object.getOwnPropertyDescriptor(copy, mark)?.enumerable]).toEqual([false, true, false]);
  });
});

const MDX_LOADERS = ['/app/node_modules/@next/mdx/mdx-js-loader.js', 'C:\\node_modules\\@next\\mdx\\mdx-rs-loader.js', '@mdx-js/loader'];

describe('the JSX runtime for MDX, in an app that has it', () => {
  const settings = { ...SETTINGS, usesJsxRuntime: true };
  const ownRulesOf = (own: Parameters<typeof turbopackRules>[0], used = settings) => {
    const { '*.{css}': _, ...rules } = turbopackRules(own, used, '/nowhere');
    return rules;
  };

  test.each(MDX_LOADERS)('%s gets it', (loader) => {
    const before = deepFreeze({ loader, options: { remarkPlugins: [] } });
    const after = { loader, options: { remarkPlugins: [], jsxImportSource: 'next-smart-cache' } };
    expect(webpackRules([{ test: /mdx/, use: ['babel', before] }], settings)).toEqual([{ test: /mdx/, use: ['babel', after] }]);
    expect(ownRulesOf({ '{*,next-mdx-rule}': [{ loaders: [before], as: '*.tsx' }] })).toEqual({
      '{*,next-mdx-rule}': [{ loaders: [after], as: '*.tsx' }],
    });
    expect(ownRulesOf({ '*.mdx': { loaders: [before], as: '*.tsx' } })).toEqual({ '*.mdx': { loaders: [after], as: '*.tsx' } });
    expect(ownRulesOf({ '*.mdx': [before] })).toEqual({ '*.mdx': [after] });
    const named = { loader, options: { jsxImportSource: 'next-smart-cache' } };
    expect([webpackRules([{ use: [loader] }], settings), ownRulesOf({ '*.mdx': [loader] })]).toEqual([
      [{ use: [named] }],
      { '*.mdx': [named] },
    ]);
  });

  test.each([
    ['a runtime that the app names itself', { loader: '@mdx-js/loader', options: { jsxImportSource: 'preact' } }],
    ['another loader', { loader: '@svgr/webpack', options: {} }],
  ])('%s stays', (_, entry) => {
    expect(webpackRules([{ use: [entry] }], settings)).toEqual([{ use: [entry] }]);
    expect(ownRulesOf({ '*.mdx': [entry] })).toEqual({ '*.mdx': [entry] });
  });

  test('an app without it keeps its MDX', () => {
    const entry = { loader: '@mdx-js/loader', options: {} };
    expect(webpackRules([{ use: [entry] }], SETTINGS)).toEqual([{ use: [entry] }]);
    expect(ownRulesOf({ '*.mdx': [entry] }, SETTINGS)).toEqual({ '*.mdx': [entry] });
  });
});

describe('Turbopack', () => {
  const appWithNext = (version: string) => {
    const root = temporaryFolder();
    writeFiles(root, { 'node_modules/next/package.json': JSON.stringify({ name: 'next', version }) });
    return root;
  };
  const keysOf = (own?: Parameters<typeof turbopackRules>[0]) => Object.keys(turbopackRules(own, SETTINGS, appWithNext('15.4.0')));

  test('the rules of the app come first, under keys of their own', () => {
    const own = deepFreeze({ '*.svg': ['svg'], '*.css': { loaders: ['x'], as: '*.css' } });
    expect(turbopackRules(own, SETTINGS, appWithNext('15.4.0'))).toEqual({ ...own, '*.{css}': { loaders: [OURS] } });
    expect(keysOf({ '*.{css}': ['x'] })).toEqual(['*.{css}', '*.{css,css}']);
    expect(keysOf()).toEqual(['*.{css}']);
    expect(Object.keys(turbopackRules(null, SETTINGS, appWithNext('15.4.0')))).toEqual(['*.{css}']);
  });

  test('from Next 16 on, only stylesheets with a URL that begins at the root pass through a loader', () => {
    const [rule] = Object.values(turbopackRules(undefined, SETTINGS, appWithNext('16.0.0')));
    const { content } = (rule as { condition: { content: RegExp } }).condition;
    const matching = ['url(/a)', 'url( "/a" )', "image-set('/a' 1x)", 'image-set("a" 1x, "/b" 2x)', '--x:url(\n/a)'];
    expect(matching.filter((css) => !content.test(css))).toEqual([]);
    expect(['a{b:c}', '/* a */ a{b:url(x)}', '// a', 'grid-area: 1 / 2', 'url(https://x/a)'].filter((css) => content.test(css))).toEqual(
      [],
    );
  });

  test.each([
    [{ '*.css': ['@tailwindcss/turbopack'] }, false],
    [{ '*.{css,pcss}': ['x'] }, false],
    [{ './app/**/*': { loaders: ['x'] } }, false],
    [{ '*.svg': ['@svgr/webpack'] }, true],
  ])('a loader of the app may make such URLs, so its stylesheets pass in any case: %j', (own, isConditional) => {
    const rule = Object.values(turbopackRules(own, SETTINGS, appWithNext('16.0.0'))).at(-1);
    expect(rule).toEqual({ loaders: [OURS], ...(isConditional && { condition: expect.anything() }) });
  });
});
