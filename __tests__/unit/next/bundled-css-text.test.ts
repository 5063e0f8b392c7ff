import { hashCss } from '../../../src/next/bundled-css';

const MANIFEST = {
  basePath: '/docs',
  onMissing: 'error' as const,
  assets: {
    '/img/bg.png': '/docs/img/bg.0123456789.png',
    '/img/my photo.jpg': '/docs/img/my%20photo.0123456789.jpg',
    "/img/it's (1).png": "/docs/img/it's%20(1).0123456789.png",
    '/img/excluded.png': '/docs/img/excluded.0123456789.png',
    '/fonts/a.woff2': ['https://cdn.example.com/fonts/a.0123456789.woff2', 'sha256-x'] as const,
    '/robots.txt': '/docs/robots.txt',
  },
  notAutomatic: { '/img/excluded.png': true as const },
};

const hash = (css: string) => hashCss(css, () => MANIFEST);

test.each<[string, css: string, expected: string]>([
  ['without quotes', 'a{b:url(/img/bg.png)}', 'a{b:url(/docs/img/bg.0123456789.png)}'],
  ['in double quotes', 'a{b:url("/img/bg.png")}', 'a{b:url("/docs/img/bg.0123456789.png")}'],
  ['in single quotes', `a{b:url('/img/bg.png')}`, `a{b:url('/docs/img/bg.0123456789.png')}`],
  ['with space around', 'a{b:url( "/img/bg.png" )}', 'a{b:url( "/docs/img/bg.0123456789.png" )}'],
  ['in upper case', 'a{b:URL(/img/bg.png)}', 'a{b:URL(/docs/img/bg.0123456789.png)}'],
  ['with a query and a fragment', 'a{b:url(/img/bg.png?v=1#x)}', 'a{b:url(/docs/img/bg.0123456789.png?v=1#x)}'],
  ['several', 'a{b:url(/img/bg.png), url(/robots.txt)}', 'a{b:url(/docs/img/bg.0123456789.png), url(/docs/robots.txt)}'],
  ['among other values', 'a{b:#fff url(/img/bg.png) no-repeat}', 'a{b:#fff url(/docs/img/bg.0123456789.png) no-repeat}'],
  ['inside another function', 'a{b:image-set(url(/img/bg.png) 1x)}', 'a{b:image-set(url(/docs/img/bg.0123456789.png) 1x)}'],
  ['in @font-face', '@font-face{src:url(/fonts/a.woff2)}', '@font-face{src:url(https://cdn.example.com/fonts/a.0123456789.woff2)}'],
  ['in a custom property', ':root{--x:url(/img/bg.png)}', ':root{--x:url(/docs/img/bg.0123456789.png)}'],
  ['as a string in image-set()', 'a{b:image-set("/img/bg.png" 1x)}', 'a{b:image-set("/docs/img/bg.0123456789.png" 1x)}'],
  [
    'as a string in -webkit-image-set(), beside its type',
    `a{b:-webkit-image-set('/img/bg.png' type("/img/bg.png") 1x)}`,
    `a{b:-webkit-image-set('/docs/img/bg.0123456789.png' type("/img/bg.png") 1x)}`,
  ],
  ['with an escape', 'a{b:url(/img/b\\67.png)}', 'a{b:url(/docs/img/bg.0123456789.png)}'],
  ['with an escaped space, bare', 'a{b:url(/img/my\\ photo.jpg)}', 'a{b:url(/docs/img/my%20photo.0123456789.jpg)}'],
  ['with white space inside the quotes', 'a{b:url(" /img/bg.png ")}', 'a{b:url("/docs/img/bg.0123456789.png")}'],
  ['in a block of a custom property', ':root{--x:{b:url(/img/bg.png)}}', ':root{--x:{b:url(/docs/img/bg.0123456789.png)}}'],
  ['in a custom property of Tailwind', '.a{--tw-x:url("/img/bg.png") ;}', '.a{--tw-x:url("/docs/img/bg.0123456789.png") ;}'],
  ['as an empty query', 'a{b:url("/fonts/a.woff2?#iefix")}', 'a{b:url("https://cdn.example.com/fonts/a.0123456789.woff2?#iefix")}'],
  ['in a nested rule', 'a{&:hover{b:url(/img/bg.png)}}', 'a{&:hover{b:url(/docs/img/bg.0123456789.png)}}'],
  ['with !important', 'a{b:url(/img/bg.png)!important}', 'a{b:url(/docs/img/bg.0123456789.png)!important}'],
  ['with a space in the name', 'a{b:url("/img/my photo.jpg")}', 'a{b:url("/docs/img/my%20photo.0123456789.jpg")}'],
  ['with the basePath in front', 'a{b:url(/docs/img/bg.png)}', 'a{b:url(/docs/img/bg.0123456789.png)}'],
  ['with characters that CSS escapes', `a{b:url("/img/it's (1).png")}`, `a{b:url("/docs/img/it's%20(1).0123456789.png")}`],
  ['percent-encoded', 'a{b:url(/img/my%20photo.jpg)}', 'a{b:url(/docs/img/my%20photo.0123456789.jpg)}'],
])('a URL of public/ is hashed: %s', (_, css, expected) => {
  expect(hash(css)).toBe(expected);
});

