import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { runCommand } from '../support/command-line';

const IMMUTABLE = 'public, max-age=31536000, immutable';
const SCRIPT = 'document.title = "1";\n';
const HASH = createHash('sha256').update(SCRIPT).digest('hex').slice(0, 10);
const PAGE = `<!doctype html><script src="/js/app.${HASH}.js"></script>`;

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;
const servers: http.Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(handler: Handler, create: (handler: Handler) => http.Server = http.createServer): Promise<string> {
  const server = create(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A site as the package makes it, but for some paths. */
function site(changed: (url: string) => Handler | undefined = () => undefined): Promise<string> {
  return serve((request, response) => {
    const url = request.url ?? '';
    const handler = changed(url);
    if (handler) return handler(request, response);
    if (url === '/') return void response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'private, no-store' }).end(PAGE);
    const isScript = /^\/js\/app(?:\.[0-9a-f]{10})?\.js$/.test(url);
    if (!isScript) return void response.writeHead(404, { 'cache-control': 'no-store' }).end();
    const cacheControl = url.includes(HASH) ? IMMUTABLE : 'public, max-age=0';
    response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': cacheControl }).end(SCRIPT);
  });
}

const isMadeUp = (url: string) => /^\/js\/app\.[0-9a-f]{10}\.js$/.test(url) && !url.includes(HASH);

const verify = (...argv: string[]) => runCommand(['verify', ...argv]);

/** The checks that fail, of all URLs. */
async function failing(...argv: string[]) {
  const { exitCode, stdout } = await verify(...argv, '--json');
  const { page, assets } = JSON.parse(stdout) as Record<'page' | 'assets', never>;
  const judged = [page, ...assets] as { verdicts: { check: string; ok: boolean; detail: string }[] }[];
  return { exitCode, checks: judged.flatMap(({ verdicts }) => verdicts.filter(({ ok }) => !ok).map(({ check }) => check)) };
}

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

const NO_STORE = 'private, no-store';
const isHashed = (url: string) => url === `/js/app.${HASH}.js`;
const script =
  (headers: http.OutgoingHttpHeaders, body: string | Buffer = SCRIPT, status = 200): Handler =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);
const page = (html: string, headers: http.OutgoingHttpHeaders = {}, status = 200) =>
  script({ 'content-type': 'text/html', 'cache-control': NO_STORE, ...headers }, html, status);
const on = (path: string, handler: Handler) => (url: string) => (url === path ? handler : undefined);

const KEPT = { 'cache-control': IMMUTABLE };
const NOSNIFF = { 'x-content-type-options': 'nosniff' };
const OLD_TYPE = 'application/x-javascript; charset=utf-8';
const STALE = 'max-age=0, stale-while-revalidate=31536000';
const IN_A_YEAR = new Date(Date.now() + 31_536_000_000).toUTCString();

/** A page that links a stylesheet under its plain URL. */
const withPlain = (handler: Handler) => (url: string) =>
  url === '/' ? page(`${PAGE}<link rel="stylesheet" href="/a.css">`) : url === '/a.css' ? handler : undefined;

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
  ['a plain URL is kept by CDNs', withPlain(script({ 'cache-control': 'max-age=0, s-maxage=86400' })), ['header']],
  ['a plain stylesheet breaks off', withPlain(breaking), ['answer']],
  ['a plain stylesheet is not in the encoding that it names', withPlain(script({ 'content-encoding': 'gzip' })), ['answer']],
  ['a hashed file that no cache may reuse', (url) => (isHashed(url) ? script({ ...KEPT, vary: 'Accept, *' }) : undefined), ['header']],
  ['a hashed file with a cookie', (url) => (isHashed(url) ? script({ ...KEPT, 'set-cookie': 'sid=1; Path=/' }) : undefined), ['header']],
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
  ['a plain URL that Next renders', withPlain(script({ 'cache-control': 's-maxage=31536000', 'x-nextjs-cache': 'HIT' }))],
  [
    'a hashed file with a cookie of Cloudflare',
    (url) => (isHashed(url) ? script({ ...KEPT, 'set-cookie': '__cf_bm=1; HttpOnly' }) : undefined),
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

test('nothing listens there', async () => {
  const url = await serve(() => {});
  servers.splice(0).forEach((server) => void server.close());
  const { exitCode, stdout, stderr } = await verify(url);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/nothing listens there \(connection refused\) \(ECONNREFUSED\)\n {2}Fix: start the site/);
});

