import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ROUTERS } from '../integration/matrix';
import { launchBrowser } from '../support/browser';
import { expectedUrl } from '../support/expected-urls';
import { isCacheable, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { PAGE_CONTRACT } from '../support/page-contract';
import { startCloudFront } from './cloud-front';
import { buildForAws } from './open-next';

let browser: Browser;
let app: NextApp;
let server: NodeServer;
let output: string;

beforeAll(async () => {
  browser = await launchBrowser();
  // Without the fixture of the Pages Router: the behavior for its public/legacy sends its page /legacy/second to the bucket.
  app = createApp(['app-router', 'hosts/open-next', 'hosts/aws'], { line: 'openNext' });
  output = buildForAws(app);
  server = await startCloudFront(app);
});
afterAll(async () => {
  await server?.stop();
  await app?.dispose();
  await browser?.close();
});

const publicDir = () => path.join(app.dir, 'public');
const urlOf = (assetPath: string) => expectedUrl(assetPath, { publicDir: publicDir(), delivery: 'static' });

test('the prebuild script and next build choose static delivery by themselves', () => {
  expect(output.match(/next-smart-cache: delivery: static \(OpenNext\)/g)).toHaveLength(2);
  expect(output).not.toMatch(/missing or outdated|every hashed URL is a 404/);
});

test.each(PAGE_CONTRACT)('%s', async (_, check) => {
  await check({ origin: server.origin, browser, publicDir: publicDir(), delivery: 'static', ...ROUTERS['app-router'] });
});

test('a hashed URL under a folder of public/ would be requested from the bucket, which lacks it', async () => {
  const answer = await request(server.origin, expectedUrl('/js/application.js', { publicDir: publicDir() }));
  expect([answer.status, answer.body.toString()]).toEqual([404, expect.stringContaining('NoSuchKey')]);
});

test('pages and plain files have the same headers as without the package', async () => {
  const page = await request(server.origin, '/');
  const file = await request(server.origin, '/js/application.js');
  expect([page.status, page.cacheControl]).toEqual([200, 's-maxage=31536000']);
  expect([file.status, file.cacheControl]).toEqual([200, 'public, max-age=0, s-maxage=31536000, must-revalidate']);
  expect(page.headers.etag).toMatch(/^"\w+"$/);
});

test('a hashed image is optimized, and a stale hash is an error that is not stored', async () => {
  const photo = urlOf('/img/photo.png');
  const optimize = (url: string) =>
    request(server.origin, `/_next/image?url=${encodeURIComponent(url)}&w=64&q=75`, { headers: { accept: 'image/webp' } });
  const image = await optimize(photo);
  expect([image.status, image.headers['content-type'], image.body.toString('latin1', 8, 12)]).toEqual([200, 'image/webp', 'WEBP']);
  expect(image.cacheControl).toMatch(/immutable/);
  const error = await optimize(photo.replace(/\.[0-9a-f]{10}\./, '.0123456789.'));
  expect([error.status, isCacheable(error.cacheControl)]).toEqual([500, false]);
});

test('the build cache, which keeps the files of older deploys, is left alone', () => {
  const cache = path.join(app.dir, '.next/cache/next-smart-cache');
  expect(fs.readdirSync(cache)).toEqual(expect.arrayContaining(['deploys.json', 'files']));
});
