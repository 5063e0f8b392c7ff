import { createHash } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { runCommand } from '../support/command-line';
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
} from '../support/verified-site';

afterEach(closeSites);

test('a site that is as it should be: a table, and exit code 0', async () => {
  const url = await site();
  expect(await verify(url)).toEqual({
    exitCode: 0,
    stdout: [
      '        status  header  hash  made-up hash  CDN  URL',
      `page    200     ok      -     ok            ok   ${url}`,
      `hashed  200     ok      ok    ok            ok   /js/app.${HASH}.js`,
      '',
    ].join('\n'),
    stderr: `next-smart-cache: ${url}: 1 hashed file, 0 others: all as it should be\n`,
  });
});

const KEPT = { 'cache-control': IMMUTABLE };
const NOSNIFF = { 'x-content-type-options': 'nosniff' };
const OLD_TYPE = 'application/x-javascript; charset=utf-8';
const STALE = 'max-age=0, stale-while-revalidate=31536000';
const IN_A_YEAR = new Date(Date.now() + 31_536_000_000).toUTCString();

/** A page that links a stylesheet under its plain URL. */
const withPlain = (handler: Handler) => (url: string) =>
  url === '/' ? page(`${PAGE}<link rel="stylesheet" href="/a.css">`) : url === '/a.css' ? handler : undefined;

let count = 0;
const isOld = (url: string) => url === '/js/old.0123456789.js';

/** A page with two files under a hash, the first one of which has an original too. */
const withTwo = (changed: (url: string) => Handler | undefined) => (url: string) =>
  url === '/'
    ? page(`${PAGE}<script src="/js/old.0123456789.js"></script>`)
    : (changed(url) ?? (url === '/js/old.js' ? script({}, 'new') : undefined));

/** A page that links a file with another hash than that of its bytes. */
const withStale = (handler: Handler) => (url: string) =>
  url === '/' ? page(PAGE.replace(HASH, '0123456789')) : url === '/js/app.0123456789.js' ? handler : undefined;

const breaking: Handler = ({ socket }, response) =>
  void response.writeHead(200, { 'content-length': 1000 }).write('begun', () => setTimeout(() => socket.destroy(), 20));

