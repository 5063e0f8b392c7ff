import type { Browser, BrowserContext, Page } from 'playwright-core';
import { clickHydrated, launchBrowser, recordComplaints } from '../support/browser';
import { expectNoComplaints } from '../support/complaints';
import { IMMUTABLE } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { type RecordingProxy, startProxy } from '../support/proxy';

let app: NextApp;
let server: NodeServer;
let proxy: RecordingProxy;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  app = createApp('catch-all');
  app.build();
  server = await app.start();
  proxy = await startProxy(() => server.origin);
  browser = await launchBrowser();
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());
afterAll(async () => {
  await browser.close();
  await proxy.close();
  await app.dispose();
});

/** Opens the app in a new tab. Returns the requests for files of `public/`, and the state of the page. */
async function visit(path: string, act?: (page: Page) => Promise<unknown>) {
  const page = await context.newPage();
  const complaints = recordComplaints(page);
  proxy.seen.length = 0;
  await page.goto(proxy.origin + path, { waitUntil: 'networkidle' });
  await act?.(page);
  const asked = proxy.seen
    .filter(({ path: asked }) => /^\/(js|css|img)\//.test(asked))
    .map(({ path: asked, status, cacheControl }) => `${status} ${asked}${cacheControl === IMMUTABLE ? '' : ` ${cacheControl}`}`);
  const state = await page.evaluate(() => ({
    application: document.documentElement.dataset.application,
    client: document.documentElement.dataset.client,
    background: getComputedStyle(document.body).backgroundColor,
  }));
  await expectNoComplaints(page, complaints);
  await page.close();
  return { asked: asked.sort(), state };
}

const FIRST_VISIT = ['200 /css/site.45dab2e697.css', '200 /js/application.46fb7aa72a.js'];

test('a first visit requests each file once and gets it as immutable; a repeat visit requests none', async () => {
  const first = await visit('/');
  expect(first.asked).toEqual(FIRST_VISIT);
  expect(first.state).toMatchObject({ application: '1', background: 'rgb(238, 238, 255)' });
  const repeat = await visit('/');
  expect(repeat.asked).toEqual([]);
  expect(repeat.state).toEqual(first.state);
});

test('a reload requests nothing, or gets 304', async () => {
  await visit('/');
  const { asked } = await visit('/', (page) => page.reload({ waitUntil: 'networkidle' }));
  expect(asked.filter((line) => !line.startsWith('304'))).toEqual([]);
});

test('a client-side navigation loads and runs the scripts of the next page, and hydrates it', async () => {
  const { asked, state } = await visit('/', async (page) => {
    await clickHydrated(page, 'text=client');
    await page.waitForFunction(() => document.documentElement.dataset.client === '1');
    await clickHydrated(page, 'button');
    await page.waitForSelector('text=clicked 1');
  });
  expect(asked).toEqual([...FIRST_VISIT, '200 /img/logo.ade38c8ba0.svg', '200 /js/client.1801bd69f1.js'].sort());
  expect(state.client).toBe('1');
});

test.each(['/client', '/legacy'])('%s is the same before and after hydration', async (path) => {
  // React says on the console when it is not, and `visit` fails on that.
  const { state } = await visit(path);
  expect(state).toMatchObject({ background: 'rgb(238, 238, 255)' });
});

test('a page of the Pages Router runs its script, and requests nothing on a repeat visit', async () => {
  expect((await visit('/legacy')).state.application).toBe('1');
  expect((await visit('/legacy')).asked).toEqual([]);
});

test('after an edit and a build, a visitor requests the edited file alone, and sees its new content', async () => {
  await visit('/');
  await server.stop();
  app.write('public/css/site.css', 'body { background: rgb(1, 2, 3); }\n');
  app.build();
  server = await app.start();
  const { asked, state } = await visit('/');
  // sha256 of the new text
  expect(asked).toEqual(['200 /css/site.2f3f3c2540.css']);
  expect(state).toMatchObject({ application: '1', background: 'rgb(1, 2, 3)' });
  expect((await visit('/')).asked).toEqual([]);
});
