import fs from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { clickHydrated, recordComplaints } from './browser';
import { expectNoComplaints } from './complaints';
import { expectedUrl, type UrlSettings } from './expected-urls';
import { IMMUTABLE, isCacheable, request } from './http';

/** A page of a fixture app, and what it links. */
export interface LinkedPage {
  path: string;
  /** The text of its `Hydrated` after hydration. */
  hydrated: string;
  /** The asset paths that the page links, as the app's source writes them. */
  links: readonly string[];
  status?: number;
}

/** A running app under test. */
export interface AppUnderTest extends UrlSettings {
  origin: string;
  browser: Browser;
  /** A prefix of the paths of pages. Default: none. */
  basePath?: string | undefined;
  pages: readonly LinkedPage[];
  /** Whether an image under a stale hash is a 404 for a browser too: Next 15.4.0 to 15.4.4. Default: false. */
  hasNoStaleImages?: boolean;
  /** Whether every stale hash is a 404, as on hosts that look for a file before they apply the next rewrite. Default: under static delivery alone. */
  hasNoStaleFiles?: boolean;
  /** Answers other than pages that name hashed URLs: metadata, route handlers. */
  documents?: readonly Pick<LinkedPage, 'path' | 'links'>[] | undefined;
  /** A client-side navigation to a page that brings a stylesheet and a script of its own. */
  navigation: { from: string; to: string; hydrated: string; ran: string; color: string };
}

/**
 * Checks for every set-up; each is one test. Each row of the matrix runs all of them.
 */
export const PAGE_CONTRACT: readonly [name: string, check: (app: AppUnderTest) => Promise<void>][] = [
  ['every page links hashed URLs, with the right bytes and headers', checkLinks],
  ['every page is the same before and after hydration, without a word on the console', checkHydration],
  ['a client-side navigation loads and runs the assets of the next page', checkNavigation],
];

async function checkLinks(app: AppUnderTest): Promise<void> {
  const urls = new Map<string, string>();
  for (const { path: page, links, status = 200 } of [...app.pages, ...(app.documents ?? [])] as LinkedPage[]) {
    const answer = await request(app.origin, toUrlPath(app, page));
    const html = answer.body.toString();
    expect([page, answer.status]).toEqual([page, status]);
    for (const link of links) {
      const url = expectedUrl(link, app);
      expect(html.replaceAll('&amp;', '&')).toContain(url);
      urls.set(url, link);
    }
  }
  for (const [url, link] of urls) await checkUrl(app, url, link.replace(/[?#].*/, ''));
}

/** Checks that the hashed bytes are immutable, and that no cache may keep the answer to a made-up hash. */
async function checkUrl(
  { origin, publicDir, delivery, hasNoStaleImages = false, hasNoStaleFiles = delivery === 'static' }: AppUnderTest,
  url: string,
  assetPath: string,
): Promise<void> {
  const { origin: host, pathname } = new URL(url, origin);
  const bytes = fs.readFileSync(path.join(publicDir, assetPath));
  const answer = await request(host, pathname);
  expect([url, answer.status, withSpaces(answer.cacheControl), answer.body.equals(bytes)]).toEqual([url, 200, IMMUTABLE, true]);
  const stale = await request(host, pathname.replace(/\.[0-9a-f]{10}\./, '.0123456789.'));
  const isMissing = hasNoStaleFiles || (hasNoStaleImages && /\.(?:png|svg)$/.test(assetPath));
  expect([url, stale.status, isCacheable(stale.cacheControl)]).toEqual([url, isMissing ? 404 : 200, false]);
  if (!isMissing) expect(stale.body.equals(bytes)).toBe(true);
}

/** Some hosts leave out the spaces of a list. */
function withSpaces(value: string | undefined): string | undefined {
  return value?.replaceAll(/,\s*/g, ', ');
}

async function checkHydration(app: AppUnderTest): Promise<void> {
  // Open all pages at once: most of the time is spent on waiting until a page is idle.
  await inNewContext(app.browser, (context) => Promise.all(app.pages.map((page) => checkHydrationOf(app, page, context))));
}

export async function checkHydrationOf(
  app: AppUnderTest,
  { path: page, hydrated, status = 200 }: LinkedPage,
  context: BrowserContext,
): Promise<void> {
  const tab = await context.newPage();
  const complaints = recordComplaints(tab);
  await tab.goto(app.origin + toUrlPath(app, page), { waitUntil: 'networkidle' });
  await waitUntilHydrated(tab, hydrated);
  const sent = await linkedUrls(tab, (await request(app.origin, toUrlPath(app, page))).body.toString());
  expect({ page, urls: await linkedUrls(tab) }).toEqual({ page, urls: sent });
  await expectNoComplaints(tab, complaints, status);
  await tab.close();
}

export async function checkNavigation(app: AppUnderTest): Promise<void> {
  const { origin, browser, navigation } = app;
  const { from, to, hydrated, ran, color } = navigation;
  await inNewContext(browser, async (context) => {
    const tab = await context.newPage();
    const complaints = recordComplaints(tab);
    await tab.goto(origin + toUrlPath(app, from), { waitUntil: 'networkidle' });
    await tab.evaluate(() => Object.assign(window, { sameDocument: true }));
    await clickHydrated(tab, `nav a[href*="${to}"]`);
    await waitUntilHydrated(tab, hydrated);
    await tab.waitForFunction((name) => (window as { ran?: string[] }).ran?.includes(name), ran);
    await tab.waitForFunction((wanted) => getComputedStyle(document.querySelector('main') as Element).color === wanted, color);
    await tab.click('button');
    await tab.waitForSelector('text=clicked 1');
    expect(await tab.evaluate(() => 'sameDocument' in window)).toBe(true);
    await expectNoComplaints(tab, complaints, 200);
  });
}

/** The home page of an app with a `basePath` has no slash at its end. */
function toUrlPath({ basePath = '' }: AppUnderTest, page: string): string {
  return basePath && page === '/' ? basePath : basePath + page;
}

export async function inNewContext<T>(browser: Browser, act: (context: BrowserContext) => Promise<T>): Promise<T> {
  const context = await browser.newContext();
  try {
    return await act(context);
  } finally {
    await context.close();
  }
}

async function waitUntilHydrated(tab: Page, name: string): Promise<void> {
  await tab.waitForFunction((wanted) => document.documentElement.dataset.hydrated === wanted, name);
}

/**
 * Returns the files of `public/` that a document shows and loads. Leaves out
 * preloads and scripts that `next/script` adds without `async`: hydration changes them.
 *
 * @param html another document than the one that is open.
 */
function linkedUrls(tab: Page, html?: string): Promise<string[]> {
  return tab.evaluate((text) => {
    const root = text === undefined ? document : new DOMParser().parseFromString(text, 'text/html');
    const tags = root.querySelectorAll('img[src], link[rel=stylesheet], link[rel=icon], script[src]:is([async], [defer])');
    const urls = [...tags].map((tag) => tag.getAttribute('src') ?? tag.getAttribute('href') ?? '');
    return [...new Set(urls)].filter((url) => !/\/_next\/(?!static\/media)/.test(url) && !url.includes('/_next/static/chunks/')).sort();
  }, html);
}