test.each<[string, (url: string) => Handler | undefined, checks: string[]]>([
  ['the header is missing', (url) => (isHashed(url) ? script({}) : undefined), ['header']],
  ['other bytes under a hash', (url) => (isHashed(url) ? script({ 'cache-control': IMMUTABLE }, 'other') : undefined), ['hash']],
  [
    'a tag with the integrity of other bytes',
    on('/', page(PAGE.replace('<script', `<script integrity="sha256-${createHash('sha256').update('other').digest('base64')}"`))),
    ['integrity'],
  ],
  ['a file that is not there', (url) => (isHashed(url) ? script({}, '', 404) : undefined), ['status']],
  ['a file that leads to a login', (url) => (isHashed(url) ? script({ location: '/login' }, '', 307) : undefined), ['status']],
  ['a made-up hash is immutable', (url) => (isMadeUp(url) ? script({ 'cache-control': IMMUTABLE }) : undefined), ['made-up-hash']],
  [
    'a made-up hash is not there, and for how long that holds is not said',
    (url) => (isMadeUp(url) ? script({}, '', 404) : undefined),
    ['made-up-hash'],
  ],
  ['so it is of one that leads elsewhere', (url) => (isMadeUp(url) ? script({ location: '/' }, '', 308) : undefined), ['made-up-hash']],
  ['a made-up hash gets the file, with no Cache-Control', (url) => (isMadeUp(url) ? script({}) : undefined), ['made-up-hash']],
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
    'a plain URL is kept for a year',
    (url) =>
      url === '/'
        ? page(`${PAGE}<img srcset="/a.png 2x">`)
        : url === '/a.png'
          ? script({ 'cache-control': 'max-age=31536000' })
          : undefined,
    ['header'],
  ],
  ['a made-up hash may be answered stale', (url) => (isMadeUp(url) ? script({ 'cache-control': STALE }) : undefined), ['made-up-hash']],
  ['browsers keep the page, by Expires', on('/', page(PAGE, { 'cache-control': 'public', expires: IN_A_YEAR })), ['header']],
  ['a plain URL is kept by browsers, by Expires', withPlain(script({ expires: IN_A_YEAR })), ['header']],
  [
    'a plain URL is kept by CDNs',
    withPlain(script({ 'cache-control': 'max-age=0, s-maxage=86400', 'last-modified': 'Thu, 26 Nov 2026 00:00:00 GMT' })),
    ['header'],
  ],
  ['a plain stylesheet breaks off', withPlain(breaking), ['answer']],
  ['a plain stylesheet is not in the encoding that it names', withPlain(script({ 'content-encoding': 'gzip' })), ['answer']],
  ['a hashed file that no cache may reuse', (url) => (isHashed(url) ? script({ ...KEPT, vary: 'Accept, *' }) : undefined), ['header']],
  [
    'a hashed file with the cookie of the visitor before',
    (url) => (isHashed(url) ? script({ ...KEPT, 'set-cookie': 'sid=1; Path=/', age: '3' }) : undefined),
    ['header'],
  ],
  [
    'a hash that is none of the bytes, and a header that is wrong too',
    withTwo((url) => (isOld(url) ? script({}, 'old') : undefined)),
    ['header', 'hash'],
  ],
  [
    'a hashed script that browsers refuse for its type',
    (url) => (isHashed(url) ? script({ ...KEPT, ...NOSNIFF, 'content-type': 'text/plain' }) : undefined),
    ['content-type'],
  ],
  ['a stale hash that is immutable', withStale(script({ 'cache-control': IMMUTABLE }, 'older')), ['hash']],
  ['a stale hash', withStale(script({ 'cache-control': 'public, max-age=0' })), ['header', 'hash']],
  ['no hashed URL at all', on('/', page('<img src="https://example.com/a.png">')), ['hashed-urls']],
  ['no HTML', on('/', script({ 'content-type': 'text/plain' })), ['content-type']],
  ['a page that breaks the server', on('/', page('', {}, 500)), ['status', 'hashed-urls']],
  ['redirects in a circle', on('/', script({ location: '/' }, '', 302)), ['answer']],
  ['a redirect out of the web', on('/', script({ location: 'mailto:me@example.com' }, '', 302)), ['answer']],
  ['a connection that is reset', on('/', (request) => void request.socket.destroy()), ['answer']],
  ['an encoding that nobody knows', on('/', page(PAGE, { 'content-encoding': 'rot13' })), ['answer']],
  ['an encoding that it is not', on('/', page(PAGE, { 'content-encoding': 'gzip' })), ['answer']],
])('%s: exit code 1', async (_, changed, checks) => {
  expect(await failing(await site(changed))).toEqual({ exitCode: 1, checks });
});

test.each<[string, (url: string) => Handler | undefined]>([
  [
    'gzip, though it was not asked for',
    (url) => (isHashed(url) ? script({ 'cache-control': IMMUTABLE, 'content-encoding': 'gzip' }, gzipSync(SCRIPT)) : undefined),
  ],
  [
    'Brotli too',
    on('/', script({ 'content-type': 'text/html', 'cache-control': NO_STORE, 'content-encoding': 'br' }, brotliCompressSync(PAGE))),
  ],
  [
    'a made-up hash that is not there, for one browser alone',
    (url) => (isMadeUp(url) ? script({ 'cache-control': 'private' }, '', 404) : undefined),
  ],
  [
    'a made-up hash that is kept for errors',
    (url) => (isMadeUp(url) ? script({ 'cache-control': 'max-age=0, stale-if-error=9' }) : undefined),
  ],
  [
    'a made-up hash that is asked for again, whatever else is said',
    (url) => (isMadeUp(url) ? script({ 'cache-control': `${STALE}, must-revalidate` }) : undefined),
  ],
  ['a plain URL with max-age, which counts before Expires', withPlain(script({ 'cache-control': 'max-age=0', expires: IN_A_YEAR }))],
  ['a plain URL whose Expires is no date', withPlain(script({ expires: '0' }))],
  ['a page that CDNs may keep', on('/', page(PAGE, { 'cache-control': 's-maxage=31536000' }))],
  ['a plain URL that a route handler makes', withPlain(script({ 'cache-control': 'max-age=0, s-maxage=31536000' }))],
  [
    'a hashed file with a cookie that a bot manager sets anew in each answer',
    (url) => (isHashed(url) ? (_, response) => script({ ...KEPT, age: '3', 'set-cookie': `bm_sv=${count++}` })(_, response) : undefined),
  ],
  ['a hashed script of an older type', (url) => (isHashed(url) ? script({ ...KEPT, ...NOSNIFF, 'content-type': OLD_TYPE }) : undefined)],
  ['a redirect to the page', (url) => (url === '/' ? script({ location: '/start' }, '', 308) : url === '/start' ? page(PAGE) : undefined)],
  ['an optimised image', (url) => (url === '/' ? page(`${PAGE}<img src="/_next/image?url=%2Fjs%2Fapp.${HASH}.js&w=64&q=75">`) : undefined)],
])('%s: all as it should be', async (_, changed) => {
  expect(await failing(await site(changed))).toEqual({ exitCode: 0, checks: [] });
});

