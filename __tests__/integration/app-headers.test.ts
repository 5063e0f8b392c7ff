import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { IMMUTABLE, isCacheable, request } from '../support/http';
import type { NextLine } from '../support/installed-next';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';

const STORE = '/_next/static/media/smart-cache';
const NEVER_ISSUED = '0000000000';
const DATE = 'Wed, 21 Oct 2015 07:28:00 GMT';
/** Every header about caching that a rule of the fixture sets. */
const OWN = ['cdn-cache-control', 'surrogate-control', 'expires', 'x-accel-expires'];

interface Row {
  name: string;
  line: NextLine;
  next?: Record<string, unknown>;
  options?: Record<string, unknown>;
  /** Whether a stale image gets the current bytes. */
  servesStaleImages?: boolean;
}

const ROWS: readonly Row[] = [
  { name: 'Next 16.4', line: 'latest' },
  {
    name: 'Next 16.4, static delivery, basePath, assetPrefix',
    line: 'latest',
    next: { basePath: '/docs', assetPrefix: '/cdn' },
    options: { delivery: 'static' },
  },
  {
    name: 'Next 16.0, basePath, a stale hash not found',
    line: 'oldest16',
    next: { basePath: '/docs' },
    options: { onStaleHash: 'not-found' },
  },
  { name: 'Next 15.5, trailingSlash', line: 'previous', next: { trailingSlash: true, skipTrailingSlashRedirect: true } },
  {
    name: 'Next 15.4, basePath, i18n',
    line: 'oldest',
    next: { basePath: '/docs', i18n: { locales: ['en', 'de'], defaultLocale: 'en' } },
    servesStaleImages: false,
  },
];

