import { createHash } from 'node:crypto';
import type http from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { runCommand } from '../../support/command-line';
import {
  closeSites,
  failing,
  HASH,
  type Handler,
  IMMUTABLE,
  isHashed,
  on,
  PAGE,
  page,
  SCRIPT,
  script,
  site,
  verify,
} from '../../support/verified-site';

afterEach(closeSites);

/** A site with a page and files. @returns also the requests, in order. */
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

describe('a name with a part that looks like a hash', () => {
  const PHOTO = '/img/photo.20240115.jpg';

  test('is not judged if public/ has no file without it, even if a page answers instead', async () => {
    const kept = script({ 'cache-control': 'max-age=31536000', 'content-type': 'image/jpeg' }, 'photo');
    for (const fallback of [script({}, '', 404), page('<p>not here</p>')]) {
      const { url } = await pageWith(`${PAGE}<img src="${PHOTO}">`, { [PHOTO]: kept, '/img/photo.jpg': fallback });
      const { exitCode, stdout } = await verify(url);
      expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/other {3}200 .* \/img\/photo\.20240115\.jpg/)]);
    }
  });

  test('is a fault if the answer is a page', async () => {
    const { url } = await pageWith(PAGE, {
      [`/js/app.${HASH}.js`]: page('<p>not here</p>', { 'cache-control': IMMUTABLE }),
      '/js/app.js': script({}, '', 404),
    });
    expect(await failing(url)).toEqual({ exitCode: 1, checks: ['hash'] });
  });

  test.each(['media', 'immutable/media'])('in the folder of the store below %s is a hash, whatever its bytes', async (parent) => {
    const stored = `/_next/static/${parent}/smart-cache/js/app.${HASH}.js`;
    const { url } = await pageWith(`<script src="${stored}"></script>`, { [stored]: immutable('other') });
    expect(await failing(url)).toEqual({ exitCode: 1, checks: ['hash'] });
  });
});