test('on a terminal, it shows how far it is while a site takes its time', async () => {
  const slow: Handler = (_, response) => void setTimeout(() => response.writeHead(404, { 'cache-control': 'no-store' }).end(), 600);
  const url = await site((asked) => (isMadeUp(asked) ? slow : undefined));
  const { exitCode, stderr } = await runCommand(['verify', url], { terminal: { hasColors: false, isInteractive: true } });
  expect(stderr).toContain('looking at [==============================] 100% of 1 file');
  expect(exitCode).toBe(0);
});

test('a plain URL that answers 404 is not ours to judge, but is said', async () => {
  const linked = `${PAGE}<img src="/img/gone.png">`;
  const url = await site((asked) => (asked === '/' ? page(linked) : asked === '/img/gone.png' ? script({}, '', 404) : undefined));
  expect(await verify(url)).toMatchObject({
    exitCode: 0,
    stderr: `next-smart-cache: ${url}: 1 hashed file, 1 other: all as it should be; of the others, 1 URL answered with an error\n`,
  });
});

test('a plain stylesheet that hangs behind its head', async () => {
  const hanging: Handler = (_, response) => void response.writeHead(200, { 'cache-control': 'no-store' }).write('a {');
  const { exitCode, stderr } = await verify(await site(withPlain(hanging)), '--timeout', '0.3');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/No whole answer: .*a\.css\n.*no whole answer within 0\.3 s/);
});

test('a plain file that is merely larger than what is kept is no problem', async () => {
  const url = await site(withPlain(script({}, Buffer.alloc(20_000))));
  expect(await failing(url, '--max-size', '0.01')).toEqual({ exitCode: 0, checks: [] });
});

test('a plain file with a date in its name is one of its own, though one without is there', async () => {
  const url = await site((asked) => {
    if (asked === '/') return page(`${PAGE}<img src="/img/photo.20240115.png"><img src="/img/photo.png">`);
    return /^\/img\/photo(?:\.20240115)?\.png$/.test(asked) ? script({ 'cache-control': 'public, max-age=0' }, asked) : undefined;
  });
  const { exitCode, stdout } = await verify(url);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/other +200 .* \/img\/photo\.20240115\.png\n/);
});

test('what a stylesheet names is looked at too', async () => {
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
  expect(stdout).toMatch(new RegExp(`hashed  200 +FAIL    ok .* /js/app\\.${HASH}\\.js`));
});

