import { createRef, type ForwardedRef, forwardRef, type ReactElement } from 'react';
import { renderToString } from 'react-dom/server.node';
import { sinceRendered } from '../../../src/core/shared-globals';
import { createResolver } from '../../../src/react/asset';
import { createCachedImportMap } from '../../../src/react/cached-import-map';
import { createCachedScript } from '../../../src/react/cached-script';
import { createCachedStyle } from '../../../src/react/cached-style';
import { MANIFEST } from '../support/components';

/** The props of the development components. */
const given: Record<string, unknown>[] = [];
const Hot = forwardRef((props: object, ref: ForwardedRef<never>) => {
  given.push({ ...props, ref });
  return null;
});

const manifest = {
  ...MANIFEST,
  assets: { ...MANIFEST.assets, '/js/imported.js': '/js/imported.js', '/new/a.css': '/new/a.css' },
  unhashed: { '/js/imported.js': 'fedcba9876', '/new/a.css': '9876543210' },
  reloads: { '/css/site.css': { '/img/a.png': '123' } },
};
const resolve = createResolver(manifest);
const CachedScript = createCachedScript(resolve, undefined, manifest, Hot as never);
const CachedStyle = createCachedStyle(resolve, Hot as never);

function rendered(element: ReactElement, env = 'development') {
  given.length = 0;
  jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: env as 'development' });
  const html = renderToString(element);
  jest.restoreAllMocks();
  return { html, props: given[0] };
}

test('records the time of a rendering for the watching process, and Next does not take it for IO', () => {
  const now = jest.spyOn(Date, 'now');
  rendered(<CachedStyle href="/css/site.css" />, 'production');
  expect(sinceRendered()).toBe(Number.POSITIVE_INFINITY);
  rendered(<CachedStyle href="/css/site.css" />);
  expect(sinceRendered()).toBeLessThan(60_000);
  expect(now).not.toHaveBeenCalled();
});

test('registers the components with React Fast Refresh only in development, so that an edit keeps them mounted', () => {
  const told = jest.fn();
  globalThis.$RefreshReg$ = told;
  const make = (env: string) => {
    jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: env as 'development' });
    const components = [createCachedStyle(resolve), createCachedScript(resolve, undefined, manifest), createCachedImportMap(manifest)];
    jest.restoreAllMocks();
    return components;
  };
  make('production');
  expect(told).not.toHaveBeenCalled();
  const [style, script, importMap] = make('development');
  expect(told.mock.calls).toEqual([
    [style, 'CachedStyle'],
    [script, 'CachedScript'],
    [importMap, 'CachedImportMap'],
  ]);
  globalThis.$RefreshReg$ = undefined;
});

test('renders a script with its path, and with a value that changes at each edit, also if its URL stays', () => {
  expect(rendered(<CachedScript src="/js/app.js" data-hot />).props).toMatchObject({
    assetPath: '/js/app.js',
    src: '/js/app.0123456789.js',
    hash: '/js/app.0123456789.js',
    'data-hot': true,
  });
  expect(rendered(<CachedScript src="/js/imported.js" />).props).toMatchObject({ src: '/js/imported.js', hash: 'fedcba9876' });
});

test('renders a script with a strategy', () => {
  const onReady = () => {};
  expect(rendered(<CachedScript src="/js/app.js" strategy="lazyOnload" onReady={onReady} />).props).toMatchObject({
    strategy: 'lazyOnload',
    onReady,
  });
});

test('keeps the URL of a stylesheet in a folder that is newer than the server', () => {
  expect(rendered(<CachedStyle href="/new/a.css" />).props).toMatchObject({ href: '/new/a.css', hash: '9876543210' });
});

test('renders a stylesheet with the edited files that it loads, and its precedence', () => {
  const ref = createRef<HTMLLinkElement>();
  expect(rendered(<CachedStyle href="/css/site.css" ref={ref} />).props).toMatchObject({
    assetPath: '/css/site.css',
    href: '/css/site.0123456789.css',
    hash: '/css/site.0123456789.css',
    reloads: { '/img/a.png': '123' },
    precedence: 'default',
    ref,
  });
});

test.each([
  [
    'is another site’s',
    'development',
    <CachedScript key="" src="https://example.com/a.js" />,
    <CachedStyle key="" href="//example.com/a.css" />,
  ],
  ['is rendered in production', 'production', <CachedScript key="" src="/js/app.js" />, <CachedStyle key="" href="/css/site.css" />],
])('renders a plain element %s', (_, env, script, style) => {
  expect(rendered(script, env)).toMatchObject({ html: expect.stringContaining('<script'), props: undefined });
  expect(rendered(style, env)).toMatchObject({ html: expect.stringContaining('<link'), props: undefined });
});

test('renders no import map and prints nothing outside of a wrapped app, as in a test or Storybook', () => {
  const warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
  const CachedImportMap = createCachedImportMap({ assets: {}, basePath: '' });
  expect(renderToString(<CachedImportMap />)).toBe('');
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});