test.each([
  'a{b:url(/img/unknown.png)}',
  'a{b:url(img/bg.png)}',
  'a{b:url(./img/bg.png)}',
  'a{b:url(https://example.com/img/bg.png)}',
  'a{b:url(//example.com/img/bg.png)}',
  'a{b:url(data:image/png;base64,AAAA)}',
  'a{b:url(#filter)}',
  'a{b:url()}',
  'a{b:url(var(--x))}',
  'a{b:url(/img/bg.png /img/bg.png)}',
  'a{b:image-set("/img/unknown.png" 1x)}',
  ':root{--x:"/img/bg.png"}',
  'a[b="/img/bg.png"]{c:d}',
  '@import "/img/bg.png";',
  'a{content:"url(/img/bg.png)"}',
  '/* url(/img/bg.png) */ a{b:c}',
  'a{b:url(/constructor)}',
  'a{b:url(constructor)}',
  'a{b:url(/docs/robots.txt)}',
  'a{b:url(/docs/docs/img/bg.png)}',
  'a{b:url(/img/excluded.png)}',
  'a{b:url(/docs/img/bg.0123456789.png)}',
  '/*# sourceMappingURL=/img/bg.png */',
  '@namespace url(/img/bg.png);',
  'a{b:url("/img/bg.png}',
])('anything else stays as it is: %s', (css) => {
  expect(hash(css)).toBe(css);
});

test('a broken spot keeps its text, and what browsers read after it is hashed', () => {
  expect(hash('a{b:url("/img/bg.png\n}\nc{d:url(/img/bg.png)}')).toBe('a{b:url("/img/bg.png\n}\nc{d:url(/docs/img/bg.0123456789.png)}');
});

test('the manifest is not asked for by CSS that names no file of public/', () => {
  const readManifest = jest.fn(() => MANIFEST);
  for (const css of [
    'a{b:c}',
    'a{b:url(x.png)}',
    '/* x */ a{b:url(data:image/png;base64,AAAA)}',
    'a{grid-area:1 / 2}',
    '@import "/x.css";',
  ])
    expect(hashCss(css, readManifest)).toBe(css);
  expect(readManifest).not.toHaveBeenCalled();
});

test('10,000 URLs take a moment', () => {
  expect(hash('a{b:url(/img/bg.png)}\n'.repeat(10_000))).toBe('a{b:url(/docs/img/bg.0123456789.png)}\n'.repeat(10_000));
});

test('a URL of development, the path with a query, is hashed once by two passes', () => {
  const before = process.env.NODE_ENV;
  Object.assign(process.env, { NODE_ENV: 'development' });
  const manifest = { basePath: '', onMissing: 'error' as const, assets: { '/img/bg.png': '/img/bg.png?hash=0123456789' } };
  const once = hashCss('a{b:url(/img/bg.png?v=1)}', () => manifest);
  const twice = hashCss(once, () => manifest);
  Object.assign(process.env, { NODE_ENV: before });
  expect([once, twice]).toEqual(['a{b:url(/img/bg.png?hash=0123456789&v=1)}', once]);
});