test('a certificate that is signed by itself', async () => {
  const [key, cert] = ['key', 'cert'].map((name) => fs.readFileSync(path.join(__dirname, `../../support/self-signed/${name}.pem`)));
  const url = await serve(page(PAGE), (handler) => https.createServer({ key: key as Buffer, cert: cert as Buffer }, handler));
  const { exitCode, stderr } = await verify(url.replace('http:', 'https:'));
  expect(exitCode).toBe(1);
  expect(stderr).toContain('the certificate is signed by itself (DEPTH_ZERO_SELF_SIGNED_CERT)');
  expect(stderr).toContain('NODE_EXTRA_CA_CERTS=ca.pem');
});

test('what listens there does not speak TLS', async () => {
  const { exitCode, stderr } = await verify((await site()).replace('http:', 'https:'));
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/what listens there does not speak TLS \(E\w+\)\n {2}Fix: use http:\/\/, or the port for https\n/);
});

test('a file larger than the limit is left there, and the flag that sets it is named', async () => {
  const { exitCode, stderr } = await verify(
    await site((url) => (isHashed(url) ? script({ 'cache-control': IMMUTABLE }, Buffer.alloc(20_000)) : undefined)),
    '--max-size',
    '0.01',
  );
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/the answer is larger than 10 kB.*\n.*--max-size <MB>/);
});

test('an interrupt ends it', async () => {
  const interrupt = new AbortController();
  const url = await serve(() => interrupt.abort());
  const { exitCode, stderr } = await runCommand(['verify', url], { interruption: () => interrupt.signal });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'next-smart-cache: interrupted\n' });
});

test('a server that goes over to another protocol', async () => {
  const switching = script({ connection: 'Upgrade', upgrade: 'websocket' }, '', 101);
  const { exitCode, stdout, stderr } = await verify(await site((url) => (url === '/' ? switching : undefined)));
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/it answers 101 and goes over to "websocket".*\n {2}Fix: check the port and the path/);
});

test('a kept connection that is reset in the middle of a body: no second request', async () => {
  let asked = 0;
  const breaking: Handler = ({ socket }, response) => {
    asked++;
    response.writeHead(200, { 'cache-control': IMMUTABLE, 'content-length': 1000 }).write('begun', () => {
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
  };
  const { checks } = await failing(await site((url) => (isHashed(url) ? breaking : undefined)));
  expect({ checks, asked }).toEqual({ checks: ['answer'], asked: 1 });
});

test('headers that are larger than Node reads', async () => {
  const { exitCode, stderr } = await verify(await site(on('/', page(PAGE, { link: 'x'.repeat(20_000) }))));
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/the headers of the answer are larger than 16 kB.* \(HPE_HEADER_OVERFLOW\)\n {2}Fix: see which they are/);
});

test('what listens there does not speak HTTP', async () => {
  const { exitCode, stderr } = await verify(await site(on('/', ({ socket }) => void socket.end('220 mail.example.com ESMTP\r\n'))));
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/the answer is not HTTP \(HPE_\w+\)/);
});

test('an answer that never comes', async () => {
  const { exitCode, stdout, stderr } = await verify(await serve(() => {}), '--timeout', '0.1');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain('no whole answer within 0.1 s');
});

test.each(['16.1', '0.5', '2147483.647'])('--timeout %s is waited for, to the millisecond', async (seconds) => {
  expect(await failing(await site(), '--timeout', seconds)).toEqual({ exitCode: 0, checks: [] });
});

