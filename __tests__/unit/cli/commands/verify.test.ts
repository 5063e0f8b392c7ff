import { createHash } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { runCommand } from '../../support/command-line';
import {
  closeSites,
  failing,
  HASH,
  type Handler,
  IMMUTABLE,
  isHashed,
  isMadeUp,
  NO_STORE,
  on,
  PAGE,
  page,
  SCRIPT,
  script,
  site,
  verify,
} from '../../support/verified-site';

afterEach(closeSites);

test('prints a table and exits with 0 for a site without faults', async () => {
  const url = await site();
  expect(await verify(url)).toEqual({
    exitCode: 0,
    stdout: ['        status  verdict  URL', `page    200     ok       ${url}`, `hashed  200     ok       /js/app.${HASH}.js`, ''].join(
      '\n',
    ),
    stderr: `next-smart-cache: ${url}: 1 of 1 public file that this page loads is hashed; no faults in 1 hashed file\n`,
  });
});

const KEPT = { 'cache-control': IMMUTABLE };
const NOSNIFF = { 'x-content-type-options': 'nosniff' };
const OLD_TYPE = 'application/x-javascript; charset=utf-8';
const STALE = 'max-age=0, stale-while-revalidate=31536000';
const IN_A_YEAR = new Date(Date.now() + 31_536_000_000).toUTCString();

/** A page that links a stylesheet by its plain URL. */
const withPlain = (handler: Handler) => (url: string) =>
  url === '/' ? page(`${PAGE}<link rel="stylesheet" href="/a.css">`) : url === '/a.css' ? handler : undefined;

let count = 0;
const isOld = (url: string) => url === '/js/old.0123456789.js';

/** A page with two hashed files. The first one also has an original. */
const withTwo = (changed: (url: string) => Handler | undefined) => (url: string) =>
  url === '/'
    ? page(`${PAGE}<script src="/js/old.0123456789.js"></script>`)
    : (changed(url) ?? (url === '/js/old.js' ? script({}, 'new') : undefined));

/** A page that links a file by a hash that does not match its bytes. */
const withStale = (handler: Handler) => (url: string) =>
  url === '/' ? page(PAGE.replace(HASH, '0123456789')) : url === '/js/app.0123456789.js' ? handler : undefined;

const breaking: Handler = ({ socket }, response) =>
  void response.writeHead(200, { 'content-length': 1000 }).write('begun', () => setTimeout(() => socket.destroy(), 20));