test('requests files in a circle of references once, and does not compare their hashes', async () => {
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

test('does not compare the hash of a file that names itself', async () => {
  const itself = '/css/one.0123456789.css';
  const { url } = await pageWith(`<link rel="stylesheet" href="${itself}">`, {
    [itself]: immutable('@import "one.0123456789.css";'),
    '/css/one.css': script({}),
  });
  expect(await failing(url)).toEqual({ exitCode: 0, checks: [] });
});

test('does not request source maps, which browsers load only for developers', async () => {
  const text = '//# sourceMappingURL=app.js.map';
  const url = `/js/own.${hashOf(text)}.js`;
  const { url: origin, asked } = await pageWith(`<script src="${url}"></script>`, { [url]: immutable(text) });
  expect((await failing(origin)).exitCode).toBe(0);
  expect(asked).not.toContain('/js/app.js.map');
});

test('searches a bundled stylesheet for files, and does not judge it', async () => {
  const { url } = await pageWith(`${PAGE}<link rel="stylesheet" href="/_next/static/css/a.css">`, {
    '/_next/static/css/a.css': script({}, 'a { background: url(/img/b.png) }'),
    '/img/b.png': script({}),
  });
  const { exitCode, stdout } = await verify(url);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^plain +200 +no hash +\/img\/b\.png$/m);
  expect(stdout).not.toContain('a.css');
});

test('does not read plain files other than stylesheets and scripts', async () => {
  const endless: Handler = (_, response) => void response.writeHead(200).write('begun');
  const { url } = await pageWith(`${PAGE}<video src="/film.mp4"></video>`, { '/film.mp4': endless });
  const { exitCode, stderr } = await verify(url);
  expect(exitCode).toBe(0);
  expect(stderr).not.toContain('no complete answer');
});

test('checks as many files as --max-assets allows, and reports how many it skipped', async () => {
  const { url, asked } = await pageWith(`${PAGE}<img src="/1.png"><img src="/2.png">`, { '/1.png': script({}), '/2.png': script({}) });
  const { stdout, stderr } = await verify(url, '--max-assets', '2');
  expect(stderr).toContain('1 more file not checked; raise --max-assets');
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

  test('are followed five times, for every status', async () => {
    expect(await failing(`${await chain(5)}0`)).toEqual({ exitCode: 0, checks: [] });
  });

  test('are not followed a sixth time', async () => {
    expect((await verify(`${await chain(6)}0`)).stderr).toContain('there are more than 5 redirects');
  });

  test('in a circle are a fault', async () => {
    const { stdout, stderr } = await verify(await site(on('/', script({ location: '/' }, '', 302))));
    expect(stderr).toContain('the redirects form a circle');
    expect(stdout + stderr).not.toContain('Content-Type');
  });
});

describe('a cache in front', () => {
  /** Tells the handler whether a request is a repeated one. */
  const kept = (handle: (isAgain: boolean) => Handler): Handler => {
    let count = 0;
    return (request, response) => handle(count++ > 0)(request, response);
  };

  test('that keeps a private page is found by a second request', async () => {
    const handler = kept((isAgain) => page(PAGE, isAgain ? { 'x-cache': 'HIT' } : {}));
    expect(await failing(await site(on('/', handler)))).toEqual({ exitCode: 1, checks: ['cdn'] });
  });

  test('that takes a page for a file by its extension is found by a second request', async () => {
    const handler = kept((isAgain) => page(PAGE, isAgain ? { 'x-cache': 'HIT' } : {}));
    expect(await failing(await site((url) => (url.endsWith('.css') ? handler : undefined)))).toEqual({
      exitCode: 1,
      checks: ['hash-on-page'],
    });
  });
});

test.each<[string, http.OutgoingHttpHeaders]>([
  ['may be kept for long', { 'cache-control': 'public, max-age=86400' }],
  ['is immutable', { 'cache-control': 'immutable' }],
  ['others may answer from, though the page forbids it', { 'cache-control': 'max-age=60' }],
])('fails a page under the name of a file that %s', async (_, headers) => {
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
])('accepts %s below the path of the page', async (_, handler) => {
  expect((await failing(await site((url) => (url.endsWith('.css') ? handler : undefined)))).checks).toEqual([]);
});

test.each([
  'max-age=31536000, immutable',
  'public, max-age=31536000',
  'public, max-age=86400, immutable',
  'public, max-age=31536000, immutable, no-cache',
  'private, public, max-age=31536000, immutable',
])('fails a hashed URL with "%s"', async (cacheControl) => {
  expect(await failing(await site((url) => (isHashed(url) ? script({ 'cache-control': cacheControl }) : undefined)))).toEqual({
    exitCode: 1,
    checks: ['header'],
  });
});

test('fails a page that is immutable', async () => {
  expect((await failing(await site(on('/', page(PAGE, { 'cache-control': 'immutable' }))))).checks).toContain('header');
});

test('accepts a long lifetime for a plain URL with a version', async () => {
  const files = { '/a.png': script({ 'cache-control': 'immutable' }), '/a.png?v=2': script({ 'cache-control': IMMUTABLE }) };
  const plain = await pageWith(`${PAGE}<img src="/a.png">`, files);
  expect((await verify(plain.url)).stderr).toContain('visitors keep the old file');
  const versioned = await pageWith(`${PAGE}<img src="/a.png?v=2">`, files);
  expect((await verify(versioned.url)).stderr).not.toContain('visitors keep the old file');
});

describe('integrity', () => {
  const sri = (text: string, algorithm: string) => `${algorithm}-${createHash(algorithm).update(text).digest('base64')}`;
  const checks = async (integrity: string) =>
    (await failing((await pageWith(PAGE.replace('<script', `<script integrity="${integrity}"`))).url)).checks;

  test.each([
    ['any of several hashes', `${sri('other', 'sha384')} ${sri(SCRIPT, 'sha384')}`, []],
    ['only the strongest algorithm', `${sri(SCRIPT, 'sha256')} ${sri('other', 'sha512')}`, ['integrity']],
    ['an unknown algorithm', 'sha1-abc', []],
  ])('%s', async (_, integrity, expected) => {
    expect(await checks(integrity)).toEqual(expected);
  });

  test('a preload and its tag both count', async () => {
    const preload = `<link rel="preload" as="script" href="/js/app.${HASH}.js" integrity="${sri('other', 'sha256')}">`;
    expect((await failing((await pageWith(preload + PAGE)).url)).checks).toEqual(['integrity']);
  });
});

test.each([
  ['deflate', deflateSync(SCRIPT)],
  ['gzip, br', brotliCompressSync(gzipSync(SCRIPT))],
  ['identity', SCRIPT],
])('decodes a body with Content-Encoding: %s before it hashes the bytes', async (encoding, body) => {
  expect(
    (await failing(await site((url) => (isHashed(url) ? immutable(body, { 'content-encoding': encoding }) : undefined)))).checks,
  ).toEqual([]);
});

test.each(['md5', 'sha384', 'sha512'])('recognises a hash of %s, with 32 digits, on a name without an extension', async (algorithm) => {
  const path = `/LICENSE.${hashOf('text', algorithm, 32)}`;
  const { url } = await pageWith(`<img src="${path}">`, { [path]: immutable('text') });
  expect(await failing(url)).toEqual({ exitCode: 0, checks: [] });
});

test('finds files in all places where a page can name them', async () => {
  const html = `<base href="/docs/"><link rel="preload" as="image" imagesrcset="1.png 1x, 2.png 2x"><div style="background: url(3.png)"></div>
<style>a { background: url(4.png) } /* ${'x'.repeat(70_000)} */ b { background: url(5.png#x) }</style><link rel="canonical" href="6.png"><video poster="7.png"></video>
<script type="importmap">{ "imports": { "a": "./8.js", "b/": "./9/" } }</script><svg><use href="10.svg#icon"/></svg><img src="/_vercel/insights/11.png">`;
  const { url, asked } = await pageWith(PAGE + html);
  await verify(url);
  const names = asked.filter((path) => path.startsWith('/docs/')).sort();
  expect(names).toEqual(['1.png', '10.svg', '2.png', '3.png', '4.png', '5.png', '7.png', '8.js'].map((name) => `/docs/${name}`));
  expect(asked).not.toContain('/_vercel/insights/11.png');
});

test('prints one message for the same fault of several files, with their number', async () => {
  const names = ['a', 'b', 'c'].map((name) => `/${name}.${HASH}.js`);
  const { url } = await pageWith(
    names.map((name) => `<script src="${name}"></script>`).join(''),
    Object.fromEntries(names.map((name) => [name, script({}, '', 404)])),
  );
  const { stderr } = await verify(url);
  expect(stderr).toContain(`/a.${HASH}.js (and 2 more)`);
  expect(stderr.match(/The status is not 200/g)).toHaveLength(1);
});

test.each<[string, (url: string) => Handler | undefined, row: RegExp]>([
  [
    'no hash',
    (url) => (url === '/' ? page('<img src="/a.png">') : url === '/a.png' ? script({}) : undefined),
    /^page +200 +no hash +http/m,
  ],
  ['wrong type', on('/', script({ 'content-type': 'text/plain' })), /^page +200 +wrong type +http/m],
  ['wrong status', on('/', page('', {}, 503)), /^page +503 +wrong status +http/m],
  [
    'page kept as file',
    (url) => (url.endsWith('.css') ? page(PAGE, { 'cache-control': IMMUTABLE }) : undefined),
    /^page +200 +page kept as file +http/m,
  ],
  ['wrong integrity', on('/', page(PAGE.replace('<script', '<script integrity="sha256-AAAA"'))), /^hashed {2}200 +wrong integrity +\/js/m],
  ['two faults', (url) => (isHashed(url) ? script({}, 'other') : undefined), /^hashed {2}200 +not immutable, wrong bytes +\/js/m],
])('names the fault in the table: %s', async (_, changed, row) => {
  expect((await verify(await site(changed))).stdout).toMatch(row);
});

test('fails a hashed file that breaks off', async () => {
  const breaking: Handler = ({ socket }, response) => {
    response.writeHead(200, { 'cache-control': IMMUTABLE, 'content-length': 1000 }).write('begun', () => socket.destroy());
  };
  expect((await failing(await site((url) => (isHashed(url) ? breaking : undefined)))).checks).toEqual(['answer']);
});

test('accepts a page lifetime of one hour, and no second more', async () => {
  const checks = async (cacheControl: string) => (await failing(await site(on('/', page(PAGE, { 'cache-control': cacheControl }))))).checks;
  expect(await checks('private, max-age=3600')).toEqual([]);
  expect(await checks('private, max-age=3601')).toEqual(['header']);
});

test('fails a page that shared caches keep longer under the name of a file', async () => {
  const url = await site((path) =>
    path === '/' || path.endsWith('.css') ? page(PAGE, { 'cache-control': path === '/' ? 'max-age=60' : 'max-age=86400' }) : undefined,
  );
  expect(await failing(url)).toEqual({ exitCode: 1, checks: ['hash-on-page'] });
});

test.each([
  ['no-store', 'not "next dev"'],
  ['public, max-age=0', 'not "next dev"'],
  ['public, max-age=60', 'set none of their own for these paths'],
])('names the likely origin of "%s" on a hashed URL', async (cacheControl, fix) => {
  const url = await site((path) => (isHashed(path) ? script({ 'cache-control': cacheControl }) : undefined));
  expect((await verify(url)).stderr).toContain(fix);
});

test('writes a piped table without colours, even if stderr has them', async () => {
  const { stdout, stderr } = await runCommand(['verify', await site()], {
    terminal: { hasColors: true, hasColorsOnStdout: false, isInteractive: false },
  });
  expect([stdout, stderr]).toEqual([expect.not.stringContaining('\u001b'), expect.stringContaining('\u001b[')]);
});