test.each([
  ['3000000', 'It must be at most 2147483.647 seconds.'],
  ['0', 'It must be a number above 0.'],
  ['Infinity', 'It must be a number above 0.'],
  ['soon', 'It must be a number above 0.'],
])('--timeout %s: exit code 2', async (seconds, message) => {
  const { exitCode, stdout, stderr } = await verify('http://127.0.0.1:9/', '--timeout', seconds);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(`argument '${seconds}' is invalid. ${message}`);
});

test('an answer without end is left at the limit', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    const more = () => {
      while (response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', more);
    more();
  });
  const { exitCode, stderr } = await verify(url);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/the answer is larger than 10 MB.*\n.*no page is that large/);
});

test.each([
  ['example.com', 'Fix: next-smart-cache verify https://example.com'],
  ['localhost:3000', 'Fix: next-smart-cache verify http://localhost:3000'],
  ['ftp://example.com', '"ftp:" is not HTTP'],
])('%s is no URL of a site: exit code 2', async (written, message) => {
  const { exitCode, stdout, stderr } = await verify(written);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('a password is sent to its site alone, and printed nowhere', async () => {
  const sent: (string | undefined)[] = [];
  const elsewhere = await site(() => (request, response) => {
    sent.push(request.headers.authorization);
    response.end();
  });
  const url = await site((asked) => (request, response) => {
    if (request.headers.authorization !== `Basic ${btoa('me:s%cret')}`) response.writeHead(401).end();
    else if (asked === '/') page(`${PAGE}<link rel="stylesheet" href="${elsewhere}_next/a.css">`)(request, response);
    else response.writeHead(asked.includes(HASH) && asked.endsWith('.js') ? 200 : 404, { 'cache-control': IMMUTABLE }).end(SCRIPT);
  });
  const { stdout, stderr } = await verify(url.replace('//', '//me:s%25cret@'));
  expect(stdout).toContain('page    200');
  expect(stdout + stderr).not.toContain('cret');
  expect(sent).toEqual([undefined]);
});

test.each<[string, message: string, fix: string]>([
  ['http://me%zz:secret@localhost/', 'The user or password of this URL cannot be read: "http://***@localhost/"', 'write each "%"'],
  ['http://me:secret%ff@localhost/', 'The user or password of this URL cannot be read: "http://***@localhost/"', 'write each "%"'],
  ['me:secret@localhost:4801', 'This is no URL of a site: "***@localhost:4801"', 'next-smart-cache verify http://***@localhost:4801'],
  ['me:secret@example.com', 'This is no URL of a site: "***@example.com"', 'next-smart-cache verify https://***@example.com'],
  ['//me:secret@example.com', 'This is no URL of a site: "//***@example.com"', 'next-smart-cache verify https://***@example.com'],
  ['http://me:secret/1@localhost/', 'This is no URL of a site: "http://***@localhost/"', 'next-smart-cache verify https://example.com/'],
  ['ftp://me:secret@example.com/', 'This is no URL of a site: "ftp://***@example.com/"', 'next-smart-cache verify https://example.com/'],
])('%s is wrong usage, said without the password', async (written, message, fix) => {
  const { exitCode, stdout, stderr } = await verify(written);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain(`Fix: ${fix}`);
  expect(stderr).not.toContain('secret');
});

/** A page and files, each with its handler; what is asked for, in order. */
async function pageWith(html: string, files: Record<string, Handler> = {}) {
  const asked: string[] = [];
  const url = await site((path) => {
    asked.push(path);
    return path === '/' ? page(html) : files[path];
  });
  return { url, asked };
}

const hashOf = (text: string | Buffer, algorithm = 'sha256', length = 10) =>
  createHash(algorithm).update(text).digest('hex').slice(0, length);
const immutable = (body: string | Buffer = SCRIPT, headers: http.OutgoingHttpHeaders = {}) =>
  script({ 'cache-control': IMMUTABLE, ...headers }, body);

describe('a name with what looks like a hash', () => {
  const PHOTO = '/img/photo.20240115.jpg';

  test('is left alone if public/ has no file without it, also where a page answers instead', async () => {
    const kept = script({ 'cache-control': 'max-age=31536000', 'content-type': 'image/jpeg' }, 'photo');
    for (const fallback of [script({}, '', 404), page('<p>not here</p>')]) {
      const { url } = await pageWith(`${PAGE}<img src="${PHOTO}">`, { [PHOTO]: kept, '/img/photo.jpg': fallback });
      const { exitCode, stdout } = await verify(url);
      expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/other {3}200 .* \/img\/photo\.20240115\.jpg/)]);
    }
  });

  test('that answers with a page is none of those', async () => {
    const { url } = await pageWith(PAGE, {
      [`/js/app.${HASH}.js`]: page('<p>not here</p>', { 'cache-control': IMMUTABLE }),
      '/js/app.js': script({}, '', 404),
    });
    expect(await failing(url)).toEqual({ exitCode: 1, checks: ['hash'] });
  });

  test('in the folder of the store is a hash, whatever its bytes', async () => {
    const stored = `/_next/static/media/smart-cache/js/app.${HASH}.js`;
    const { url } = await pageWith(`<script src="${stored}"></script>`, { [stored]: immutable('other') });
    expect(await failing(url)).toEqual({ exitCode: 1, checks: ['hash'] });
  });
});

