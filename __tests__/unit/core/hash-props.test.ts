import { setFlagsFromString } from 'node:v8';
import { type FindUrl, hashProps, type Props } from '../../../src/core/hash-props';
import { processorMs } from '../support/processor-ms';

const URLS: Readonly<Record<string, string>> = {
  '/a.png': '/a.0123456789.png',
  '/b.png': '/b.0123456789.png',
  '/a.js': '/a.0123456789.js',
  '/a.css': '/a.0123456789.css',
  "/it's (1).png": "/it's%20(1).0123456789.png",
  '/cdn.png': 'https://cdn.example.com/cdn.0123456789.png',
};
const find: FindUrl = (written, mustBeSameOrigin) => (mustBeSameOrigin && written === '/cdn.png' ? undefined : URLS[written]);
const hashed = (element: string, props: Props) => hashProps(element, props, find);

const [A, B] = ['/a.0123456789.png', '/b.0123456789.png'];

describe('it hashes', () => {
  test.each(['audio', 'embed', 'img', 'input', 'script', 'source', 'track', 'video', 'next/image'])('src of %s', (element) => {
    expect(hashed(element, { src: '/a.png', id: 'x' })).toEqual({ src: A, id: 'x' });
  });

  test.each<[string, string, Props, Props]>([
    ['poster', 'video', { poster: '/a.png', src: '/b.png' }, { poster: A, src: B }],
    ['data of object', 'object', { data: '/a.png' }, { data: A }],
    ['href of SVG image', 'image', { href: '/a.png' }, { href: A }],
    ['xlinkHref of SVG use', 'use', { xlinkHref: '/a.png' }, { xlinkHref: A }],
    ['each URL of a srcSet', 'img', { srcSet: ' /a.png 1x,/b.png  2x, /c.png 3x' }, { srcSet: ` ${A} 1x,${B}  2x, /c.png 3x` }],
    ['a srcSet without descriptors', 'source', { srcSet: '/a.png' }, { srcSet: A }],
    [
      'imageSrcSet',
      'link',
      { rel: 'preload', as: 'image', imageSrcSet: '/a.png 1x, /b.png 2x' },
      { rel: 'preload', as: 'image', imageSrcSet: `${A} 1x, ${B} 2x` },
    ],
    [
      'url() of a style, whatever its quotes',
      'div',
      { style: { background: 'url(/a.png), url( "/b.png" ), URL(\'/a.png\')', color: 'red' } },
      { style: { background: `url(${A}), url("${B}"), url('${A}')`, color: 'red' } },
    ],
    ['url() of a custom property', 'x-element', { style: { '--image': 'url(/a.png)' } }, { style: { '--image': `url(${A})` } }],
    [
      'the text of a style element',
      'style',
      { children: "/* url( don't */ a { b: url(/b.png); c: 'x' }" },
      { children: `/* url( don't */ a { b: url(${B}); c: 'x' }` },
    ],
    [
      'the HTML of a style element',
      'style',
      { dangerouslySetInnerHTML: { __html: '@import url(/a.png);' } },
      { dangerouslySetInnerHTML: { __html: `@import url(${A});` } },
    ],
  ])('%s', (_, element, props, expected) => {
    const before = JSON.stringify(props);
    expect(hashed(element, props)).toEqual(expected);
    expect(JSON.stringify(props)).toBe(before);
  });

  test.each([
    'stylesheet',
    'icon',
    'shortcut icon',
    'ICON',
    'apple-touch-icon',
    'manifest',
    'mask-icon',
    'modulepreload',
    'alternate stylesheet',
  ])('href of a link with rel="%s"', (rel) => {
    expect(hashed('link', { rel, href: '/a.css' })).toEqual({ rel, href: '/a.0123456789.css' });
  });

  test.each(['style', 'script', 'image', 'font', 'audio', 'video', 'track'])('a preload and a prefetch with as="%s"', (as) => {
    for (const rel of ['preload', 'prefetch'])
      expect(hashed('link', { rel, as, href: '/a.css' })).toMatchObject({ href: '/a.0123456789.css' });
  });

  test.each(['url("/it\'s (1).png")', 'url(/it%27s%20%281%29.png)'])(
    'a name with quotes and parentheses so that CSS reads it back: %s',
    (background) => {
      const findDecoded: FindUrl = (written) => find(decodeURIComponent(written));
      expect(hashProps('i', { style: { background } }, findDecoded).style).toEqual({ background: 'url("/it\'s%20(1).0123456789.png")' });
    },
  );
});

