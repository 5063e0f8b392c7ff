import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ROUTERS } from '../integration/matrix';
import { launchBrowser } from '../support/browser';
import { expectedUrl } from '../support/expected-urls';
import { IMMUTABLE, isCacheable, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { PAGE_CONTRACT } from '../support/page-contract';
import { type AssetsConfig, buildForCloudflare, startWrangler, writeAssetsConfig } from './open-next';

const deploying = fs.readFileSync(path.resolve(__dirname, '../../docs/DEPLOYING.md'), 'utf8');

/** Returns the code block of docs/DEPLOYING.md that begins with this text. */
function linesToPaste(start: string): string {
  const block = deploying.split('```').find((text) => text.replace(/^\w*\n/, '').startsWith(start));
  if (block === undefined) throw new Error(`docs/DEPLOYING.md has no lines to paste that begin with ${start}`);
  return block.replace(/^\w*\n/, '');
}

/** Cloudflare sends this for files that no rule of `_headers` matches. */
const REVALIDATED = 'public, max-age=0, must-revalidate';

let browser: Browser;
let app: NextApp | undefined;
let server: NodeServer | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const create = (...layers: string[]) => createApp(layers, { line: 'openNext' });
const origin = () => String(server?.origin);
const publicDir = () => path.join(String(app?.dir), 'public');
const urlOf = (assetPath: string) => expectedUrl(assetPath, { publicDir: publicDir(), delivery: 'static' });
const toStale = (url: string) => url.replace(/\.[0-9a-f]{10}\./, '.0123456789.');
const optimized = (url: string) => `/_next/image?url=${encodeURIComponent(url)}&w=64&q=75`;

const configWith = (args: string) => `import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache(${args});\n`;

async function serve(site: NextApp): Promise<void> {
  await server?.stop();
  server = await startWrangler(site);
}

async function dispose(): Promise<void> {
  await server?.stop();
  await app?.dispose();
}

function testPages(router: keyof typeof ROUTERS): void {
  describe(router, () => {
    test.each(PAGE_CONTRACT)('%s', async (_, check) => {
      await check({ origin: origin(), browser, publicDir: publicDir(), delivery: 'static', ...ROUTERS[router] });
    });
  });
}

describe('an app', () => {
  let output: string;
  /** A file of the first build, which the second replaces. */
  let older: { url: string; bytes: Buffer };

  beforeAll(() => {
    app = create('app-router', 'pages-router', 'hosts/open-next', 'hosts/cloudflare');
    app.write('public/_headers', linesToPaste('/_next/static/*'));
  });
  afterAll(dispose);

  async function deploy(site: NextApp, assets: AssetsConfig): Promise<void> {
    writeAssetsConfig(site, assets);
    output = buildForCloudflare(site);
    await serve(site);
  }

  /** @param plain the `Cache-Control` of a file under its plain name. */
  function testSite(plain: string): void {
    test('gets static delivery by default, from the prebuild script and from next build', () => {
      expect(output.match(/next-smart-cache: delivery: static \(OpenNext\)/g)).toHaveLength(2);
      expect(output).not.toMatch(/missing or outdated|every hashed URL is a 404/);
    });

    testPages('app-router');
    testPages('pages-router');

    test('has the same headers on pages and plain files as without the package', async () => {
      const page = await request(origin(), '/');
      const file = await request(origin(), '/js/application.js');
      expect([page.status, page.cacheControl, file.status, file.cacheControl]).toEqual([200, 's-maxage=31536000', 200, plain]);
      for (const { headers } of [page, file]) expect(headers.etag).toMatch(/^"\w+"$/);
    });

    test('optimizes hashed images, and answers a stale hash with an error without a lifetime', async () => {
      const photo = urlOf('/img/photo.png');
      const image = await request(origin(), optimized(photo), { headers: { accept: 'image/webp' } });
      expect([image.status, image.headers['content-type'], image.body.toString('latin1', 8, 12)]).toEqual([200, 'image/webp', 'WEBP']);
      expect(image.cacheControl).toContain('immutable');
      const error = await request(origin(), optimized(toStale(photo)));
      expect([error.status, isCacheable(error.cacheControl), error.headers['last-modified']]).toEqual([404, false, undefined]);
    });
  }

  describe('with files before the worker, the default,', () => {
    beforeAll(() => deploy(app as NextApp, {}));
    testSite(REVALIDATED);
  });

  describe('with run_worker_first, which needs html_handling "none",', () => {
    beforeAll(async () => {
      const site = app as NextApp;
      older = { url: urlOf('/js/application.js'), bytes: fs.readFileSync(path.join(publicDir(), 'js/application.js')) };
      site.write('public/js/application.js', `${older.bytes}// edited\n`);
      await deploy(site, { run_worker_first: true, html_handling: 'none' });
    });
    // The worker applies the rule of the app's `headers()`. Assets that Cloudflare serves before the worker do not get it.
    testSite('public, max-age=600');

    test('still serves a file of the build before, since the adapter leaves .next/cache alone', async () => {
      const answer = await request(origin(), older.url);
      expect(older.url).not.toBe(urlOf('/js/application.js'));
      expect([answer.status, answer.cacheControl, answer.body.equals(older.bytes)]).toEqual([200, IMMUTABLE, true]);
    });
  });

  test('needs the worker for missing files of /_next/static: without it, a stale hash is a 404 that is immutable for a year', async () => {
    const site = app as NextApp;
    writeAssetsConfig(site, { run_worker_first: ['/*', '!/_next/static/*'], html_handling: 'none' });
    await serve(site);
    const stale = await request(origin(), toStale(urlOf('/js/application.js')));
    expect([stale.status, stale.cacheControl]).toEqual([404, IMMUTABLE]);
  });

  test('needs the rule of public/_headers: without it, browsers ask for each file again', async () => {
    const site = app as NextApp;
    writeAssetsConfig(site, { run_worker_first: false });
    fs.rmSync(path.join(site.dir, '.open-next/assets/_headers'));
    await serve(site);
    const answer = await request(origin(), urlOf('/js/application.js'));
    expect([answer.status, answer.cacheControl]).toEqual([200, REVALIDATED]);
  });
});

describe("an app with delivery: 'rewrite'", () => {
  afterAll(dispose);

  test('is warned by both builds that every hashed URL is a 404, and every one is', async () => {
    app = create('tiny', 'hosts/cloudflare');
    app.write('next.config.mjs', configWith("{}, { delivery: 'rewrite' }"));
    const output = buildForCloudflare(app);
    expect(output.match(/Hashed URLs do not work on this host \(OpenNext\)/g)).toHaveLength(2);
    expect(output.match(/every hashed URL is a 404/g)).toHaveLength(2);
    await serve(app);
    const url = expectedUrl('/js/application.js', { publicDir: publicDir() });
    expect((await request(origin(), '/')).body.toString()).toContain(url);
    expect((await request(origin(), url)).status).toBe(404);
  });
});

describe('an app with a basePath', () => {
  afterAll(dispose);

  test('needs the rule after the build, since the adapter moves public/_headers below the basePath', async () => {
    app = create('tiny', 'hosts/cloudflare');
    app.write('next.config.mjs', configWith("{ basePath: '/docs' }"));
    app.write('public/_headers', app.cli('headers').stdout);
    buildForCloudflare(app);
    const url = `/docs${urlOf('/js/application.js')}`;
    await serve(app);
    expect((await request(origin(), url)).cacheControl).toBe(REVALIDATED);
    app.write('.open-next/assets/_headers', app.cli('headers').stdout);
    await serve(app);
    const answer = await request(origin(), url);
    expect([answer.status, answer.cacheControl, (await request(origin(), '/docs')).body.toString()]).toEqual([
      200,
      IMMUTABLE,
      expect.stringContaining(url),
    ]);
    const stale = await request(origin(), toStale(url));
    expect([stale.status, isCacheable(stale.cacheControl)]).toEqual([404, false]);
  });
});

describe('an export', () => {
  beforeAll(async () => {
    app = create('app-router', 'set-ups/export');
    app.write('public/_headers', linesToPaste('/_next/static/*'));
    app.write('worker.js', linesToPaste('// worker.js'));
    app.write('wrangler.jsonc', linesToPaste('// wrangler.jsonc'));
    app.build();
    await serve(app);
  });
  afterAll(dispose);

  testPages('app-router');

  test('needs its worker: without one, a stale hash is a 404 that is immutable for a year', async () => {
    const site = app as NextApp;
    site.write('wrangler.jsonc', site.read('wrangler.jsonc').replace(/"main": .*|, "binding": "ASSETS"/g, ''));
    await serve(site);
    const stale = await request(origin(), toStale(urlOf('/js/application.js')));
    expect([stale.status, stale.cacheControl]).toEqual([404, IMMUTABLE]);
  });
});