test('a file behind cdnPrefix that has these bytes is ours, though the site itself does not serve it', async () => {
  const cdn = await site((url) => (isHashed(url) ? script({}) : undefined));
  const { url } = await pageWith(`${PAGE}<script src="${cdn}js/app.${HASH}.js"></script>`, { [`/js/app.${HASH}.js`]: script({}, '', 404) });
  expect((await failing(url)).checks.sort()).toEqual(['header', 'status']);
});

test('files that name each other in a circle are not compared, and asked for once', async () => {
  const [one, two] = ['/css/one.0123456789.css', '/css/two.9876543210.css'];
  const { url, asked } = await pageWith(`<link rel="stylesheet" href="${one}"><link rel="stylesheet" href="${two}">`, {
    [one]: immutable('@import "two.9876543210.css";'),
    [two]: immutable('@import "one.0123456789.css";'),
    '/css/one.css': script({}),
    '/css/two.css': script({}),
  });
  expect(await failing(url)).toEqual({ exitCode: 0, checks: [] });
  expect(asked.filter((path) => path === one)).toEqual([one]);
});

test('a file that names itself is not compared', async () => {
  const itself = '/css/one.0123456789.css';
  const { url } = await pageWith(`<link rel="stylesheet" href="${itself}">`, {
    [itself]: immutable('@import "one.0123456789.css";'),
    '/css/one.css': script({}),
  });
  expect(await failing(url)).toEqual({ exitCode: 0, checks: [] });
});

test('a source map is not asked for: browsers do so for developers alone', async () => {
  const text = '//# sourceMappingURL=app.js.map';
  const url = `/js/own.${hashOf(text)}.js`;
  const { url: origin, asked } = await pageWith(`<script src="${url}"></script>`, { [url]: immutable(text) });
  expect((await failing(origin)).exitCode).toBe(0);
  expect(asked).not.toContain('/js/app.js.map');
});

test('a bundled stylesheet is looked into, and is not judged', async () => {
  const { url } = await pageWith(`${PAGE}<link rel="stylesheet" href="/_next/static/css/a.css">`, {
    '/_next/static/css/a.css': script({}, 'a { background: url(/img/b.png) }'),
    '/img/b.png': script({ 'cache-control': 'max-age=31536000' }),
  });
  expect(await failing(url)).toEqual({ exitCode: 1, checks: ['header'] });
});