test.each<[string, (url: string) => Handler | undefined, checks: string[]]>([
  ['the header is missing', (url) => (isHashed(url) ? script({}) : undefined), ['header']],
  ['the bytes do not match the hash', (url) => (isHashed(url) ? script({ 'cache-control': IMMUTABLE }, 'other') : undefined), ['hash']],
  [
    'the integrity does not match the bytes',
    on('/', page(PAGE.replace('<script', `<script integrity="sha256-${createHash('sha256').update('other').digest('base64')}"`))),
    ['integrity'],
  ],
  ['a missing file', (url) => (isHashed(url) ? script({}, '', 404) : undefined), ['status']],
  ['a file that redirects to a login', (url) => (isHashed(url) ? script({ location: '/login' }, '', 307) : undefined), ['status']],
  ['a made-up hash is immutable', (url) => (isMadeUp(url) ? script({ 'cache-control': IMMUTABLE }) : undefined), ['made-up-hash']],
  [
    'caches may keep the 404 of a made-up hash for a minute',
    (url) => (isMadeUp(url) ? script({ 'cache-control': 'max-age=60' }, '', 404) : undefined),
    ['made-up-hash'],
  ],
  [
    'caches may keep the 404 of a made-up hash until a date',
    (url) => (isMadeUp(url) ? script({ expires: IN_A_YEAR }, '', 404) : undefined),
    ['made-up-hash'],
  ],
  [
    'a CDN keeps the 404 of a made-up hash, against its Cache-Control',
    (url) => (isMadeUp(url) ? script({ 'cache-control': 'no-store', 'x-cache': 'HIT' }, '', 404) : undefined),
    ['cdn'],
  ],
  [
    'a made-up hash redirects without a lifetime',
    (url) => (isMadeUp(url) ? script({ location: '/' }, '', 308) : undefined),
    ['made-up-hash'],
  ],
  ['a made-up hash gets the file without Cache-Control', (url) => (isMadeUp(url) ? script({}) : undefined), ['made-up-hash']],
  ['a made-up hash breaks the server', (url) => (isMadeUp(url) ? script({}, '', 500) : undefined), ['made-up-hash']],
  [
    'a CDN keeps a made-up hash',
    (url) => (isMadeUp(url) ? script({ 'cache-control': 'public, max-age=0', age: '3', 'x-cache': 'HIT' }) : undefined),
    ['cdn'],
  ],
  ['a CDN keeps a private page', on('/', page(PAGE, { 'x-cache': 'Hit from cloudfront' })), ['cdn']],
  ['browsers keep the page', on('/', page(PAGE, { 'cache-control': 'public, max-age=86400' })), ['header']],
  [
    'a page is cached under the name of a file',
    (url) => (url.endsWith('.css') ? page(PAGE, { 'cache-control': IMMUTABLE }) : undefined),
    ['hash-on-page'],
  ],
  [
    'caches may answer a made-up hash with a stale response',
    (url) => (isMadeUp(url) ? script({ 'cache-control': STALE }) : undefined),
    ['made-up-hash'],
  ],
  ['browsers keep the page, by Expires', on('/', page(PAGE, { 'cache-control': 'public', expires: IN_A_YEAR })), ['header']],
  ['a hashed file that no cache can reuse', (url) => (isHashed(url) ? script({ ...KEPT, vary: 'Accept, *' }) : undefined), ['header']],
  [
    'a hashed file with the cookie of the visitor before',
    (url) => (isHashed(url) ? script({ ...KEPT, 'set-cookie': 'sid=1; Path=/', age: '3' }) : undefined),
    ['header'],
  ],
  [
    'a hash that does not match the bytes, with a wrong header',
    withTwo((url) => (isOld(url) ? script({}, 'old') : undefined)),
    ['header', 'hash'],
  ],
  [
    'a hashed script with a type that browsers refuse',
    (url) => (isHashed(url) ? script({ ...KEPT, ...NOSNIFF, 'content-type': 'text/plain' }) : undefined),
    ['content-type'],
  ],
  ['a stale hash that is immutable', withStale(script({ 'cache-control': IMMUTABLE }, 'older')), ['hash']],
  ['a stale hash', withStale(script({ 'cache-control': 'public, max-age=0' })), ['header', 'hash']],
  [
    'a page that loads public files, and none by a hashed URL',
    (url) => (url === '/' ? page('<img src="/a.png">') : url === '/a.png' ? script({}) : undefined),
    ['hashed-urls'],
  ],
  ['a page that is not HTML', on('/', script({ 'content-type': 'text/plain' })), ['content-type']],
  ['a page that breaks the server', on('/', page('', {}, 500)), ['status']],
  ['redirects in a circle', on('/', script({ location: '/' }, '', 302)), ['answer']],
  ['a redirect to another protocol', on('/', script({ location: 'mailto:me@example.com' }, '', 302)), ['answer']],
  ['a connection that is reset', on('/', (request) => void request.socket.destroy()), ['answer']],
  ['an unknown encoding', on('/', page(PAGE, { 'content-encoding': 'rot13' })), ['answer']],
  ['a wrong encoding', on('/', page(PAGE, { 'content-encoding': 'gzip' })), ['answer']],
])('exits with 1: %s', async (_, changed, checks) => {
  expect(await failing(await site(changed))).toEqual({ exitCode: 1, checks });
});

