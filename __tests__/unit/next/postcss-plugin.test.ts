import path from 'node:path';
import postcss from 'postcss';
import { smartCachePostcss } from '../../../src/next/postcss-plugin';
import { writeFiles } from '../../support/temporary-folder';
import { enterNextProcess } from '../support/next-process';

const MANIFEST = {
  basePath: '/docs',
  onMissing: 'error',
  assets: {
    '/img/bg.png': '/docs/img/bg.0123456789.png',
    '/img/my photo.jpg': '/docs/img/my%20photo.0123456789.jpg',
    '/fonts/a.woff2': ['https://cdn.example.com/fonts/a.0123456789.woff2', 'sha256-x'],
    '/robots.txt': '/docs/robots.txt',
  },
};

const moduleText = (manifest: object) => `// Written by next-smart-cache\nexport const manifest = ${JSON.stringify(manifest)};\n`;

/** Runs the plugin over a stylesheet of an app, and says what came of it. */
async function transform(css: string, { mode = 'build', env = {}, file = 'app/deep/site.css' } = {}) {
  const root = enterNextProcess({ '.keep': '' }, { env });
  writeFiles(root, { [`.smart-cache/${mode}/manifest.mjs`]: moduleText(MANIFEST) });
  const from = path.join(root, file);
  const result = await postcss([smartCachePostcss()]).process(css, { from });
  return { root, css: result.css, messages: result.messages, from };
}

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
  ['percent-encoded', 'a{b:url(/img/my%20photo.jpg)}', 'a{b:url(/docs/img/my%20photo.0123456789.jpg)}'],
])('a URL of public/ is hashed: %s', async (_, css, expected) => {
  expect((await transform(css)).css).toBe(expected);
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
])('anything else stays as it is: %s', async (css) => {
  expect((await transform(css)).css).toBe(css);
});

test('the stylesheet depends on the manifest, so that a saved file reaches it', async () => {
  const { root, messages, from } = await transform('a{b:c}');
  expect(messages).toEqual([
    { type: 'dependency', plugin: 'next-smart-cache', file: path.join(root, '.smart-cache/build/manifest.mjs'), parent: from },
  ]);
});

test('development has its own manifest', async () => {
  const css = 'a{b:url(/img/bg.png)}';
  expect((await transform(css, { mode: 'development', env: { NODE_ENV: 'development' } })).css).toContain('0123456789');
  expect((await transform(css, { mode: 'development' })).css).toBe(css);
});

test('without a manifest, or without a file name, nothing changes', async () => {
  const css = 'a{b:url(/img/bg.png)}';
  const root = enterNextProcess({});
  expect((await postcss([smartCachePostcss()]).process(css, { from: path.join(root, 'site.css') })).css).toBe(css);
  expect((await postcss([smartCachePostcss()]).process(css, { from: undefined })).css).toBe(css);
});

test('it is a plugin that PostCSS takes by name', () => {
  expect(smartCachePostcss.postcss).toBe(true);
});

test('`next build --debug-prerender`, which sets NODE_ENV to development, is a build', async () => {
  const { css } = await transform('a{b:url(/img/bg.png)}', { env: { NODE_ENV: 'development', NEXT_PHASE: 'phase-production-build' } });
  expect(css).toBe('a{b:url(/docs/img/bg.0123456789.png)}');
});