test('of a plain file, what is no stylesheet or script is not read', async () => {
  const endless: Handler = (_, response) => void response.writeHead(200).write('begun');
  const { url } = await pageWith(`${PAGE}<video src="/film.mp4"></video>`, { '/film.mp4': endless });
  const begun = Date.now();
  expect((await failing(url)).exitCode).toBe(0);
  expect(Date.now() - begun).toBeLessThan(5000);
});

test('--max-assets: so many are looked at, and how many were not is said', async () => {
  const { url, asked } = await pageWith(`${PAGE}<img src="/1.png"><img src="/2.png">`, { '/1.png': script({}), '/2.png': script({}) });
  const { stdout, stderr } = await verify(url, '--max-assets', '2');
  expect(stderr).toContain('1 more file not looked at: --max-assets');
  expect(stdout.split('\n')).toHaveLength(5);
  expect(asked).not.toContain('/2.png');
});

describe('redirects', () => {
  const chain = (length: number) =>
    site((url) => {
      const step = Number(url.slice(1));
      return step < length
        ? script({ location: `/${step + 1}` }, '', [301, 302, 303, 307, 308][step % 5])
        : url === `/${length}`
          ? page(PAGE)
          : undefined;
    });

  test('five are followed, of every kind', async () => {
    expect(await failing(`${await chain(5)}0`)).toEqual({ exitCode: 0, checks: [] });
  });

  test('six are not', async () => {
    expect((await verify(`${await chain(6)}0`)).stderr).toContain('there are more than 5 redirects');
  });

  test('a circle is named', async () => {
    const { stdout, stderr } = await verify(await site(on('/', script({ location: '/' }, '', 302))));
    expect(stderr).toContain('the redirects go in a circle');
    expect(stdout + stderr).not.toContain('The answer is no HTML page');
  });
});

describe('a cache in front', () => {
  /** Asked for a second time, it answers by itself. */
  const kept = (handle: (isAgain: boolean) => Handler): Handler => {
    let count = 0;
    return (request, response) => handle(count++ > 0)(request, response);
  };

  test('that keeps a private page shows when it is asked for again', async () => {
    const handler = kept((isAgain) => page(PAGE, isAgain ? { 'x-cache': 'HIT' } : {}));
    expect(await failing(await site(on('/', handler)))).toEqual({ exitCode: 1, checks: ['cdn'] });
  });

  test('that takes a page for a file by the end of its path shows when it is asked for again', async () => {
    const handler = kept((isAgain) => page(PAGE, isAgain ? { 'x-cache': 'HIT' } : {}));
    expect(await failing(await site((url) => (url.endsWith('.css') ? handler : undefined)))).toEqual({
      exitCode: 1,
      checks: ['hash-on-page'],
    });
  });

  test('that keeps a plain file, which it must not', async () => {
    const { url } = await pageWith(`${PAGE}<img src="/a.png">`, { '/a.png': script({ 'cache-control': 'max-age=0', age: '5' }) });
    expect(await failing(url)).toEqual({ exitCode: 1, checks: ['cdn'] });
  });
});

test.each<[string, http.OutgoingHttpHeaders]>([
  ['may be kept for long', { 'cache-control': 'public, max-age=86400' }],
  ['is immutable', { 'cache-control': 'immutable' }],
  ['others may answer from, though the page forbids it', { 'cache-control': 'max-age=60' }],
])('a page under the name of a file that %s', async (_, headers) => {
  const asked: string[] = [];
  const url = await site((path) => {
    asked.push(path);
    return path === '/shop/' ? page(PAGE) : path.endsWith('.css') ? page(PAGE, headers) : undefined;
  });
  expect(await failing(`${url}shop/`)).toEqual({ exitCode: 1, checks: ['hash-on-page'] });
  expect(asked).toContain(`/shop/x.${HASH}.css`);
});