describe('what a site sends cannot write to the terminal', () => {
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
    expect(stderr).toContain('leads to /start?\\u{9b}2J (302)');
    expect(stderr).toContain('the tag says sha256-\\u{1b}]0;owned\\u{7}\\u{9b}2J\\u{202e}');
    expect(stderr).toContain('it is "max-age=99999, \\u{9b}2J"');
    expect(stderr).toMatch(/it is "no-store, x+…x+"; "public, max-age=31536000, immutable" is due/);
  });

  test('in the name of an encoding', async () => {
    const { stderr } = await verify(await site(on('/', page(PAGE, { 'content-encoding': '\x9b2j' }))));
    expect(stderr).toContain('in the encoding "\\u{9b}2j"');
  });

  test('in data, which is exact all the same', async () => {
    const { stdout } = await verify(await site(on('/', page(PAGE, { 'cache-control': 'no-store, \x9b2J' }))), '--json');
    expect(stdout).toContain('no-store, \\u009b2J');
    expect(JSON.parse(stdout)).toMatchObject({ page: { cacheControl: 'no-store, \x9b2J' } });
  });
});

test('an import map with an integrity that is no text', async () => {
  const integrity = { [`/js/app.${HASH}.js`]: 1, '/js/other.js': true, '/js/third.js': null };
  const map = `<script type="importmap">${JSON.stringify({ integrity })}</script>`;
  expect(await failing(await site(on('/', page(map + PAGE))))).toEqual({ exitCode: 0, checks: [] });
});

describe('a hash on another origin', () => {
  /** A page with a hashed file of another origin, which notes what it is asked for. */
  async function withOther(path: string, answer: Handler, changed: (url: string) => Handler | undefined = () => undefined) {
    const asked: string[] = [];
    const other = await site((url) => {
      asked.push(url);
      return url === path ? answer : undefined;
    });
    const own = await site((url) => (url === '/' ? page(`${PAGE}<script src="${new URL(path, other).href}"></script>`) : changed(url)));
    const { exitCode, stdout } = await verify(own, '--json');
    const { assets, notAsked } = JSON.parse(stdout) as { assets: { url: string }[]; notAsked: { elsewhere: number } };
    const isJudged = assets.some(({ url }) => url === new URL(path, other).href);
    return { exitCode, asked: asked.length, isJudged, elsewhere: notAsked.elsewhere };
  }

  const FOREIGN = '/lib.0123456789.js';
  const OURS = `/js/app.${HASH}.js`;
  const immutable = script({ 'cache-control': IMMUTABLE });

  test.each<[string, Handler]>([
    ['of other bytes', script({ 'cache-control': 'max-age=60' })],
    ['that is not there', script({}, '', 404)],
    ['whose connection is reset', ({ socket }) => void socket.destroy()],
    ['that names others', script({}, 'import "./more.01234567.js";')],
  ])('%s is another site: asked for once, and left alone', async (_, answer) => {
    expect(await withOther(FOREIGN, answer)).toEqual({ exitCode: 0, asked: 1, isJudged: false, elsewhere: 1 });
  });

  test('of these bytes is ours, behind cdnPrefix: made-up hashes are asked for too', async () => {
    expect(await withOther(OURS, immutable)).toEqual({ exitCode: 0, asked: 3, isJudged: true, elsewhere: 0 });
  });

  test('of these bytes, with the wrong header', async () => {
    expect(await withOther(OURS, script({}))).toMatchObject({ exitCode: 1, isJudged: true });
  });

  test('that the site serves itself is ours, whatever the CDN has made of it', async () => {
    expect(await withOther(OURS, script({ 'cache-control': IMMUTABLE }, 'minified'))).toMatchObject({ exitCode: 1, isJudged: true });
    expect(await withOther(OURS, script({}, '', 404))).toMatchObject({ exitCode: 1, isJudged: true });
  });

  test('for which the site has only another file is not', async () => {
    const current = script({ 'cache-control': 'public, max-age=0' });
    const own = (url: string) => (url === FOREIGN ? current : undefined);
    expect(await withOther(FOREIGN, immutable, own)).toEqual({ exitCode: 0, asked: 1, isJudged: false, elsewhere: 1 });
  });
});

test('--no-hash-check: for a fingerprint that is not made from the content', async () => {
  const url = await site((asked) => (isHashed(asked) ? script({ 'cache-control': IMMUTABLE }, 'other') : undefined));
  expect(await failing(url, '--no-hash-check')).toEqual({ exitCode: 0, checks: [] });
});