describe.each(ROWS)('beside headers() of the app: $name', ({ line, next = {}, options = {}, servesStaleImages = true }) => {
  const isStatic = options.delivery === 'static';
  const basePath = String(next.basePath ?? '');
  /** Whether a path of the shape without a file reaches a page. */
  const servesPages = !isStatic && options.onStaleHash !== 'not-found';
  const headersOf = async (folder: string) => {
    const { body, headers } = await get(`${basePath}/${folder}/nothing.${NEVER_ISSUED}.data`);
    return [body.toString(), headers['cache-control'], headers['cdn-cache-control'], headers.etag, headers['last-modified']];
  };
  let app: NextApp;
  let get: Get;
  /** The hashed URL as the app links it. */
  let urlOf: (assetPath: string, hash?: string) => string;

  beforeAll(async () => {
    app = createApp('app-headers', { line, env: { NEXT_OPTIONS: JSON.stringify(next), SMART_CACHE_OPTIONS: JSON.stringify(options) } });
    expect(app.build()).not.toContain('could not check');
    const { origin } = await app.start();
    get = (url, requestOptions) => request(origin, url, requestOptions);
    const assets = assetsOf(app);
    urlOf = (assetPath, hash) => {
      const asset = assets[assetPath] ?? { url: '', hash: '' };
      const url = hash === undefined ? asset.url : asset.url.replace(asset.hash, hash);
      return (url.startsWith('/_next/') && next.assetPrefix ? String(next.assetPrefix) : basePath) + url;
    };
  });
  afterAll(() => app.dispose());

  test.each(['/js/application.js', '/css/site.css', '/js/LICENSE', '/note.txt', '/img/hero.png'])(
    'the right hash of %s is immutable, with the validator of this deploy',
    async (assetPath) => {
      const url = urlOf(assetPath);
      const answer = await get(url);
      expect([answer.status, answer.cacheControl]).toEqual([200, IMMUTABLE]);
      expect(answer.body.equals(fs.readFileSync(path.join(app.dir, 'public', assetPath)))).toBe(true);
      expect(OWN.map((name) => answer.headers[name] || undefined)).toEqual(OWN.map(() => undefined));
      expect(answer.headers.etag).toMatch(/^W\/"[0-9a-f]{10}\.[0-9a-f]{10}"$/);
      const refreshed = await get(url, { headers: { 'if-none-match': answer.headers.etag } });
      expect([refreshed.status, refreshed.cacheControl]).toEqual([304, IMMUTABLE]);
      const { status } = await get(url, { headers: { 'if-modified-since': new Date().toUTCString() } });
      expect(status).toBe(200);
    },
  );

  test.each(['/js/application.js', '/css/site.css', '/js/LICENSE', '/note.txt', '/img/hero.png'])(
    'a stale hash of %s is not cacheable',
    async (assetPath) => {
      const isServed = !isStatic && options.onStaleHash !== 'not-found' && (servesStaleImages || !assetPath.endsWith('.png'));
      const url = urlOf(assetPath, NEVER_ISSUED);
      // Under i18n, Next takes a path with the default locale for the same one.
      const urls = [url, ...(next.trailingSlash ? [`${url}/`] : []), ...(next.i18n ? [url.replace('/docs', '/docs/en')] : [])];
      for (const each of urls) {
        const answer = await get(each);
        if (isServed) {
          expect([each, answer.status, answer.cacheControl]).toEqual([each, 200, 'public, max-age=0']);
          expect(answer.body.equals(fs.readFileSync(path.join(app.dir, 'public', assetPath)))).toBe(true);
        }
        expect([each, answer.cacheControl, isCacheable(answer.cacheControl)]).toEqual([each, answer.cacheControl, false]);
        expect(OWN.map((name) => answer.headers[name] || undefined)).toEqual(OWN.map(() => undefined));
      }
    },
  );

  test('other headers of the rules are kept, and so is all of a plain path', async () => {
    expect((await get(urlOf('/js/application.js'))).headers['x-kept']).toBe(isStatic ? undefined : 'yes');
    const plain = await get(`${basePath}/js/application.js`);
    expect([plain.cacheControl, plain.headers.etag, plain.headers['cdn-cache-control']]).toEqual(['max-age=3600', '"same"', 'max-age=600']);
  });

  test('a page under the shape, or below the store, is as cacheable as the page says', async () => {
    const prefixes = isStatic ? [STORE] : ['', STORE, `${STORE}-rewrite`];
    for (const prefix of prefixes) {
      const answer = await get(`${basePath}${prefix}/js/nothing.${NEVER_ISSUED}.js`);
      expect([prefix, isCacheable(answer.cacheControl)]).toEqual([prefix, false]);
      expect(OWN.map((name) => answer.headers[name] || undefined)).toEqual(OWN.map(() => undefined));
    }
  });

  if (servesPages)
    test('a prerendered page under the shape keeps its Cache-Control and its ETag', async () => {
      const url = `${basePath}/css/nothing.${NEVER_ISSUED}.css`;
      const answer = await get(url);
      expect(answer.body.toString()).toContain('prerendered page');
      expect(answer.cacheControl).toMatch(/^s-maxage=60/);
      expect(answer.headers.etag).not.toContain(NEVER_ISSUED);
      const ofFile = (await get(urlOf('/css/site.css', NEVER_ISSUED))).headers.etag;
      expect((await get(url, { headers: { 'if-none-match': ofFile } })).status).toBe(200);
    });

  test('route handlers, dynamic and static, keep the headers that they set', async () => {
    for (const folder of ['data', 'frozen']) expect(assetsOf(app)[`/${folder}/file.data`]?.url).toContain(`${STORE}/`);
    expect(await headersOf('data')).toEqual(['dynamic handler', 'private, max-age=60', 'max-age=5', '"handler"', DATE]);
    expect(await headersOf('frozen')).toEqual(['static handler', expect.stringMatching(/^s-maxage=60/), undefined, '"handler"', undefined]);
  });

  if (servesPages)
    test('getServerSideProps keeps the headers that it sets', async () => {
      const [body, cacheControl, cdn, etag] = await headersOf('props');
      expect([body, cacheControl, cdn]).toEqual([expect.stringContaining('page with props'), 'private, max-age=60', 'max-age=5']);
      expect(etag).not.toContain(NEVER_ISSUED);
    });

  test('next/image optimizes the right hash, and a stale one is an error that no cache keeps', async () => {
    const optimize = (url: string) =>
      get(`${basePath}/_next/image${next.trailingSlash ? '/' : ''}?url=${encodeURIComponent(url)}&w=64&q=75`);
    const imageUrl = (hash?: string) => urlOf('/img/hero.png', hash);
    const right = await optimize(imageUrl());
    expect([right.status, right.headers['content-type'], right.cacheControl]).toEqual([
      200,
      'image/png',
      'public, max-age=31536000, must-revalidate',
    ]);
    for (let index = 0; index < 60; index++) {
      const stale = await optimize(imageUrl(createHash('sha256').update(String(index)).digest('hex').slice(0, 10)));
      expect(stale.status).toBeGreaterThanOrEqual(400);
      expect(stale.cacheControl).toBe('private, no-cache, no-store, max-age=0, must-revalidate');
      expect(OWN.map((name) => stale.headers[name] || undefined)).toEqual(OWN.map(() => undefined));
    }
    // Next caches the image with the right hash after its answer.
    expect(fs.readdirSync(path.join(app.dir, '.next/cache/images'))).toHaveLength(1);
  });
});

