import { createElement, createRef, Fragment, forwardRef, isValidElement, memo, type ReactElement } from 'react';
import * as development from 'react/jsx-dev-runtime';
import * as production from 'react/jsx-runtime';
import { renderToStaticMarkup } from 'react-dom/server';
import { packAssetPaths, type RenderManifest } from '../../../src/core/render-manifest';
import { createFindUrl } from '../../../src/react/asset';
import { createJsx, treatAsElement } from '../../../src/react/jsx';
import { MANIFEST } from '../support/components';

function runtimeOf(manifest: RenderManifest = MANIFEST) {
  const find = createFindUrl(manifest);
  return {
    find,
    jsx: createJsx(production.jsx, find),
    jsxDEV: createJsx(development.jsxDEV, find),
    createElement: createJsx(createElement, find),
  };
}

const { jsx, jsxDEV, createElement: createHashed, find } = runtimeOf();
const HASHED = '/js/app.0123456789.js';
const propsOf = (element: unknown) => (element as ReactElement).props;

test.each([
  ['/js/app.js', HASHED],
  ['/js/app.js?v=1#x', `${HASHED}?v=1#x`],
  ['/img/my photo.jpg', '/img/my%20photo.0123456789.jpg'],
  ['/img/my%20photo.jpg', '/img/my%20photo.0123456789.jpg'],
])('finds %s', (written, url) => {
  expect(find(written)).toBe(url);
});

test.each([
  'js/app.js',
  './js/app.js',
  '//host/js/app.js',
  'https://host/js/app.js',
  'data:,x',
  'javascript:x',
  'blob:x',
  '',
  '/',
  '/x',
  HASHED,
  '#x',
  '/%',
])('leaves %j alone, and prints nothing', (written) => {
  const warn = jest.spyOn(console, 'warn').mockImplementation();
  expect(find(written)).toBeUndefined();
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

test('finds nothing on another origin if the same origin is required', () => {
  const findRemote = createFindUrl({ basePath: '', onMissing: 'error', assets: { '/a.png': 'https://cdn.example.com/a.0123456789.png' } });
  expect([findRemote('/a.png'), findRemote('/a.png', true)]).toEqual(['https://cdn.example.com/a.0123456789.png', undefined]);
  expect(find('/js/app.js', true)).toBe(HASHED);
});

test('finds paths with and without the basePath', () => {
  const assets = { '/a.png': '/docs/a.0123456789.png', '/docs/a.png': '/docs/docs/a.0123456789.png' };
  const findBelow = createFindUrl({ basePath: '/docs', onMissing: 'error', assets });
  expect(
    ['/a.png', '/docs/a.png?v=1', '/docs/docs/a.png', '/docsa.png', '/x.png', '/docs/x.png'].map((written) => findBelow(written)),
  ).toEqual(['/docs/a.0123456789.png', '/docs/a.0123456789.png?v=1', '/docs/docs/a.0123456789.png', undefined, undefined, undefined]);
});

test('keeps the path of a file with a fixed name under a basePath, since another app may own it', () => {
  const findBelow = createFindUrl({ basePath: '/docs', onMissing: 'error', assets: { '/favicon.ico': '/docs/favicon.ico' } });
  expect(['/favicon.ico', '/docs/favicon.ico', '/favicon.ico?v=1'].map((written) => findBelow(written))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('leaves alone excluded files, also with a query or encoded', () => {
  const findOthers = createFindUrl({ ...MANIFEST, notAutomatic: { '/js/app.js': true, '/img/my photo.jpg': true } });
  expect(['/js/app.js', '/js/app.js?v=1', '/img/my%20photo.jpg'].map((written) => findOthers(written))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(findOthers('/css/site.css')).toBe('/css/site.0123456789.css');
});

test('keeps a file plain that only the browser lacks, and prints once on the server which glob to add', () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation();
  const findListed = createFindUrl({ ...MANIFEST, basePath: '/docs', unlisted: packAssetPaths(['/flags/de.svg']) });
  for (const written of ['/flags/de.svg', '/flags/de.svg', '/docs/flags/de.svg', '/unknown.svg'])
    expect(findListed(written)).toBeUndefined();
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn).toHaveBeenCalledWith(
    expect.stringMatching(/gets the plain URL of a file.*\/flags\/de\.svg.*clientAssets: \['\/flags\/\*\*'\]/s),
  );
  warn.mockRestore();
});

test.each([
  ['jsx', jsx],
  ['jsxDEV', jsxDEV],
  ['createElement', createHashed],
] as const)('%s makes the element of React, with a hashed URL', (_, create) => {
  const props = Object.freeze({ src: '/js/app.js', children: 'x' });
  const element = (create as typeof jsx)('script', props);
  expect(isValidElement(element)).toBe(true);
  expect([element.type, element.props]).toEqual(['script', { src: HASHED, children: 'x' }]);
});

test('passes keys, refs, children and the arguments of development to React unchanged', () => {
  const ref = createRef<HTMLImageElement>();
  expect(jsx('img', { src: '/js/app.js', ref }, 'a')).toMatchObject({ key: 'a', props: { src: HASHED, ref } });
  expect(createHashed('img', { key: 'b', src: '/js/app.js' })).toMatchObject({ key: 'b', props: { src: HASHED } });
  expect(propsOf(createHashed('p', null, 'x', 'y'))).toEqual({ children: ['x', 'y'] });
  const create = jest.fn();
  createJsx(create, find)(...(['img', { src: '/js/app.js' }, 'key', true, { fileName: 'x' }, 'self'] as never[]));
  expect(create).toHaveBeenCalledWith('img', { src: HASHED }, 'key', true, { fileName: 'x' }, 'self');
});

test('passes props to components of every kind unchanged', () => {
  const props = { src: '/js/app.js' };
  const img = () => null;
  for (const type of [img, memo(img), forwardRef(img), Fragment]) expect(propsOf(jsx(type, props))).toBe(props);
  class Picture {}
  expect(propsOf(jsx(Picture as never, props))).toBe(props);
});

test('hashes the URLs of a component that is treated as an element, and keeps its identity', () => {
  const script = () => null;
  expect(treatAsElement(script, 'script')).toBe(script);
  const element = jsx(script, { src: '/js/app.js', strategy: 'lazyOnload' });
  expect(element.type).toBe(script);
  expect(element.props).toEqual({ src: HASHED, strategy: 'lazyOnload' });
});

test('keeps the errors of React', () => {
  const withoutUs = () => renderToStaticMarkup(production.jsx('img', { style: 'color: red' }));
  expect(withoutUs).toThrow('style');
  expect(() => renderToStaticMarkup(jsx('img', { src: '/js/app.js', style: 'color: red' }))).toThrow('style');
});

test('hashes a list of 10,000 elements with as many different unknown paths', () => {
  const items = Array.from({ length: 5_000 }, (_, index) => [
    jsx('img', { src: '/img/my photo.jpg', alt: '' }, `known-${index}`),
    jsx('img', { src: `/unknown-${index}.jpg`, alt: '' }, `unknown-${index}`),
  ]);
  const html = renderToStaticMarkup(jsx('div', { children: items.flat() }));
  expect(html.match(/src="\/img\/my%20photo\.0123456789\.jpg"/g)).toHaveLength(5_000);
  expect(html.match(/src="\/unknown-\d+\.jpg"/g)).toHaveLength(5_000);
});

test("keeps the URL of an element that React's own function makes", () => {
  expect(propsOf(createElement('img', { src: '/js/app.js' }))).toEqual({ src: '/js/app.js' });
});
