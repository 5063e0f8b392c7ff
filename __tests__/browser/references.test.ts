import { createHash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { launchBrowser, recordComplaints } from '../support/browser';
import { expectNoComplaints, findComplaints } from '../support/complaints';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { type RecordingProxy, startProxy } from '../support/proxy';

/** Everything that the page requests, or that one of these files may request. */
const REACHED = [
  '/css/parts/base.css',
  '/css/parts/print.css',
  '/css/site.css',
  '/css/site.css.map',
  '/fonts/test.eot',
  '/fonts/test.woff',
  '/fonts/test.woff2',
  '/img/base.png',
  '/img/hero.png',
  '/img/icon.png',
  "/img/it's (1) [x] & 50% ü @2x.png",
  '/img/one.png',
  '/img/pattern.svg',
  '/img/print.png',
  '/img/quoted.png',
  '/img/root.png',
  '/img/shape.png',
  '/img/sprite.svg',
  '/img/two.png',
  '/js/classic.js',
  '/js/classic.js.map',
  '/js/data.json',
  '/js/lib/a.js',
  '/js/lib/b.js',
  '/js/lib/computed.js',
  '/js/lib/lazy.js',
  '/js/lib/named.js',
  '/js/lib/re-exported.js',
  '/js/lib/shared.js',
  '/js/lib/store.js',
  '/js/main.js',
  '/js/main.js.map',
  '/js/other.js',
  '/js/worker.js',
  '/site.webmanifest',
];

/** Two modules that import each other cannot hold each other's hash. */
const IN_A_CIRCLE = ['/js/lib/a.js', '/js/lib/b.js'];

const STORE = '/_next/static/media/smart-cache';

describe.each([
  { name: 'rewrite delivery', next: {}, options: {}, prefix: '' },
  { name: 'an import map, under a basePath', next: { basePath: '/docs' }, options: { modules: { importMap: true } }, prefix: '/docs' },
  { name: 'static delivery', next: {}, options: { delivery: 'static' }, prefix: STORE },
  {
    name: 'static delivery with an import map, under a basePath',
    next: { basePath: '/docs' },
    options: { delivery: 'static', modules: { importMap: true } },
    prefix: `/docs${STORE}`,
  },
])('$name', ({ next, options, prefix }) => {
  const { basePath = '' } = next as { basePath?: string };
  let app: NextApp;
  let server: NodeServer;
  let proxy: RecordingProxy;
  let browser: Browser;
  let output: string;

  beforeAll(async () => {
    app = createApp('references', {
      env: {
        NEXT_OPTIONS: JSON.stringify(next),
        SMART_CACHE_OPTIONS: JSON.stringify({
          ...options,
          // A module whose name is put together at run time.
          clientAssets: ['/js/lib/computed.js'],
        }),
      },
    });
    output = app.build();
    server = await app.start();
    proxy = await startProxy(() => server.origin);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await proxy.close();
    await app.dispose();
  });

  const manifest = () =>
    JSON.parse(app.read('.smart-cache/manifest.json')).assets as Record<string, { url: string; hash: string; integrity: string }>;
  const served = (assetPath: string) => (prefix.endsWith(STORE) ? basePath : prefix) + manifest()[assetPath]?.url;

  test('the build prints no warning when every reference resolves', () => {
    expect(output).not.toContain('A reference');
    expect(output).not.toContain('served as it is');
  });

  test('every reference is a hashed URL, and its file is immutable and has that hash', async () => {
    const assets = manifest();
    const assetPaths = new Map(Object.keys(assets).map((assetPath) => [served(assetPath), assetPath]));
    const page = (await request(server.origin, basePath || '/')).body.toString();
    const importMap = JSON.parse(/<script[^>]*type="importmap"[^>]*>(.*?)<\/script>/.exec(page)?.[1] ?? '') as {
      imports: Record<string, string>;
    };
    const start = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, url]) => url as string).filter((url) => assetPaths.has(url));
    const reached = new Set([...start, ...Object.values(importMap.imports)]);
    for (const url of reached) {
      const assetPath = assetPaths.get(url);
      const answer = await request(server.origin, url);
      expect([url, assetPath !== undefined, answer.status, answer.cacheControl]).toEqual([url, true, 200, IMMUTABLE]);
      const sum = createHash('sha256').update(answer.body);
      if (!IN_A_CIRCLE.includes(assetPath as string)) expect(url).toContain(`.${sum.copy().digest('hex').slice(0, 10)}`);
      expect(assets[assetPath as string]?.integrity).toBe(`sha256-${sum.digest('base64')}`);
      for (const found of urlsIn(answer.body.toString(), url)) {
        const path = decodeURI(new URL(found, `http://site${url}`).pathname);
        const [target] = [...assetPaths.keys()].filter((candidate) => decodeURI(candidate) === path);
        if (target) reached.add(target);
      }
    }
    expect([...reached].map((url) => assetPaths.get(url)).sort()).toEqual([...REACHED].sort());
  });

  test('a browser loads each module once, under its hashed URL, and requests nothing when it returns', async () => {
    const context = await browser.newContext();
    const visit = async () => {
      const page = await context.newPage();
      const recorded = recordComplaints(page);
      proxy.seen.length = 0;
      await page.goto(proxy.origin + (basePath || '/'));
      await page.waitForFunction(() => {
        const { worker, modules, imported } = document.documentElement.dataset;
        return worker && modules && imported;
      });
      await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/img/shape.')));
      await page.waitForLoadState('networkidle');
      const data = await page.evaluate(() => ({ ...document.documentElement.dataset }));
      const complaints = await findComplaints(page, recorded);
      await page.close();
      return {
        data,
        complaints,
        asked: proxy.seen.filter(({ path }) => /\/(?:css|js|img|fonts)\//.test(path)).map(({ path, status }) => ({ path, status })),
      };
    };
    const first = await visit();
    expect(first.complaints).toEqual([]);
    expect(first.data).toMatchObject({ modules: 'a,data,29,lazy1,lazy1', worker: 'shared', classic: '19', stores: '1', named: 'yes' });
    expect(first.asked.filter(({ status }) => status !== 200)).toEqual([]);
    const asked = first.asked.map(({ path }) => path);
    const hashed = new Set(Object.keys(manifest()).map(served));
    expect(asked.filter((path) => !hashed.has(path))).toEqual([]);
    expect(asked.filter((path, index) => asked.indexOf(path) !== index)).toEqual([]);
    expect(asked).toEqual(
      expect.arrayContaining(
        ['/js/worker.js', '/js/lib/shared.js', '/js/lib/computed.js', '/js/lib/b.js', '/js/data.json', '/img/shape.png'].map(served),
      ),
    );
    expect((await visit()).asked).toEqual([]);
    await context.close();
  });

  // The option keeps plain imports in the files, and a page without the map does not map them to other URLs.
  if (!('modules' in options)) {
    test('a classic script and a module load one instance, also without an import map', async () => {
      const page = await browser.newPage();
      const complaints = recordComplaints(page);
      proxy.seen.length = 0;
      await page.goto(`${proxy.origin}${basePath}/without-map`);
      await page.waitForFunction(() => document.documentElement.dataset.imported && document.documentElement.dataset.other);
      expect(await page.evaluate(() => document.documentElement.dataset.stores)).toBe('1');
      await expectNoComplaints(page, complaints);
      await page.close();
      expect(proxy.seen.map(({ path }) => path).filter((path) => path.includes('/store.'))).toEqual([served('/js/lib/store.js')]);
    });
  }

  test('the import map precedes all modules, and has the same integrity as their preloads', async () => {
    const page = (await request(server.origin, basePath || '/')).body.toString();
    const map = page.indexOf('type="importmap"');
    expect(map).toBeGreaterThan(-1);
    expect(map).toBeLessThan(page.indexOf('modulepreload'));
    expect(map).toBeLessThan(page.indexOf('type="module"'));
    const { integrity } = JSON.parse(/<script[^>]*type="importmap"[^>]*>(.*?)<\/script>/.exec(page)?.[1] ?? '') as {
      integrity: Record<string, string>;
    };
    const preloads = [...page.matchAll(/<link rel="modulepreload" href="([^"]+)" integrity="([^"]+)"/g)].map(([, url, value]) => [
      url,
      value,
    ]);
    const expected = ['/js/main.js', '/js/lib/store.js', '/js/lib/named.js', '/js/lib/a.js', '/js/lib/re-exported.js', '/js/lib/b.js'];
    expect(preloads).toEqual(expected.map((assetPath) => [served(assetPath), manifest()[assetPath]?.integrity]));
    expect(preloads).toEqual(preloads.map(([url]) => [url, integrity[url as string]]));
  });

  test('the file that browsers choose of each font face is preloaded', async () => {
    const page = (await request(server.origin, basePath || '/')).body.toString();
    const fonts = page.match(/<link[^>]*as="font"[^>]*>/g);
    expect(fonts).toEqual([expect.stringContaining(`href="${served('/fonts/test.woff2')}"`)]);
    expect(fonts?.[0]).toContain('type="font/woff2"');
    expect(fonts?.[0]).toMatch(/crossorigin(?:="anonymous"|="")/i);
  });

  test('public/ is unchanged, and a stale hash gets the plain file, uncached', async () => {
    expect(app.read('public/css/site.css')).toContain('url(/img/root.png)');
    if (prefix.endsWith(STORE)) return;
    const stale = await request(server.origin, `${basePath}/css/site.0123456789.css`);
    expect([stale.status, stale.cacheControl, stale.body.toString()]).toEqual([200, 'public, max-age=0', app.read('public/css/site.css')]);
  });
});

/** Matches a URL in a served file. Independent of the product's lexers. */
function urlsIn(text: string, url: string): string[] {
  const withoutComments = text.replace(/\/\*(?!#).*?\*\//gs, '').replace(/^\/\/(?!#).*$/gm, '');
  const patterns = [
    /url\(\s*["']?(.*?)["']?\s*\)/g,
    /@import "(.*?)"/g,
    /image-set\("(.*?)"/g,
    /(?:from |import |import\()["'](.*?)["']/g,
    /new URL\(["'`](.*?)["'`]/g,
    /sourceMappingURL=(\S+)/g,
    /href=["'](.*?)["']/g,
    /"src": "(.*?)"/g,
  ];
  const found = patterns.flatMap((pattern) => [...withoutComments.matchAll(pattern)].map(([, match]) => match as string));
  // The escapes of CSS and XML that the fixture has.
  return found.map((each) =>
    url.endsWith('.svg') ? each.replace(/&#39;|&apos;/g, "'").replace(/&amp;|&#38;/g, '&') : each.replace(/\\(.)/g, '$1'),
  );
}
