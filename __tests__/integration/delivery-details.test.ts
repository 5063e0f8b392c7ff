import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser, recordComplaints } from '../support/browser';
import { expectNoComplaints } from '../support/complaints';
import { expectedUrl } from '../support/expected-urls';
import { IMMUTABLE, isCacheable, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import { type RecordingProxy, startProxy } from '../support/proxy';

let app: NextApp | undefined;
let cdn: RecordingProxy | undefined;
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterEach(async () => {
  await app?.dispose();
  await cdn?.close();
  cdn = undefined;
});
afterAll(() => browser.close());

const publicDir = (of: NextApp) => path.join(of.dir, 'public');

test('from a CDN, each file is fetched once, with the attributes that its preload has', async () => {
  let origin = '';
  cdn = await startProxy(() => origin, { 'access-control-allow-origin': '*' });
  app = createApp(['app-router', 'set-ups/cdn-prefix'], { env: { CDN_ORIGIN: cdn.origin } });
  app.build();
  ({ origin } = await app.start());
  const page = await browser.newPage();
  const complaints = recordComplaints(page);
  await page.goto(origin, { waitUntil: 'networkidle' });
  const asked = cdn.seen.map((seen) => seen.path).sort();
  const wanted = ['/css/site.css', '/img/icon.svg', '/img/photo.png', '/js/application.js'];
  expect(asked).toEqual(wanted.map((assetPath) => expectedUrl(assetPath, { publicDir: publicDir(app as NextApp) })));
  const script = page.locator('script[src*="/js/application."]');
  expect([await script.getAttribute('crossorigin'), await script.getAttribute('integrity')]).toEqual([
    'anonymous',
    expect.stringMatching(/^sha256-.{44}$/),
  ]);
  await expectNoComplaints(page, complaints);
  await page.close();
});

test('static delivery adds no rewrite, so that router.isReady is as without the package', async () => {
  const readyStates: unknown[] = [];
  const buildManifests: string[] = [];
  for (const config of ['export default {};', undefined]) {
    app = createApp(['pages-router', 'set-ups/static-delivery']);
    if (config) app.write('next.config.mjs', config);
    app.build();
    const { rewrites } = JSON.parse(app.read('.next/routes-manifest.json')) as { rewrites: unknown };
    expect(Object.values(rewrites as Record<string, unknown[]>).flat()).toEqual([]);
    buildManifests.push(readBuildManifest(app));
    const { origin } = await app.start();
    const page = await browser.newPage();
    await page.goto(`${origin}/legacy`, { waitUntil: 'networkidle' });
    await page.waitForFunction(() => (window as { ready?: boolean[] }).ready?.includes(true));
    readyStates.push(await page.evaluate(() => (window as { ready?: boolean[] }).ready));
    await page.close();
    await app.dispose();
  }
  expect(readyStates).toEqual([[true], [true]]);
  expect(buildManifests[0]).toContain('beforeFiles');
  expect(buildManifests[0]).toBe(buildManifests[1]);
});

/** The rewrites and pages; names of chunks and module ids differ from build to build. */
function readBuildManifest({ dir }: NextApp): string {
  const folder = path.join(dir, '.next/static');
  const [buildId = ''] = fs.readdirSync(folder).filter((name) => fs.existsSync(path.join(folder, name, '_buildManifest.js')));
  return fs
    .readFileSync(path.join(folder, buildId, '_buildManifest.js'), 'utf8')
    .replace(/};self\..*/s, '')
    .replace(/static\/chunks\/[^"]*/g, 'chunk');
}

test('an export says nothing of rewrites, and serves every file from the store', () => {
  app = createApp(['app-router', 'set-ups/export']);
  expect(app.build()).not.toMatch(/rewrites|will not automatically work/i);
  const store = path.join(app.dir, 'out/_next/static/media/smart-cache');
  expect(fs.readdirSync(path.join(store, 'js'))).toHaveLength(fs.readdirSync(path.join(app.dir, 'public/js')).length);
});

test('a proxy that asks for a session asks for it on hashed URLs as on plain ones', async () => {
  app = createApp(['app-router', 'set-ups/proxy-login']);
  app.build();
  const { origin } = await app.start();
  const url = expectedUrl('/js/application.js', { publicDir: publicDir(app) });
  for (const path of [url, '/js/application.js', '/']) {
    const answer = await request(origin, path);
    expect([path, answer.status, answer.headers.location, isCacheable(answer.cacheControl)]).toEqual([path, 307, '/second', false]);
  }
  const signedIn = await request(origin, url, { headers: { cookie: 'session=1' } });
  expect([signedIn.status, signedIn.cacheControl]).toEqual([200, IMMUTABLE]);
});

test('images in metadata are hashed, and an edited image is a new optimised image at once', async () => {
  app = createApp('app-router');
  app.build();
  const image = expectedUrl('/img/photo.png', { publicDir: publicDir(app) });
  expect(app.read('.next/server/app/index.html')).toContain(`<meta property="og:image" content="http://localhost${image}"/>`);
  const optimised = async () => {
    const { origin, stop } = await (app as NextApp).start();
    const html = (await request(origin, '/image')).body.toString().replaceAll('&amp;', '&');
    const url = /src="(\/_next\/image\?[^"]*)"/.exec(html)?.[1] ?? 'no optimised image';
    const { status, body } = await request(origin, url, { headers: { accept: 'image/png' } });
    await stop();
    return { url, status, body };
  };
  const before = await optimised();
  fs.copyFileSync(path.join(__dirname, '../fixtures/pages-router/public/legacy/photo.png'), path.join(app.dir, 'public/img/photo.png'));
  app.build();
  const after = await optimised();
  expect([before.status, after.status]).toEqual([200, 200]);
  expect(after.url).not.toBe(before.url);
  expect(after.body.equals(before.body)).toBe(false);
});