describe('two versions of the app, with one mtime for all files and one size', () => {
  const VERSIONS = ['one', 'two'] as const;
  const apps: NextApp[] = [];

  beforeAll(() => {
    for (const version of VERSIONS) {
      const app = createApp('app-headers');
      app.write('public/js/application.js', `version = "${version}";\n`);
      app.write('rules.mjs', 'export const headers = undefined;\n');
      // Set the dates before the server starts, not before the app is built.
      app.write('next.config.mjs', app.read('next.config.mjs').replace('{ headers,', '{ generateEtags: process.env.ETAGS !== "no",'));
      app.build();
      for (const folder of ['public', '.next/static']) setTimes(path.join(app.dir, folder));
      apps.push(app);
    }
  });
  afterAll(() => Promise.all(apps.map((app) => app.dispose())));

  test.each(['yes', 'no'])('a deploy does not accept the validator of the other one for a stale hash, generateEtags: %s', async (ETAGS) => {
    const [one, two] = (await Promise.all(apps.map((app) => app.start({ ETAGS })))) as [NodeServer, NodeServer];
    const url = assetsOf(apps[1] as NextApp)['/js/application.js']?.url ?? '';
    const stale = await request(one.origin, url);
    expect([stale.cacheControl, stale.body.toString()]).toEqual(['public, max-age=0', 'version = "one";\n']);
    const { etag, 'last-modified': lastModified } = stale.headers;
    const byTime = lastModified || 'Tue, 01 Jan 1980 00:00:01 GMT';
    for (const headers of [
      { 'if-none-match': etag },
      { 'if-modified-since': byTime },
      { 'if-none-match': etag, 'if-modified-since': byTime },
    ]) {
      const answer = await request(two.origin, url, { headers });
      expect([answer.status, answer.cacheControl, answer.body.toString()]).toEqual([200, IMMUTABLE, 'version = "two";\n']);
    }
    const right = await request(two.origin, url);
    const refreshed = await request(two.origin, url, { headers: { 'if-none-match': right.headers.etag } });
    expect([refreshed.status, refreshed.cacheControl]).toEqual([304, IMMUTABLE]);
    await Promise.all([one.stop(), two.stop()]);
  });
});

test('beside a root catch-all route handler, every hashed URL points to the store, and the handler keeps its headers', async () => {
  const app = createApp('app-headers');
  for (const folder of ['app', 'pages']) fs.rmSync(path.join(app.dir, folder), { recursive: true });
  app.write(
    'app/[...path]/route.js',
    `export const GET = () => new Response('handler', { headers: { 'Cache-Control': 'private, max-age=60', ETag: '"handler"' } });\n`,
  );
  app.write(
    'rules.mjs',
    `export const headers = async () => [{ source: '/other', headers: [{ key: 'Cache-Control', value: 'max-age=1' }] }];\n`,
  );
  app.write('public/css/moved.css', 'a{b:url(../api/badge)} c{d:url(../js/application.js)}');
  app.write('public/video/list.m3u8', '#EXTM3U\nlow.ts\n');
  app.build();
  const { origin } = await app.start();
  const assets = assetsOf(app);
  // Every file has moved, so a reference is written from the root, and a file that none can be written in stays.
  expect(assets['/video/list.m3u8']).toBeUndefined();
  const sheet = await request(origin, assets['/css/moved.css']?.url ?? '');
  expect(sheet.body.toString()).toBe(`a{b:url(/api/badge)} c{d:url(..${assets['/js/application.js']?.url.slice(STORE.length)})}`);
  for (const { url } of Object.values(assets)) {
    expect(url).toContain(`${STORE}/`);
    const { status, cacheControl } = await request(origin, url);
    expect([url, status, cacheControl]).toEqual([url, 200, IMMUTABLE]);
  }
  const { body, headers } = await request(origin, `/js/application.${NEVER_ISSUED}.js`);
  expect([body.toString(), headers['cache-control'], headers.etag]).toEqual(['handler', 'private, max-age=60', '"handler"']);
  await app.dispose();
});

test('an outer wrapper that adds a header rule for hashed URLs fails the build', async () => {
  const app = createApp('tiny');
  const withRule = (source: string, key: string) => `
    import { withSmartCache } from 'next-smart-cache/config';
    const config = withSmartCache({});
    const rule = { source: '${source}', headers: [{ key: '${key}', value: 'max-age=60' }] };
    export default { ...config, headers: async () => [...(await config.headers()), rule] };
  `;
  app.write('next.config.mjs', withRule('/js/:path*', 'Cache-Control'));
  const { status, output } = app.tryBuild();
  expect(status).toBe(1);
  expect(output).toContain('ERR_SMART_CACHE_CONFIG_DROPPED');
  expect(output).toMatch(/did not use headers \(the rule for "\/js\/:path\*" comes after them and sets Cache-Control\)/);
  await app.dispose();
});

type Get = (url: string, options?: Parameters<typeof request>[2]) => ReturnType<typeof request>;

function assetsOf(app: NextApp): Record<string, { url: string; hash: string }> {
  return (JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string; hash: string }> }).assets;
}

/** Some buildpacks do this for reproducible images. */
function setTimes(folder: string): void {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const time = new Date('1980-01-01T00:00:01Z');
    if (entry.isFile()) fs.utimesSync(path.join(entry.parentPath, entry.name), time, time);
  }
}