test.each<[string, Handler]>([
  ['a file', script({ 'cache-control': IMMUTABLE }, 'a {}')],
  ['an error, as a page', page(PAGE, { 'cache-control': IMMUTABLE }, 404)],
])('behind the path of the page, %s is no page to be kept', async (_, handler) => {
  expect((await failing(await site((url) => (url.endsWith('.css') ? handler : undefined)))).checks).toEqual([]);
});

test.each([
  'max-age=31536000, immutable',
  'public, max-age=31536000',
  'public, max-age=86400, immutable',
  'public, max-age=31536000, immutable, no-cache',
  'private, public, max-age=31536000, immutable',
])('"%s" on a hashed URL is not what is due', async (cacheControl) => {
  expect(await failing(await site((url) => (isHashed(url) ? script({ 'cache-control': cacheControl }) : undefined)))).toEqual({
    exitCode: 1,
    checks: ['header'],
  });
});

test('a page that is immutable, a plain file too; with a version behind it, the file may be', async () => {
  expect((await failing(await site(on('/', page(PAGE, { 'cache-control': 'immutable' }))))).checks).toContain('header');
  const files = { '/a.png': script({ 'cache-control': 'immutable' }), '/a.png?v=2': script({ 'cache-control': IMMUTABLE }) };
  const plain = await pageWith(`${PAGE}<img src="/a.png">`, files);
  expect((await failing(plain.url)).checks).toEqual(['header']);
  const versioned = await pageWith(`${PAGE}<img src="/a.png?v=2">`, files);
  expect((await failing(versioned.url)).checks).toEqual([]);
});

describe('integrity', () => {
  const sri = (text: string, algorithm: string) => `${algorithm}-${createHash(algorithm).update(text).digest('base64')}`;
  const checks = async (integrity: string) =>
    (await failing((await pageWith(PAGE.replace('<script', `<script integrity="${integrity}"`))).url)).checks;

  test.each([
    ['any of several hashes', `${sri('other', 'sha384')} ${sri(SCRIPT, 'sha384')}`, []],
    ['only the strongest algorithm', `${sri(SCRIPT, 'sha256')} ${sri('other', 'sha512')}`, ['integrity']],
    ['an algorithm that nobody knows', 'sha1-abc', []],
  ])('%s', async (_, integrity, expected) => {
    expect(await checks(integrity)).toEqual(expected);
  });

  test('of a preload and its tag, either counts', async () => {
    const preload = `<link rel="preload" as="script" href="/js/app.${HASH}.js" integrity="${sri('other', 'sha256')}">`;
    expect((await failing((await pageWith(preload + PAGE)).url)).checks).toEqual(['integrity']);
  });
});

test.each([
  ['deflate', deflateSync(SCRIPT)],
  ['gzip, br', brotliCompressSync(gzipSync(SCRIPT))],
  ['identity', SCRIPT],
])('Content-Encoding: %s', async (encoding, body) => {
  expect(
    (await failing(await site((url) => (isHashed(url) ? immutable(body, { 'content-encoding': encoding }) : undefined)))).checks,
  ).toEqual([]);
});

test.each(['md5', 'sha384', 'sha512'])('a hash of %s, with 32 digits, on a name without an extension', async (algorithm) => {
  const path = `/LICENSE.${hashOf('text', algorithm, 32)}`;
  const { url } = await pageWith(`<img src="${path}">`, { [path]: immutable('text') });
  expect(await failing(url)).toEqual({ exitCode: 0, checks: [] });
});

test('all the places where a page names files', async () => {
  const html = `<base href="/docs/"><link rel="preload" as="image" imagesrcset="1.png 1x, 2.png 2x"><div style="background: url(3.png)"></div>
<style>a { background: url(4.png) } /* ${'x'.repeat(70_000)} */ b { background: url(5.png#x) }</style><link rel="canonical" href="6.png"><video poster="7.png"></video>
<script type="importmap">{ "imports": { "a": "./8.js", "b/": "./9/" } }</script><svg><use href="10.svg#icon"/></svg><img src="/_vercel/insights/11.png">`;
  const { url, asked } = await pageWith(PAGE + html);
  await verify(url);
  const names = asked.filter((path) => path.startsWith('/docs/')).sort();
  expect(names).toEqual(['1.png', '10.svg', '2.png', '3.png', '4.png', '5.png', '7.png', '8.js'].map((name) => `/docs/${name}`));
  expect(asked).not.toContain('/_vercel/insights/11.png');
});

