import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { IMMUTABLE, isCacheable, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { plainPath, requestPaths } from '../support/request-paths';
import fc from '../support/seeded-fast-check';

/** Names that need care in a URL, a header or a regular expression. */
const ODD_NAMES = [
  'sp ace.js',
  '50% off.js',
  '%20.js',
  'ha#sh.js',
  'qu?ery.js',
  'a&b.js',
  'a+b.js',
  'a:b.js',
  'a*b.js',
  '[slug].js',
  '(paren).js',
  '{brace}.js',
  "it's.js",
  'say "hi".js',
  'new\nline.js',
  '😀.js',
  '\u00e9 composed.js',
  'e\u0301 decomposed.js',
  'app.min.js',
  'archive.tar.gz',
  'NOTICE',
  'UPPER.JS',
  '$dollar;semi,comma=@!~^`|<>.js',
  'empty.js',
];

/** Next 15 is the release line before; webpack and Turbopack resolve aliases in different ways. */
describe.each([
  { name: 'Next 16, Turbopack', line: 'latest', bundler: [] },
  { name: 'Next 16, webpack', line: 'latest', bundler: ['--webpack'] },
  { name: 'Next 15, webpack', line: 'previous', bundler: [] },
] as const)('$name', ({ line, bundler }) => {
  let app: NextApp;
  let server: NodeServer;
  let get: (url: string, options?: Parameters<typeof request>[2]) => ReturnType<typeof request>;

  beforeAll(async () => {
    app = createApp('catch-all', { line, bundler });
    for (const name of ODD_NAMES) app.write(path.join('public', 'odd & ends', name), name === 'empty.js' ? '' : `// ${name}\n`);
    app.build();
    server = await app.start();
    get = (url, options) => request(server.origin, url, options);
  });
  afterAll(() => app.dispose());

  describe('a hashed URL', () => {
    test('has the right bytes and is immutable for a year', async () => {
      const answer = await get('/js/application.46fb7aa72a.js');
      expect(answer.status).toBe(200);
      expect(answer.cacheControl).toBe(IMMUTABLE);
      expect(answer.body.toString()).toBe('document.documentElement.dataset.application = "1";\n');
      expect(answer.headers['content-type']).toMatch(/^(application|text)\/javascript/);
    });

    test('answers 304 to If-None-Match, and HEAD, and Range', async () => {
      const { headers } = await get('/css/site.45dab2e697.css');
      const revalidated = await get('/css/site.45dab2e697.css', { headers: { 'if-none-match': headers.etag } });
      expect(revalidated.status).toBe(304);
      expect(revalidated.body).toHaveLength(0);
      expect(revalidated.cacheControl).toBe(IMMUTABLE);

      const head = await get('/css/site.45dab2e697.css', { method: 'HEAD' });
      expect([head.status, head.cacheControl, head.body.length]).toEqual([200, IMMUTABLE, 0]);

      const range = await get('/css/site.45dab2e697.css', { headers: { range: 'bytes=0-3' } });
      expect([range.status, range.body.toString(), range.headers['content-range']]).toEqual([206, 'body', 'bytes 0-3/41']);
    });

    test('works for files of public/ itself and for names without an extension', async () => {
      expect((await get('/note.53175bcc05.txt')).cacheControl).toBe(IMMUTABLE);
      expect((await get('/js/LICENSE.adc37366f4')).cacheControl).toBe(IMMUTABLE);
    });

    test('keeps its bytes when the file is edited under the running server', async () => {
      app.write('public/js/client.js', 'edited = true;\n');
      const hashed = await get('/js/client.1801bd69f1.js');
      expect(hashed.body.toString()).toBe('document.documentElement.dataset.client = "1";\n');
      expect(hashed.cacheControl).toBe(IMMUTABLE);
      expect((await get('/js/client.js')).body.toString()).toBe('edited = true;\n');
    });
  });

  describe('a stale hash', () => {
    test.each(['/js/application.0000000000.js', '/note.0000000000.txt', '/js/LICENSE.0000000000'])(
      '%s gets the current bytes, uncached, although a root catch-all page exists',
      async (url) => {
        const original = await get(url.replace('.0000000000', ''));
        const stale = await get(url);
        expect(stale.status).toBe(200);
        expect(stale.body.equals(original.body)).toBe(true);
        expect(stale.cacheControl).toBe('public, max-age=0');
      },
    );
  });

  describe('beside hashed URLs,', () => {
    test('an original path is served as Next serves it', async () => {
      expect((await get('/js/application.js')).cacheControl).toBe('public, max-age=0');
      expect((await get('/robots.txt')).cacheControl).toBe('public, max-age=0');
    });

    test.each([
      ['a valid hash on a private page', '/account/x.46fb7aa72a.css', ['account', 'x.46fb7aa72a.css']],
      ['a valid hash on a page in the root', '/x.46fb7aa72a.css', ['x.46fb7aa72a.css']],
      ['no file of public/ itself', '/note2.53175bcc05.txt', ['note2.53175bcc05.txt']],
      // These lie under a folder of public/ (without regard to case), where the rewrites may change the slug.
      ['a valid hash in other case', '/JS/Application.46fb7aa72a.js', undefined],
      ['a valid hash on another path', '/css/application.46fb7aa72a.js', undefined],
      ['upper-case hash digits', '/js/application.46FB7AA72A.js', undefined],
    ])('%s: %s is the page, and not cacheable', async (_, url, slug) => {
      const answer = await get(url, { headers: { cookie: 'user=alice' } });
      const html = answer.body.toString().replaceAll('&quot;', '"').replaceAll('<!-- -->', '');
      if (!url.includes('46FB')) expect(html).toContain('private page of alice');
      expect(isCacheable(answer.cacheControl)).toBe(false);
      if (slug) expect(html).toContain(JSON.stringify(slug));
    });

    test.each([
      '/_next/static/media/smart-cache-rewrite/account/x.46fb7aa72a.css',
      '/_next/static/media/smart-cache-rewrite/account/secret.0123456789',
      '/_next/static/media/smart-cache-rewrite/js/nothing.0123456789.js',
      '/_next/static/media/smart-cache/account/x.46fb7aa72a.css',
      // It must not point to a file either: middleware may guard the file under its own path.
      '/_next/static/media/smart-cache-rewrite/js/application.46fb7aa72a.js',
      '/_next/static/media/smart-cache/js/application.46fb7aa72a.js',
    ])('%s reaches no page or file that middleware guards under its own path', async (url) => {
      const answer = await get(url, { headers: { cookie: 'user=alice' } });
      const html = answer.body.toString().replaceAll('&quot;', '"').replaceAll('<!-- -->', '');
      // A root catch-all page sees what Next itself shows it of a path under /_next/static: all of it.
      expect(html).toContain('["_next","static","media","smart-cache');
      expect(isCacheable(answer.cacheControl)).toBe(false);
    });

    test('a file whose name already has a hash works under its own name and its hashed path', async () => {
      const bytes = app.read('public/js/lib.0123456789.js');
      const own = await get('/js/lib.0123456789.js');
      expect([own.cacheControl, own.body.toString()]).toEqual(['public, max-age=0', bytes]);
      const hashed = await get('/js/lib.0123456789.b2c76e21f5.js');
      expect([hashed.cacheControl, hashed.body.toString()]).toEqual([IMMUTABLE, bytes]);
    });
  });

  test.each(ODD_NAMES)('the name %j has a hashed URL that works, and a stale one', async (name) => {
    const assetPath = `/odd & ends/${name}`;
    const { assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string; hash: string }> };
    const content = fs.readFileSync(path.join(app.dir, 'public', assetPath));
    const { url, hash } = assets[assetPath] ?? { url: '', hash: '' };
    expect(hash).toBe(createHash('sha256').update(content).digest('hex').slice(0, 10));
    expect(decodeURIComponent(url)).toContain(hash);

    const hashed = await get(url);
    expect([hashed.status, hashed.cacheControl, hashed.body.equals(content)]).toEqual([200, IMMUTABLE, true]);
    const stale = await get(url.replace(hash, 'f'.repeat(10)));
    expect([stale.status, stale.cacheControl, stale.body.equals(content)]).toEqual([200, 'public, max-age=0', true]);
  });

  test('in any spelling, only paths that were issued are immutable, with their bytes, and no page is cacheable', async () => {
    const { assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string; hash: string }> };
    const hashes = new Map(Object.values(assets).map(({ url, hash }) => [plainPath(url), hash]));
    const urls = Object.values(assets).map(({ url }) => url);
    const seen = { immutable: 0, pages: 0 };
    const isRight = fc.asyncProperty(requestPaths([...urls, ...Object.keys(assets).map(encodeURI)]), async (path) => {
      const { cacheControl, status, body } = await get(path, { headers: { cookie: 'user=alice' } });
      if (body.includes('private page of')) {
        seen.pages++;
        expect([path, cacheControl, isCacheable(cacheControl)]).toEqual([path, cacheControl, false]);
      }
      if (cacheControl?.includes('immutable') !== true) return;
      seen.immutable++;
      const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
      expect({ path, status, hash }).toEqual({ path, status: 200, hash: hashes.get(plainPath(path)) });
    });
    await fc.assert(isRight, { numRuns: 1_000 });
    expect([seen.immutable > 5, seen.pages > 5]).toEqual([true, true]);
  });

  test('pages of both routers link the hashed URLs', async () => {
    const home = (await get('/')).body.toString();
    expect(home).toContain('<link rel="stylesheet" href="/css/site.45dab2e697.css" data-precedence="default"/>');
    expect(home).toContain('<script src="/js/application.46fb7aa72a.js" async=""></script>');
    expect((await get('/client')).body.toString()).toContain('src="/img/logo.ade38c8ba0.svg"');
    const legacy = (await get('/legacy')).body.toString();
    expect(legacy).toContain('href="/css/site.45dab2e697.css"');
    expect(legacy).toContain('href="/img/logo.ade38c8ba0.svg?size=2#top"');
  });

  test('next/image takes a hashed URL', async () => {
    const answer = await get('/_next/image?url=%2Fimg%2Flogo.ade38c8ba0.svg&w=64&q=75');
    // Next refuses SVG by default, but only after it has fetched the file from the hashed URL.
    expect(answer.body.toString()).toContain('"url" parameter is valid but image type is not allowed');
  });

  test('the browser gets the rewrites once, and no entry that the source does not name', () => {
    const chunks = javascriptUnder(path.join(app.dir, '.next/static'));
    expect(chunks.some((text) => text.includes('/img/logo.ade38c8ba0.svg'))).toBe(true);
    expect(chunks.filter((text) => text.includes('LICENSE.adc37366f4') || text.includes('app.min.'))).toEqual([]);
    const { rewrites } = JSON.parse(app.read('.next/routes-manifest.json')) as { rewrites: Record<string, unknown[]> };
    // Two to the store, and two back to the originals: names with an extension and names without.
    expect([rewrites.beforeFiles?.length, rewrites.afterFiles?.length, rewrites.fallback?.length]).toEqual([2, 2, 0]);
  });
});

function javascriptUnder(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js') && !path.relative(folder, entry.parentPath).includes('smart-cache'))
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8'));
}
