import type { Browser, Page } from 'playwright-core';
import { clickHydrated, launchBrowser, recordComplaints } from '../support/browser';
import { findComplaints } from '../support/complaints';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';

declare global {
  interface Window {
    ran?: string[];
  }
}

let app: NextApp;
let server: NodeServer;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  app = createApp('scripts');
  app.build();
  server = await app.start();
  browser = await launchBrowser();
});
beforeEach(async () => {
  page = await browser.newPage();
  complaints = recordComplaints(page);
});
afterEach(async () => {
  const unexpected = await findComplaints(page, complaints);
  await page.close();
  expect(unexpected).toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await app.dispose();
});

const ran = (count: number) =>
  page.waitForFunction((expected) => window.ran?.length === expected, count).then(() => page.evaluate(() => window.ran));

test('strategy passes the script to next/script, with the hashed URL and the other props', async () => {
  await page.goto(`${server.origin}/strategies`);
  const order = await ran(3);
  expect(order?.[0]).toBe('before');
  expect([...(order ?? [])].sort()).toEqual(['after', 'before', 'lazy']);
  const tag = page.locator('script#lazy');
  expect(await tag.getAttribute('src')).toBe('/js/lazy.0f26210b26.js');
  expect(await tag.getAttribute('data-kind')).toBe('chat');
  expect(await tag.getAttribute('data-nscript')).toBe('lazyOnload');
  expect(await tag.getAttribute('integrity')).toMatch(/^sha256-/);
});

test('a preload with integrity is used by its tag: each file is fetched once', async () => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${server.origin}/strategies`);
  await ran(3);
  expect(asked.filter((path) => path.startsWith('/js/')).sort()).toEqual([
    '/js/after.27897675f0.js',
    '/js/before.22c0fe11bf.js',
    '/js/lazy.0f26210b26.js',
  ]);
});

test('async={false} and defer keep their order, and a module runs too', async () => {
  await page.goto(`${server.origin}/ordered`);
  const order = (await ran(3)) ?? [];
  expect(order.indexOf('before')).toBeLessThan(order.indexOf('after'));
});

test('after client-side navigation React runs async scripts, and not the ordered ones', async () => {
  await page.goto(server.origin);
  await clickHydrated(page, 'text=ordered');
  await page.waitForSelector('main', { state: 'attached' });
  // docs/COMPONENTS.md promises this for `defer` and `async={false}`.
  expect(await ran(1)).toEqual(['lazy']);
});
