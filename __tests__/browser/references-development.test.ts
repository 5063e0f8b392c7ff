import type { Browser } from 'playwright-core';
import { launchBrowser, recordComplaints } from '../support/browser';
import { expectNoComplaints } from '../support/complaints';
import { isCacheable, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { type RecordingProxy, startProxy } from '../support/proxy';

describe.each([
  { name: 'Turbopack', bundler: [], modules: {} },
  { name: 'webpack', bundler: ['--webpack'], modules: { importMap: true } },
] as const)('next dev with $name and modules: $modules', ({ bundler, modules }) => {
  let app: NextApp;
  let server: NodeServer;
  let proxy: RecordingProxy;
  let browser: Browser;

  beforeAll(async () => {
    app = createApp('references', { bundler, env: { SMART_CACHE_OPTIONS: JSON.stringify({ modules }) } });
    server = await app.dev();
    proxy = await startProxy(() => server.origin);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await proxy.close();
    await app.dispose();
  });

  const linked = async (pattern: RegExp) => pattern.exec((await request(server.origin, '/')).body.toString())?.[0] ?? '';

  test('the page works, no module is loaded under two URLs, and nothing is cacheable', async () => {
    const page = await browser.newPage();
    const complaints = recordComplaints(page);
    // Next compiles the first page when it is requested.
    await page.goto(proxy.origin, { timeout: 150_000 });
    await page.waitForFunction(() => document.documentElement.dataset.worker && document.documentElement.dataset.modules);
    expect(await page.evaluate(() => ({ ...document.documentElement.dataset }))).toMatchObject({
      modules: 'a,data,29,lazy1,lazy1',
      worker: 'shared',
    });
    const plain = proxy.seen.map(({ path }) => path.replace(/\.[0-9a-f]{10}(?=\.\w+$)/, '')).filter((path) => path.startsWith('/js/'));
    expect(plain.filter((path, index) => plain.indexOf(path) !== index)).toEqual([]);
    for (const { path } of proxy.seen.filter(({ path }) => /^\/(?:js|css|img)\//.test(path))) {
      const { status, cacheControl } = await request(server.origin, path);
      expect([path, status, isCacheable(cacheControl)]).toEqual([path, 200, false]);
    }
    await expectNoComplaints(page, complaints);
    await page.close();
  });

  test('an edit of a file that a stylesheet references changes the URL of the sheet', async () => {
    const before = await linked(/\/css\/site\.[^"]*/);
    expect(before).toMatch(/^\/css\/site\.[0-9a-f]{10}\.css$/);
    app.write('public/img/base.png', 'edited');
    await until(async () => ![before, ''].includes(await linked(/\/css\/site\.[^"]*/)));
  });

  test('a reference that no longer resolves is reported', async () => {
    app.write('public/css/parts/base.css', '.base { background: url(../../img/bass.png) }\n');
    await until(async () => server.output().includes('A reference points to a missing file: public/css/parts/base.css:1'));
    expect(server.output()).toContain('did you mean /img/base.png?');
  });
});

/** Repeats a request, as a person would reload. The timeout of the test is the limit. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
