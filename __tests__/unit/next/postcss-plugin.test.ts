import path from 'node:path';
import postcss from 'postcss';
import { WRAPPED_BY } from '../../../src/core/shared-globals';
import { smartCachePostcss } from '../../../src/next/bundled-css';
import { writeFiles } from '../../support/temporary-folder';
import { enterNextProcess } from '../support/next-process';

const MANIFEST = {
  basePath: '/docs',
  onMissing: 'error',
  assets: {
    '/img/bg.png': '/docs/img/bg.0123456789.png',
  },
};

const moduleText = (manifest: object) => `// Written by next-smart-cache\nexport const manifest = ${JSON.stringify(manifest)};\n`;

/** Runs the plugin over a stylesheet of an app, and says what came of it. */
async function transform(css: string, { mode = 'build', env = {}, file = 'app/deep/site.css' } = {}) {
  const root = enterNextProcess({ '.keep': '' }, { env: { [WRAPPED_BY]: '1', ...env } });
  writeFiles(root, { [`.smart-cache/${mode}/manifest.mjs`]: moduleText(MANIFEST) });
  const from = path.join(root, file);
  const result = await postcss([smartCachePostcss()]).process(css, { from });
  return { root, css: result.css, messages: result.messages, from };
}

test('URLs in declarations are hashed, and `@import` and comments stay', async () => {
  const css = '@import "/img/bg.png";\n/* url(/img/bg.png) */\na { b: url(/img/bg.png) url("/docs/img/bg.png?v=1") }';
  expect((await transform(css)).css).toBe(
    '@import "/img/bg.png";\n/* url(/img/bg.png) */\na { b: url(/docs/img/bg.0123456789.png) url("/docs/img/bg.0123456789.png?v=1") }',
  );
});

test('makes a stylesheet with a URL of public/ depend on the manifest, once, so that a saved file reaches it', async () => {
  const { root, messages, from } = await transform('a{b:url(/img/bg.png);c:url(/img/new.png)}');
  expect(messages).toEqual([
    { type: 'dependency', plugin: 'next-smart-cache', file: path.join(root, '.smart-cache/build/manifest.mjs'), parent: from },
  ]);
  expect((await transform('a{b:c;d:url(bg.png)}')).messages).toEqual([]);
});

test('development has its own manifest', async () => {
  const css = 'a{b:url(/img/bg.png)}';
  expect((await transform(css, { mode: 'development', env: { NODE_ENV: 'development' } })).css).toContain('0123456789');
  expect((await transform(css, { mode: 'development' })).css).toBe(css);
});

test('without a manifest, or without a file name, nothing changes', async () => {
  const css = 'a{b:url(/img/bg.png)}';
  const root = enterNextProcess({}, { env: { [WRAPPED_BY]: '1' } });
  expect((await postcss([smartCachePostcss()]).process(css, { from: path.join(root, 'site.css') })).css).toBe(css);
  expect((await postcss([smartCachePostcss()]).process(css, { from: undefined })).css).toBe(css);
});

test('a process other than Next, such as Storybook, gets plain URLs, since its server has no others', async () => {
  const css = 'a{b:url(/img/bg.png)}';
  expect((await transform(css, { env: { [WRAPPED_BY]: undefined } })).css).toBe(css);
});

test('PostCSS finds the plugin by its name', () => {
  expect(smartCachePostcss.postcss).toBe(true);
});

test('`next build --debug-prerender`, which sets NODE_ENV to development, is a build', async () => {
  const { css } = await transform('a{b:url(/img/bg.png)}', { env: { NODE_ENV: 'development', NEXT_PHASE: 'phase-production-build' } });
  expect(css).toBe('a{b:url(/docs/img/bg.0123456789.png)}');
});