test('the same trouble of several files is one finding, that says how many', async () => {
  const names = ['a', 'b', 'c'].map((name) => `/${name}.${HASH}.js`);
  const { url } = await pageWith(
    names.map((name) => `<script src="${name}"></script>`).join(''),
    Object.fromEntries(names.map((name) => [name, script({}, '', 404)])),
  );
  const { stderr } = await verify(url);
  expect(stderr).toContain(`/a.${HASH}.js (and 2 more)`);
  expect(stderr.match(/The status is not 200/g)).toHaveLength(1);
});

test('every failure shows in the table', async () => {
  const tableOf = async (changed: (url: string) => Handler | undefined) => (await verify(await site(changed))).stdout;
  expect(await tableOf(on('/', page('<p></p>')))).toMatch(/^page +200 FAIL/m);
  expect(await tableOf(on('/', script({ 'content-type': 'text/plain' })))).toMatch(/^page +200 FAIL/m);
  expect(await tableOf((url) => (url.endsWith('.css') ? page(PAGE, { 'cache-control': IMMUTABLE }) : undefined))).toMatch(
    /^page .* FAIL .* http/m,
  );
  expect(await tableOf(on('/', page(PAGE.replace('<script', '<script integrity="sha256-AAAA"'))))).toMatch(/^hashed {2}200 +ok +FAIL/m);
  const cdn = await site((url) => (isHashed(url) ? script({}) : undefined));
  expect(await tableOf(on('/', page(`${PAGE}<script src="${cdn}js/app.${HASH}.js"></script>`)))).toContain(`  ${cdn}js/app.${HASH}.js\n`);
});

test('an answer that is hashed and breaks off fails', async () => {
  const breaking: Handler = ({ socket }, response) => {
    response.writeHead(200, { 'cache-control': IMMUTABLE, 'content-length': 1000 }).write('begun', () => socket.destroy());
  };
  expect((await failing(await site((url) => (isHashed(url) ? breaking : undefined)))).checks).toEqual(['answer']);
});

test('an hour is not long, a second more is', async () => {
  const checks = async (cacheControl: string) => (await failing(await site(on('/', page(PAGE, { 'cache-control': cacheControl }))))).checks;
  expect(await checks('private, max-age=3600')).toEqual([]);
  expect(await checks('private, max-age=3601')).toEqual(['header']);
});

test('a page that others may keep for a minute is not to be kept for a day under the name of a file', async () => {
  const url = await site((path) =>
    path === '/' || path.endsWith('.css') ? page(PAGE, { 'cache-control': path === '/' ? 'max-age=60' : 'max-age=86400' }) : undefined,
  );
  expect(await failing(url)).toEqual({ exitCode: 1, checks: ['hash-on-page'] });
});

test.each([
  ['no-store', 'not "next dev"'],
  ['public, max-age=0', 'not "next dev"'],
  ['public, max-age=60', 'set none of their own for these paths'],
])('"%s" on a hashed URL: who is likely to have set it', async (cacheControl, fix) => {
  const url = await site((path) => (isHashed(path) ? script({ 'cache-control': cacheControl }) : undefined));
  expect((await verify(url)).stderr).toContain(fix);
});

test('a table that is piped on has no colours, though the talk has', async () => {
  const { stdout, stderr } = await runCommand(['verify', await site()], {
    terminal: { hasColors: true, hasColorsOnStdout: false, isInteractive: false },
  });
  expect([stdout, stderr]).toEqual([expect.not.stringContaining('\u001b'), expect.stringContaining('\u001b[')]);
});