test.each<[string, (url: string) => Handler | undefined]>([
  [
    'gzip that was not requested',
    (url) => (isHashed(url) ? script({ 'cache-control': IMMUTABLE, 'content-encoding': 'gzip' }, gzipSync(SCRIPT)) : undefined),
  ],
  [
    'Brotli that was not requested',
    on('/', script({ 'content-type': 'text/html', 'cache-control': NO_STORE, 'content-encoding': 'br' }, brotliCompressSync(PAGE))),
  ],
  [
    'a made-up hash whose 404 only a browser may keep',
    (url) => (isMadeUp(url) ? script({ 'cache-control': 'private' }, '', 404) : undefined),
  ],
  ['a made-up hash with stale-if-error', (url) => (isMadeUp(url) ? script({ 'cache-control': 'max-age=0, stale-if-error=9' }) : undefined)],
  ['a made-up hash with must-revalidate', (url) => (isMadeUp(url) ? script({ 'cache-control': `${STALE}, must-revalidate` }) : undefined)],
  ['a page that CDNs may keep', on('/', page(PAGE, { 'cache-control': 's-maxage=31536000' }))],
  ['a made-up hash whose 404 has no lifetime', (url) => (isMadeUp(url) ? script({}, '', 404) : undefined)],
  ['a made-up hash whose 404 without a lifetime a CDN keeps', (url) => (isMadeUp(url) ? script({ age: '3' }, '', 404) : undefined)],
  ['a page that loads no public file', on('/', page('<p>Nothing to see here</p>'))],
  [
    'a hashed file with another cookie of a bot manager in each answer',
    (url) => (isHashed(url) ? (_, response) => script({ ...KEPT, age: '3', 'set-cookie': `bm_sv=${count++}` })(_, response) : undefined),
  ],
  ['a hashed script of an older type', (url) => (isHashed(url) ? script({ ...KEPT, ...NOSNIFF, 'content-type': OLD_TYPE }) : undefined)],
  ['a redirect to the page', (url) => (url === '/' ? script({ location: '/start' }, '', 308) : url === '/start' ? page(PAGE) : undefined)],
  ['an optimised image', (url) => (url === '/' ? page(`${PAGE}<img src="/_next/image?url=%2Fjs%2Fapp.${HASH}.js&w=64&q=75">`) : undefined)],
])('exits with 0: %s', async (_, changed) => {
  expect(await failing(await site(changed))).toEqual({ exitCode: 0, checks: [] });
});

test('shows a progress bar for a slow site', async () => {
  const slow: Handler = (_, response) => void setTimeout(() => response.writeHead(404, { 'cache-control': 'no-store' }).end(), 600);
  const url = await site((asked) => (isMadeUp(asked) ? slow : undefined));
  const { exitCode, stderr } = await runCommand(['verify', url], { terminal: { hasColors: false, isInteractive: true } });
  expect(stderr).toContain('checking [==============================] 100% of 1 file');
  expect(exitCode).toBe(0);
});

describe('a plain file, which this package does not serve, never changes the exit code:', () => {
  const adviceOf = async (handler: Handler, ...argv: string[]) => {
    const { exitCode, stdout, stderr } = await verify(await site(withPlain(handler)), ...argv);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^plain {3}(?:200|none|404) .* \/a\.css$/m)]);
    return stderr.split('\n').filter((line) => line.includes('a.css:'));
  };

  test.each<[string, Handler, RegExp]>([
    [
      'browsers keep for a year',
      script({ 'cache-control': 'max-age=31536000' }),
      /lifetime is "max-age=31536000".*visitors keep the old file/,
    ],
    ['browsers keep, by Expires', script({ expires: IN_A_YEAR }), /visitors keep the old file/],
    [
      'CDNs keep',
      script({ 'cache-control': 'max-age=0, s-maxage=86400', 'last-modified': 'Thu, 26 Nov 2026 00:00:00 GMT' }),
      /CDNs keep the old file/,
    ],
    ['a cache in front keeps', script({ 'cache-control': 'max-age=0', age: '5' }), /a cache in front answered \(Age: 5\)/],
    ['breaks off', breaking, /connection was closed before the whole answer arrived/],
    ['is not in the encoding that it names', script({ 'content-encoding': 'gzip' }), /not have the encoding/],
  ])('one that %s is a note', async (_, handler, advice) => {
    expect(await adviceOf(handler)).toEqual([expect.stringMatching(advice)]);
  });

  test('one that hangs after its head is a note', async () => {
    const hanging: Handler = (_, response) => void response.writeHead(200, { 'cache-control': 'no-store' }).write('a {');
    expect(await adviceOf(hanging, '--timeout', '3')).toEqual([expect.stringContaining('no complete answer within 3 s')]);
  });

  test.each<[string, Handler]>([
    ['has a max-age, which counts before Expires', script({ 'cache-control': 'max-age=0', expires: IN_A_YEAR })],
    ['has an Expires that is not a date', script({ expires: '0' })],
    ['a route handler may have made', script({ 'cache-control': 'max-age=0, s-maxage=31536000' })],
    ['is larger than what is kept', script({}, Buffer.alloc(20_000))],
  ])('one that %s is not noted', async (_, handler) => {
    expect(await adviceOf(handler, '--max-size', '0.01')).toEqual([]);
  });

  test('a missing one is counted separately', async () => {
    const { exitCode, stderr } = await verify(await site(withPlain(script({}, '', 404))));
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('1 plain URL answered with an error; see the table\n')]);
    expect(stderr).toContain('1 of 1 public file that this page loads is hashed');
  });
});

