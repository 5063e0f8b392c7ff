import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { bundlerFlags } from '../integration/bundlers';
import { launchBrowser, recordComplaints } from '../support/browser';
import { findComplaints } from '../support/complaints';
import { createApp, type NextApp } from '../support/next-app';

const FONT = path.resolve(__dirname, '../../node_modules/@fontsource/inter/files/inter-latin-400-normal.woff2');

/** The app needs nothing else of this package. Its source does not name the package. */
const WIRING = {
  'next.config.mjs': "import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache();\n",
  'jsconfig.json': '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "next-smart-cache" } }\n',
};

/** Next prints these messages for the fixture with and without this package. */
const ADVICE_OF_NEXT = /Do not add stylesheets using next\/head|was detected as the Largest Contentful Paint/;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each(['turbopack', 'webpack'] as const)('next dev with %s shows an edit', (bundler) => {
  let app: NextApp;
  let origin: string;
  beforeAll(async () => {
    app = createApp('automatic', { bundler: bundlerFlags('latest', bundler) });
    app.write('public/fonts/dot.woff2', fs.readFileSync(FONT));
    for (const [file, text] of Object.entries(WIRING)) app.write(file, text);
    ({ origin } = await app.dev());
  });
  afterAll(() => app.dispose());

  async function open(url: string, name: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    const complaints = recordComplaints(page);
    await page.goto(origin + url, { waitUntil: 'load' });
    await page.waitForFunction((wanted) => document.documentElement.dataset.hydrated === wanted, name);
    await page.evaluate(() => Object.assign(window, { isSameDocument: true }));
    return { page, complaints };
  }

  const waitForMargin = (page: Page, margin: string) =>
    page.waitForFunction((wanted) => getComputedStyle(document.body).marginTop === wanted, margin);
  const isSameDocument = (page: Page) => page.evaluate(() => 'isSameDocument' in window);

  test.each([
    { url: '/', name: 'home', margin: '31px', mayReload: false },
    { url: '/client', name: 'client', margin: '32px', mayReload: false },
    // Turbopack reloads the page if an import of `_document` has changed, and `_document` imports the runtime.
    { url: '/legacy', name: 'legacy', margin: '33px', mayReload: true },
  ])('of a stylesheet and of an image on $url', async ({ url, name, margin, mayReload }) => {
    const { page, complaints } = await open(url, name);
    app.write('public/css/site.css', `body { margin-top: ${margin} }\n`);
    await waitForMargin(page, margin);
    const before = await page.locator('img[src^="/img/img."]').getAttribute('src');
    app.write('public/img/img.svg', `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><title>${name}</title></svg>\n`);
    await page.waitForFunction(
      (old) => !document.querySelector(`img[src="${old}"]`) && document.querySelector('img[src^="/img/img."]'),
      before,
    );
    if (!mayReload) expect(await isSameDocument(page)).toBe(true);
    const unexpected = await findComplaints(page, complaints);
    expect(unexpected.filter((text) => !ADVICE_OF_NEXT.test(text))).toEqual([]);
    await page.close();
  });

  test('of a script in a Server Component, by a reload', async () => {
    const { page } = await open('/', 'home');
    // The server may report an edit twice, so the page may reload at any moment: `waitForFunction` outlives that.
    for (const script of ['application', 'next-script']) {
      await page.waitForFunction(() => Object.assign(window, { isSameDocument: true }));
      app.write(`public/js/${script}.js`, `(window.ran ??= []).push('${script}, edited');\n`);
      await page.waitForFunction(
        (wanted) => !('isSameDocument' in window) && (window as { ran?: string[] }).ran?.includes(wanted),
        `${script}, edited`,
      );
      await page.waitForFunction(() => document.documentElement.dataset.hydrated === 'home');
    }
    // Two async scripts run in the order in which they arrive.
    await page.waitForFunction(() => (window as { ran?: string[] }).ran?.toSorted().join() === 'application, edited,next-script, edited');
    await page.close();
  });
});
