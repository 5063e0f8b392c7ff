import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { clickHydrated, launchBrowser, recordComplaints } from '../support/browser';
import { expectNoComplaints } from '../support/complaints';
import { createApp, type NextApp } from '../support/next-app';
import { type RecordingProxy, startProxy } from '../support/proxy';

/** Files of npm packages. The test copies them into `public/`, as apps do that do not bundle them. */
const VENDORED = {
  'bootstrap.min.css': 'bootstrap/dist/css/bootstrap.min.css',
  'bootstrap.bundle.min.js': 'bootstrap/dist/js/bootstrap.bundle.min.js',
  'jquery.min.js': 'jquery/dist/jquery.min.js',
};

interface Material {
  name: string;
  url: string;
  /** Asset paths that the page loads by their hashed URLs, and by their plain ones. */
  hashed: readonly string[];
  plain: readonly string[];
  /** Acts like a visitor. Default: nothing. */
  act?: (page: Page) => Promise<unknown>;
}

const MATERIAL: readonly Material[] = [
  {
    name: 'a landing page: data files, props of own components, template strings, next/image, Tailwind, bundled CSS',
    url: '/',
    hashed: ['badge', 'fast', 'hero', 'logo-one', 'logo-two', 'safe', 'texture'].map((name) => `/img/${name}.svg`),
    plain: [],
  },
  {
    name: 'a blog: front matter is hashed, HTML made of Markdown is not',
    url: '/blog/first',
    hashed: ['/img/cover.svg'],
    plain: ['/img/diagram.svg'],
  },
  { name: 'MDX: Markdown and elements', url: '/notes', hashed: ['/img/inline.svg', '/img/note.svg'], plain: [] },
  {
    name: 'a dashboard that switches its theme: paths in the source are hashed, those put together at run time are not',
    url: '/dashboard',
    hashed: ['/img/moon.svg', '/img/sun.svg'],
    plain: ['/themes/dark.css', '/themes/light.css'],
    async act(page) {
      await clickHydrated(page, 'button');
      await page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === 'rgb(0, 0, 0)');
      await page.waitForFunction(() => [...document.images].some(({ src, complete }) => src.includes('/img/moon.') && complete));
    },
  },
  {
    name: 'a legacy page: jQuery, Bootstrap, a relative URL in a stylesheet, and one in an element',
    url: '/legacy',
    hashed: [
      '/css/legacy.css',
      '/img/legacy-bg.svg',
      '/js/legacy.js',
      '/vendor/bootstrap.bundle.min.js',
      '/vendor/bootstrap.min.css',
      '/vendor/jquery.min.js',
    ],
    plain: ['/img/relative.svg'],
    async act(page) {
      await page.waitForFunction(() => document.documentElement.dataset.jquery === '3.7.1');
      await page.click('button');
      await page.locator('#more.show').waitFor();
    },
  },
];

let app: NextApp;
let output: string;
let proxy: RecordingProxy;
let browser: Browser;
/** The URL that the browser requests → asset path. */
let assetPaths: Map<string, string>;
beforeAll(async () => {
  app = createApp('real-material', { line: 'companions' });
  for (const [name, file] of Object.entries(VENDORED))
    app.write(`public/vendor/${name}`, fs.readFileSync(path.join(app.installation, 'node_modules', file)));
  output = app.build();
  const { origin } = await app.start();
  proxy = await startProxy(() => origin);
  browser = await launchBrowser();
  const { assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string }> };
  assetPaths = new Map(Object.entries(assets).map(([assetPath, { url }]) => [url, assetPath]));
});
afterAll(async () => {
  await browser?.close();
  await proxy?.close();
  await app?.dispose();
});

test.each(MATERIAL)('$name', async ({ url, hashed, plain, act }) => {
  const context = await browser.newContext();
  const visit = async () => {
    const page = await context.newPage();
    const complaints = recordComplaints(page);
    proxy.seen.length = 0;
    await page.goto(proxy.origin + url, { waitUntil: 'networkidle' });
    await page.waitForFunction(() => document.documentElement.dataset.hydrated);
    await act?.(page);
    await expectNoComplaints(page, complaints);
    await page.close();
    const asked = [...new Set(proxy.seen.map(({ path: asked }) => asked))].sort();
    return {
      hashed: asked.flatMap((asked) => assetPaths.get(asked) ?? []),
      plain: asked.filter((asked) => [...assetPaths.values()].includes(asked)),
    };
  };
  expect(await visit()).toEqual({ hashed, plain });
  expect((await visit()).hashed).toEqual([]);
  await context.close();
});

test('the build says how many files are hashed, and why the others are not', () => {
  const lines = output.split('\n');
  const line = lines.findIndex((text) => text.includes('that your pages load are hashed'));
  expect(lines.slice(line, line + 4).join('\n')).toMatchInlineSnapshot(`
"next-smart-cache: 17 of 20 public files that your pages load are hashed; plain: /img/diagram.svg (<img src> in /blog/first), /img/relative.svg (<img src> in /legacy), /themes/light.css (<link rel="stylesheet"> in /dashboard)
  /img/diagram.svg: the element is not made by the app's own JSX: it comes from the HTML of Markdown or of a CMS, or from a package; write the URL with asset() where that HTML is made, or pass asset() to the component of the package
  /img/relative.svg: a relative URL names another file on each page, so the JSX runtime leaves it alone; write the path from the root of the site, such as "/img/hero.png"
  /themes/light.css: the path is put together at run time in client code, or the element comes from the HTML of Markdown or of a CMS; for client code, add clientAssets: ['/themes/**'] to the options of withSmartCache(); for HTML, write the URL with asset()"
`);
});