test("does not take a date in a plain file's name for a hash, even if there is a file without it", async () => {
  const url = await site((asked) => {
    if (asked === '/') return page(`${PAGE}<img src="/img/photo.20240115.png"><img src="/img/photo.png">`);
    return /^\/img\/photo(?:\.20240115)?\.png$/.test(asked) ? script({ 'cache-control': 'public, max-age=0' }, asked) : undefined;
  });
  const { exitCode, stdout } = await verify(url);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/other +200 +no hash +\/img\/photo\.20240115\.png\n/);
});

test('checks the files that a stylesheet names', async () => {
  const sheet = `a { background: url(../js/app.${HASH}.js) }`;
  const url = `/css/a.${createHash('sha256').update(sheet).digest('hex').slice(0, 10)}.css`;
  const { exitCode, stdout } = await verify(
    await site((asked) =>
      asked === '/'
        ? page(`<link rel="stylesheet" href="${url}">`)
        : asked === url
          ? script({ 'cache-control': IMMUTABLE }, sheet)
          : asked === `/js/app.${HASH}.js`
            ? script({ 'cache-control': 'no-store' })
            : undefined,
    ),
  );
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(new RegExp(`hashed  200 +not immutable +/js/app\\.${HASH}\\.js`));
});

describe('a text of a site cannot control the terminal', () => {
  const ATTACK = '\x1b]0;owned\x07\x9b2J\u202e';

  test('in an attribute, a header and a redirect', async () => {
    const html = PAGE.replace('<script', `<script integrity="sha256-${ATTACK}"`);
    const { stdout, stderr } = await verify(
      await site((url) => {
        if (url === '/') return script({ location: '/start?\x9b2J' }, '', 302);
        if (url.startsWith('/start')) return page(html, { 'cache-control': 'max-age=99999, \x9b2J' });
        return isHashed(url) ? script({ 'cache-control': `no-store, ${'x'.repeat(5000)}` }) : undefined;
      }),
    );
    expect(stdout + stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(stderr).toContain('redirects to /start?\\u{9b}2J (302)');
    expect(stderr).toContain('the tag says sha256-\\u{1b}]0;owned\\u{7}\\u{9b}2J\\u{202e}');
    expect(stderr).toContain('its lifetime is "max-age=99999, \\u{9b}2J"');
    expect(stderr).toMatch(/it is "no-store, x+…x+", expected "public, max-age=31536000, immutable"/);
  });

  test('in the name of an encoding', async () => {
    const { stderr } = await verify(await site(on('/', page(PAGE, { 'content-encoding': '\x9b2j' }))));
    expect(stderr).toContain('the encoding "\\u{9b}2j"');
  });

  test('in data, which stays exact', async () => {
    const { stdout } = await verify(await site(on('/', page(PAGE, { 'cache-control': 'no-store, \x9b2J' }))), '--json');
    expect(stdout).toContain('no-store, \\u009b2J');
    expect(JSON.parse(stdout)).toMatchObject({ page: { cacheControl: 'no-store, \x9b2J' } });
  });
});

test('ignores an import map with an integrity that is not text', async () => {
  const integrity = { [`/js/app.${HASH}.js`]: 1, '/js/other.js': true, '/js/third.js': null };
  const map = `<script type="importmap">${JSON.stringify({ integrity })}</script>`;
  expect(await failing(await site(on('/', page(map + PAGE))))).toEqual({ exitCode: 0, checks: [] });
});

test('does not compare hashes with --no-hash-check', async () => {
  const url = await site((asked) => (isHashed(asked) ? script({ 'cache-control': IMMUTABLE }, 'other') : undefined));
  expect(await failing(url, '--no-hash-check')).toEqual({ exitCode: 0, checks: [] });
});
