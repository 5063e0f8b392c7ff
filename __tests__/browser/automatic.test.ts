import fs from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { bundlerFlags } from '../integration/bundlers';
import { launchBrowser, recordComplaints } from '../support/browser';
import { expectNoComplaints, findComplaints } from '../support/complaints';
import { expectedUrl } from '../support/expected-urls';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { type RecordingProxy, startProxy } from '../support/proxy';
import { differenceOf, NONE, takeScreenshot } from '../support/screenshots';

const FONT = path.resolve(__dirname, '../../node_modules/@fontsource/inter/files/inter-latin-400-normal.woff2');

/** The app needs nothing else of this package. Its source does not name the package. */
const WIRING = {
  'next.config.mjs': `
    import { withSmartCache } from 'next-smart-cache/config';
    const localPatterns = ['/img/next%20image.png', '/img/image-props.png'].map((pathname) => ({ pathname, search: '' }));
    export default withSmartCache({ images: { localPatterns, imageSizes: [24] } }, { automatic: { exclude: '/plain/excluded.svg' } });
  `,
  'jsconfig.json': '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "next-smart-cache" } }\n',
};

/** `files`: how many the page loads at least. `ran`: the scripts, each once. */
const PAGES = [
  { page: '/', name: 'home', files: 26, ran: ['application', 'next-script'] },
  { page: '/client', name: 'client', files: 26, ran: ['application', 'next-script'] },
  { page: '/edge', name: 'edge', files: 7, ran: ['application', 'next-script'] },
  { page: '/legacy', name: 'legacy', files: 24, ran: ['document-script', 'next-script'] },
];

/** Matches the hashed URL of a file of `public/`, or of a file that Next bundles. */
const HASHED =
  /^\/[\w/ -]+\.[0-9a-f]{10}\.\w+(?:\?v=1)?$|^\/_next\/image\?url=(?:\/[\w/% -]+\.[0-9a-f]{10}|\/_next\/static\/media\/static\.\w+)\.png&/;

/** The browser requests media when they are played, so read their URLs from the document. */
const MEDIA = ['clip', 'audio', 'source'];

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** A visit: the look of the page, the requests for files of `public/`, and the complaints of the page. */
async function visit(context: BrowserContext, proxy: RecordingProxy, { page, name }: (typeof PAGES)[number]) {
  const tab = await context.newPage();
  const recorded = recordComplaints(tab);
  proxy.seen.length = 0;
  await tab.goto(proxy.origin + page, { waitUntil: 'networkidle' });
  await tab.waitForFunction((wanted) => document.documentElement.dataset.hydrated === wanted, name);
  await tab.evaluate(() => document.fonts.ready);
  const screenshot = await takeScreenshot(tab);
  const html = await tab.content();
  const ran = await tab.evaluate(() => (window as { ran?: string[] }).ran);
  const complaints = await findComplaints(tab, recorded);
  await tab.close();
  const asked = proxy.seen.filter(({ path: url }) => /^\/(?:css|js|img|media|fonts)\/|^\/_next\/image/.test(url));
  return { asked, complaints, html, ran, screenshot };
}

describe.each([
  { line: 'latest', bundler: 'turbopack' },
  { line: 'latest', bundler: 'webpack' },
  { line: 'previous', bundler: 'webpack' },
] as const)('$line, $bundler: an app with nothing of this package in its source', ({ line, bundler }) => {
  let app: NextApp;
  let server: NodeServer;
  let proxy: RecordingProxy;
  /** The look of each page without the package. */
  const plain = new Map<string, Buffer>();

  // Each step has its own timeout, so that a slow machine needs no longer one.
  beforeAll(async () => {
    app = createApp('automatic', { line, bundler: bundlerFlags(line, bundler) });
    app.write('public/fonts/dot.woff2', fs.readFileSync(FONT));
    proxy = await startProxy(() => server.origin);
    app.build();
    server = await app.start();
  });
  test('is visited without the package, for comparison', async () => {
    const context = await browser.newContext();
    for (const page of PAGES) plain.set(page.page, (await visit(context, proxy, page)).screenshot);
    await context.close();
  });
  test('builds with the package', async () => {
    await server.stop();
    for (const [file, text] of Object.entries(WIRING)) app.write(file, text);
    app.build();
    server = await app.start();
  });
  afterAll(async () => {
    await proxy.close();
    await app.dispose();
  });

  test.each(PAGES)('loads only hashed URLs on $page, looks the same as without the package, and requests nothing again', async (page) => {
    const context = await browser.newContext();
    const first = await visit(context, proxy, page);
    expect(first.complaints).toEqual([]);
    expect(differenceOf(plain.get(page.page) as Buffer, first.screenshot)).toBe(NONE);
    // Two async scripts run in the order in which they arrive.
    expect([...(first.ran ?? [])].sort()).toEqual(page.ran);
    const urls = first.asked.map(({ path: url }) => url);
    expect(urls.filter((url) => !HASHED.test(decodeURIComponent(url)))).toEqual([]);
    expect(urls).toHaveLength(new Set(urls).size);
    expect(urls.length).toBeGreaterThanOrEqual(page.files);
    for (const { path: url, status, cacheControl } of first.asked) {
      expect([url, status, cacheControl]).toEqual([url, 200, url.startsWith('/_next/image') ? expect.any(String) : IMMUTABLE]);
    }
    if (page.files > 20) for (const name of MEDIA) expect(first.html).toMatch(new RegExp(`src="/media/${name}\\.[0-9a-f]{10}\\.wav"`));
    if (page.files > 20) for (const name of ['no-hash', 'excluded']) expect(first.html).toContain(`src="/plain/${name}.svg"`);
    const second = await visit(context, proxy, page);
    expect(second.asked.map(({ path: url, status }) => `${status} ${url}`)).toEqual([]);
    expect(differenceOf(first.screenshot, second.screenshot)).toBe(NONE);
    await context.close();
  });

  test('lets next/image optimize the images that the config lists, also under their hashed URLs, and no others', async () => {
    const statusOf = async (file: string) =>
      (await request(server.origin, `/_next/image?url=${encodeURIComponent(file)}&w=24&q=75`)).status;
    const hashed = expectedUrl('/img/image-props.png', { publicDir: path.join(app.dir, 'public') });
    const statuses = await Promise.all(
      ['/img/image-props.png', hashed, `${hashed}?v=1`, '/img/photo.png', '/img/image-props.x.png'].map(statusOf),
    );
    expect(statuses).toEqual([200, 200, 400, 400, 400]);
  });

  test('loads the files of the next page in a client-side navigation, and those of a new element after a state change', async () => {
    const context = await browser.newContext();
    const tab = await context.newPage();
    const complaints = recordComplaints(tab);
    await tab.goto(`${proxy.origin}/`, { waitUntil: 'networkidle' });
    proxy.seen.length = 0;
    await tab.click('nav a');
    await tab.waitForFunction(() => document.documentElement.dataset.hydrated === 'second');
    await tab.waitForFunction(() => (window as { ran?: string[] }).ran?.includes('second'));
    await tab.click('button');
    await tab.waitForSelector('img[src^="/img/child."]');
    await tab.waitForLoadState('networkidle');
    const asked = proxy.seen.map(({ path: url }) => url).filter((url) => /^\/(?:css|js|img)\//.test(url));
    expect(asked.sort()).toEqual(
      ['css/second', 'img/child', 'js/second'].map((name) => expect.stringMatching(`^/${name}[.][0-9a-f]{10}[.]`)),
    );
    await expectNoComplaints(tab, complaints);
    await context.close();
  });
});
