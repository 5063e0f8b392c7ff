import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser';
import { createApp, type NextApp } from '../support/next-app';

/** Each has a rule for the class of its name. */
const SHEETS = ['site', 'print', 'wide', 'off', 'behind', 'early', 'banner', 'page', 'other', 'late', 'hoisted'];

/** Those that keep an order, and those that run when they have come. */
const ORDERED = ['blocking', 'last', 'deferred', 'module'];
const FREE = ['async', 'next-script', 'page', 'other'];

/** What shows each of them: the document by itself, and, by client-side navigation, another one and back. */
const SECTIONS = ['/plain', '/bundled', '/legacy'];

declare global {
  interface Window {
    ordered?: string[];
    free?: string[];
  }
}

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each([
  {
    name: 'whose stylesheets may be hoisted',
    layers: ['init'],
    hoisted: { '/plain': [], '/bundled': ['site', 'print', 'wide'], '/legacy': ['site', 'wide'] },
  },
  {
    name: 'whose other stylesheets would come behind what is hoisted',
    layers: ['init', 'init-others'],
    hoisted: { '/plain': [], '/bundled': [], '/legacy': [] },
  },
])('an app $name', ({ layers, hoisted }) => {
  let app: NextApp;

  beforeAll(() => {
    app = createApp(layers, { prebuild: false });
    for (const [index, name] of SHEETS.entries()) app.write(`public/css/${name}.css`, `.${name} { color: rgb(${index + 1}, 0, 0) }\n`);
    for (const name of ORDERED) app.write(`public/js/${name}.js`, `(window.ordered ??= []).push('${name}');\n`);
    for (const name of FREE) app.write(`public/js/${name}.js`, `(window.free ??= []).push('${name}');\n`);
    app.write('public/img/logo.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
  });
  afterAll(() => app.dispose());

  test('looks and runs the same after init --apply, and links what it can under hashes', async () => {
    const before = await visitAll(app);
    expect(app.cli('init', '--apply').status).toBe(0);
    const after = await visitAll(app);
    expect(after.seen).toEqual(before.seen);
    expect(after.hoisted).toEqual(hoisted);
    expect(after.plainUrls).toEqual([]);
    expect(before.plainUrls).toContain('/css/site.css');
  });
});

/** What a browser shows of a build of the app; the sheets that React hoists in each section, and the URLs that have no hash. */
async function visitAll(app: NextApp) {
  app.build();
  const server = await app.start();
  const seen: Record<string, unknown> = {};
  const hoisted: Record<string, string[]> = {};
  const plainUrls = new Set<string>();
  for (const section of SECTIONS) {
    const page = await browser.newPage();
    let loads = 0;
    page.on('load', () => loads++);
    const look = async (name: string, id: string) => {
      const { urls, ...look } = await lookAt(page, id);
      seen[name] = look;
      for (const url of urls) plainUrls.add(url);
    };
    await page.goto(`${server.origin}${section}/other`);
    await look(`${section}/other`, 'other');
    await page.goto(server.origin + section);
    await look(section, 'first');
    const sheets = await page.locator('link[data-precedence="default"]').evaluateAll((links) => links.map((link) => link.outerHTML));
    hoisted[section] = sheets.flatMap((html) => /css\/(\w+)/.exec(html)?.[1] ?? []);
    for (const id of ['other', 'first']) {
      await page.click(`a:text-is("${id}")`);
      await look(`${section}, by a link to ${id}`, id);
    }
    expect([section, loads]).toEqual([section, 2]);
    await page.close();
  }
  await server.stop();
  return { seen, hoisted, plainUrls: [...plainUrls] };
}

/** Once all has come: of each two sheets the colour of the one that wins, what has run, and how wide the images are. */
async function lookAt(page: Page, id: string) {
  await page.waitForLoadState();
  await page.waitForSelector(`#${id}`, { state: 'attached' });
  await page.waitForFunction(() => {
    const isThere = (link: HTMLLinkElement) => link.sheet !== null || link.disabled;
    const hasCome = (url: string) => performance.getEntriesByName(url).length > 0;
    const sheets = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
    const scripts = [...document.querySelectorAll<HTMLScriptElement>('script[src*="/js/"]')];
    const images = [...document.images];
    return sheets.every(isThere) && scripts.every(({ src }) => hasCome(src)) && images.every(({ complete }) => complete);
  });
  return page.evaluate(() => {
    const pairs = [...document.querySelectorAll<HTMLElement>('[data-pair]')];
    const linked = [...document.querySelectorAll('[src], [href]')].map(
      (each) => each.getAttribute('src') ?? each.getAttribute('href') ?? '',
    );
    return {
      colors: Object.fromEntries(pairs.map((pair) => [pair.dataset.pair, getComputedStyle(pair).color])),
      ordered: window.ordered ?? [],
      free: [...(window.free ?? [])].sort(),
      images: [...document.images].map(({ naturalWidth }) => naturalWidth),
      urls: linked.filter((url) => /^\/(?:css|js|img)\/[\w-]+\.\w+$/.test(url)),
    };
  });
}