describe('it leaves alone', () => {
  test.each<[string, string, Props]>([
    ['links to pages', 'a', { href: '/a.png' }],
    ['areas', 'area', { href: '/a.png' }],
    ['forms', 'form', { action: '/a.png' }],
    ['frames', 'iframe', { src: '/a.png' }],
    ['frames of a frameset', 'frame', { src: '/a.png' }],
    ['custom elements', 'x-img', { src: '/a.png' }],
    ['paths that public/ does not have', 'img', { src: '/unknown.png', srcSet: '/unknown.png 2x' }],
    ['what has an integrity of its own', 'script', { src: '/a.js', integrity: 'sha256-x' }],
    ['what says data-no-hash', 'img', { src: '/a.png', 'data-no-hash': true }],
    ['what says data-no-hash={false}, which React renders too', 'img', { src: '/a.png', 'data-no-hash': false }],
    ['what says data-no-hash=""', 'img', { src: '/a.png', 'data-no-hash': '' }],
    ['links to other documents', 'link', { rel: 'alternate', href: '/a.css' }],
    ['links without rel', 'link', { href: '/a.css' }],
    ['a preload for fetch()', 'link', { rel: 'preload', as: 'fetch', href: '/a.css' }],
    ['a prefetch without "as", whose use is unknown', 'link', { rel: 'prefetch', href: '/a.css' }],
    ['a filter on another origin, which browsers refuse', 'div', { style: { filter: 'url(/cdn.png)', mask: 'url(/cdn.png)' } }],
    ['a sprite on another origin, which browsers refuse', 'use', { href: '/cdn.png' }],
    ['a track on another origin', 'track', { src: '/cdn.png' }],
    ['an image on another origin, which the optimizer refuses', 'next/image', { src: '/cdn.png' }],
    ['an image with a loader, which gets a name and not a URL', 'next/image', { src: '/a.png', loader: () => '' }],
    ['objects, such as static imports', 'img', { src: { src: '/a.png', width: 1, height: 1 } }],
    ['functions', 'img', { src: () => '/a.png' }],
    ['symbols', 'img', { src: Symbol('/a.png') }],
    ['a rel that is a symbol', 'link', { rel: Symbol('x'), href: '/a.css' }],
    ['null', 'img', { src: null, style: null }],
    ['numbers in a style', 'div', { style: { width: 1 } }],
    ['strings in a style', 'div', { style: { content: '"url(/a.png)" \'url(/a.png)\'' } }],
    ['a url() that is never closed', 'div', { style: { background: 'url(/a.png' } }],
    ['a url() with escapes', 'div', { style: { background: 'url(/\\61.png)' } }],
    ['a part of a data: URL in a srcSet', 'img', { srcSet: 'data:image/png;base64,/a.png/x 1x' }],
    ['a srcSet that is none', 'img', { srcSet: ',, ( /' }],
    ['properties whose name is one of Object.prototype', 'img', { constructor: '/a.png', valueOf: '/a.png' }],
    ['children of other elements', 'p', { children: 'url(/a.png)', style: {} }],
  ])('%s', (_, element, props) => {
    expect(hashed(element, props)).toEqual(props);
  });
});

test('frozen props stay as they are, and all others are passed on', () => {
  const children = Object.freeze(['x']);
  const style = Object.freeze({ background: 'url(/a.png)' });
  const props = Object.freeze({ src: '/a.png', style, children, ref: null, onClick: expect, 'aria-hidden': undefined });
  const copy = hashed('img', props);
  expect(copy).toEqual({ ...props, src: '/a.0123456789.png', style: { background: 'url(/a.0123456789.png)' } });
  expect(copy.children).toBe(children);
  expect(Object.keys(copy)).toEqual(Object.keys(props));
});

test.each([
  ['img', 'src', '/a.png', A],
  ['img', 'alt', 'x', 'x'],
  ['div', 'style', { background: 'url(/a.png)' }, { background: `url(${A})` }],
  ['img', 'style', { color: 'red' }, { color: 'red' }],
])('a getter is read once: %s %s', (element, name, value, expected) => {
  const read = jest.fn(() => value);
  const props = Object.defineProperty({ src: '/a.png' }, name, { get: read, enumerable: true });
  expect(hashed(element, props)[name]).toEqual(expected);
  expect(read).toHaveBeenCalledTimes(1);
});

describe('long texts, in an app whose regular expressions V8 no longer optimizes', () => {
  beforeAll(() => setFlagsFromString('--no-regexp-optimization'));
  afterAll(() => setFlagsFromString('--regexp-optimization'));

  test.each([
    ['a data: URL in quotes', `url("data:image/png;base64,${'A'.repeat(900_000)}"), url(/a.png)`],
    ['escapes in a string', `"${'\\A'.repeat(450_000)}" url(/a.png)`],
    ['spaces', `url(${' '.repeat(20_000)}) url(/a.png)`],
  ])('it hashes what comes after %s', (_, text) => {
    const { background } = hashed('div', { style: { background: text } }).style as { background: string };
    expect(background.slice(-30)).toBe(text.replace('/a.png', A).slice(-30));
  });

  test.each([
    ['style', { style: { background: `url("data:,${'A'.repeat(20_000_000)}"), url(/a.png)` } }],
    ['srcSet', { srcSet: `data:image/jpeg;base64,/9j/${'A'.repeat(20_000_000)} 2x, /a.png 1x` }],
  ])('it leaves a %s of 20 MB as it is', (_, props) => {
    expect(hashed('img', props)).toEqual(props);
  });
});

test('it leaves a list of texts in a <style> to React', () => {
  const children = ['a{}', 'b{background:url(/a.png)}'];
  expect(hashed('style', { children }).children).toBe(children);
});

test.each<[string, string, Props]>([
  ['a module', 'script', { type: 'module', src: '/cdn.png' }],
  ['its preload', 'link', { rel: 'modulepreload', href: '/cdn.png' }],
])('it keeps %s on the own origin, since a CDN may not allow CORS', (_, element, props) => {
  expect(hashed(element, props)).toEqual(props);
});

test('it preloads a font where the stylesheet loads it', () => {
  const preload = { rel: 'preload', as: 'font', crossOrigin: '', href: '/cdn.png' };
  expect(hashed('link', preload)).toEqual({ ...preload, href: URLS['/cdn.png'] });
});

test.each<[unknown, unknown]>([
  [1n, undefined],
  [Symbol('x'), Symbol('y')],
])('it takes any value for rel and as of a link', (rel, as) => {
  expect(hashed('link', { rel, as, href: '/a.png' })).toEqual({ rel, as, href: '/a.png' });
});

test.each(['url("', "'", '/* ', 'url(\\"', '"\\', 'url( ', '(" \\'])('it reads 40,000 times %j in linear time', (part) => {
  const children = part.repeat(40_000);
  // Quadratic time is minutes on a slow machine.
  expect(processorMs(() => expect(hashed('style', { children }).children).toBe(children))).toBeLessThan(10_000);
});
