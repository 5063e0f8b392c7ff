import zlib from 'node:zlib';
import { IMMUTABLE } from '../../support/http';
import { requestPaths } from '../../support/request-paths';
import fc from '../../support/seeded-fast-check';
import { type Get, LEFT, serveBuild, servedBuild, sha256 } from '../support/served-build';

const CODE = 'export const answer = 42;\n'.repeat(200);
const PHOTO = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * index) % 251));
const LARGE = Buffer.from('0123456789'.repeat(60_000));
const BR = zlib.brotliCompressSync(CODE);
const GZIP = zlib.gzipSync(CODE);
const LARGE_BR = zlib.brotliCompressSync(LARGE, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } });

const CORS = [['Access-Control-Allow-Origin', '*'] as const, ['Content-Language', 'de'] as const, ['Vary', 'Origin'] as const];
const FILES = {
  '/js/app.0123456789.js': { bytes: CODE },
  '/js/variants.0123456789.js': { bytes: CODE, variants: { br: BR, gzip: GZIP } },
  '/js/small.0123456789.js': { bytes: 'small' },
  '/img/photo.0123456789.png': { bytes: PHOTO, headers: CORS },
  '/img/empty.0123456789.png': { bytes: '' },
  '/video/large.0123456789.mp4': { bytes: LARGE },
  '/video/large.0123456789.svg': { bytes: LARGE, variants: { br: LARGE_BR } },
  '/_next/static/media/smart-cache/sp%20ace/a%26b.0123456789.css': { bytes: 'body {}' },
};
const URLS = Object.keys(FILES) as (keyof typeof FILES)[];
const BROWSER = { 'accept-encoding': 'gzip, deflate, br, zstd' };

const tagOf = (bytes: string | Buffer) => `"${sha256(bytes).slice(0, 32)}"`;

let get: Get;
beforeAll(async () => {
  ({ get } = await serveBuild(servedBuild(FILES)));
});

test.each(URLS)('%s has its bytes and headers', async (url) => {
  const bytes = Buffer.from(FILES[url].bytes);
  const { status, body, headers } = await get(url);
  expect([status, headers['cache-control'], headers.etag, headers['content-length']]).toEqual([
    200,
    IMMUTABLE,
    tagOf(bytes),
    String(bytes.length),
  ]);
  expect([body.equals(bytes), headers['accept-ranges'], headers['content-encoding'], headers['last-modified']]).toEqual([
    true,
    'bytes',
    undefined,
    undefined,
  ]);
});

test.each<[url: keyof typeof FILES, type: string, vary: string | undefined]>([
  ['/js/app.0123456789.js', 'application/javascript; charset=UTF-8', 'Accept-Encoding'],
  ['/js/small.0123456789.js', 'application/javascript; charset=UTF-8', undefined],
  ['/img/photo.0123456789.png', 'image/png', 'Origin'],
  ['/video/large.0123456789.svg', 'image/svg+xml', 'Accept-Encoding'],
])('%s is %s, and varies by %s', async (url, type, vary) => {
  const { headers } = await get(url);
  expect([headers['content-type'], headers.vary]).toEqual([type, vary]);
});

test('the headers of the app are sent, and those about the content are not part of a 304', async () => {
  const url = '/img/photo.0123456789.png';
  const whole = await get(url);
  expect([whole.headers['access-control-allow-origin'], whole.headers['content-language']]).toEqual(['*', 'de']);
  const { status, headers, body } = await get(url, { 'if-none-match': `W/${whole.headers.etag}` });
  const { date, connection, 'keep-alive': _, ...own } = headers;
  expect([status, body.length, own]).toEqual([
    304,
    0,
    { 'cache-control': IMMUTABLE, etag: whole.headers.etag, vary: 'Origin', 'access-control-allow-origin': '*' },
  ]);
});

describe('an encoded response', () => {
  test.each<[url: string, accepted: string, encoding: string | undefined]>([
    ['/js/variants.0123456789.js', 'gzip, br', 'br'],
    ['/js/variants.0123456789.js', 'gzip', 'gzip'],
    ['/js/variants.0123456789.js', 'zstd', undefined],
    ['/js/variants.0123456789.js', 'br;q=0, gzip', 'gzip'],
    ['/js/variants.0123456789.js', 'br;q=0.1, gzip;q=0.2', 'gzip'],
    ['/js/variants.0123456789.js', 'br;q=0, *', 'gzip'],
    ['/js/variants.0123456789.js', 'br;q=0, gzip;q=0', undefined],
    ['/js/app.0123456789.js', 'gzip, br', 'gzip'],
    ['/js/app.0123456789.js', 'br', undefined],
    ['/js/small.0123456789.js', 'gzip, br', undefined],
    ['/img/photo.0123456789.png', 'gzip, br', undefined],
    ['/video/large.0123456789.svg', 'gzip, br', 'br'],
  ])('%s for "%s" is %s', async (url, accepted, encoding) => {
    const { headers, body } = await get(url, { 'accept-encoding': accepted });
    const decode = { br: zlib.brotliDecompressSync, gzip: zlib.gunzipSync }[encoding ?? ''] ?? ((bytes: Buffer) => bytes);
    expect(headers['content-encoding']).toBe(encoding);
    expect(decode(body).equals(Buffer.from(FILES[url as keyof typeof FILES].bytes))).toBe(true);
    // Another ETag for each coding, which is that of its bytes.
    expect([headers.etag, headers['content-length']]).toEqual([tagOf(body), String(body.length)]);
    expect(headers['accept-ranges']).toBe(encoding === undefined ? 'bytes' : undefined);
  });

  test('is another representation for conditions', async () => {
    const url = '/js/variants.0123456789.js';
    const statusOf = async (etag: string, accepted: string) =>
      (await get(url, { 'if-none-match': etag, 'accept-encoding': accepted })).status;
    expect(await Promise.all([statusOf(tagOf(BR), 'br'), statusOf(tagOf(BR), 'gzip'), statusOf(tagOf(CODE), 'br')])).toEqual([
      304, 200, 200,
    ]);
  });
});

describe.each(['/img/photo.0123456789.png', '/video/large.0123456789.mp4', '/video/large.0123456789.svg'] as const)(
  'a part of %s',
  (url) => {
    const bytes = Buffer.from(FILES[url].bytes);

    test.each<[range: string, start: number, end: number]>([
      ['bytes=0-0', 0, 1],
      ['bytes=100-2000', 100, 2001],
      ['bytes=2990-', 2990, bytes.length],
      ['bytes=-5', bytes.length - 5, bytes.length],
    ])('%s has the bytes of the file as it is', async (range, start, end) => {
      const { status, headers, body } = await get(url, { range, ...BROWSER });
      expect([status, headers['content-range'], headers['content-length']]).toEqual([
        206,
        `bytes ${start}-${end - 1}/${bytes.length}`,
        String(end - start),
      ]);
      expect([headers['content-encoding'], headers.etag, body.equals(bytes.subarray(start, end))]).toEqual([undefined, tagOf(bytes), true]);
    });

    test('ends with 416 beyond the end, which no cache keeps', async () => {
      const { status, headers, body } = await get(url, { range: `bytes=${bytes.length}-` });
      expect([status, headers['content-range'], body.length, headers['cache-control']]).toEqual([
        416,
        `bytes */${bytes.length}`,
        0,
        undefined,
      ]);
    });

    test('is the whole file for another ETag, for several parts, and for HEAD', async () => {
      const hundred = `bytes=${Array.from({ length: 100 }, (_, index) => `${2 * index}-${2 * index}`).join()}`;
      expect((await get(url, { range: 'bytes=0-1', 'if-range': '"other"' })).body.equals(bytes)).toBe(true);
      expect((await get(url, { range: 'bytes=0-1', 'if-range': tagOf(bytes) })).body).toHaveLength(2);
      expect((await get(url, { range: hundred })).body.equals(bytes)).toBe(true);
      const { status, headers } = await get(url, { range: 'bytes=0-1' }, 'HEAD');
      expect([status, headers['content-length']]).toEqual([200, String(bytes.length)]);
    });
  },
);

test.each(URLS)('HEAD of %s has the headers of GET', async (url) => {
  for (const headers of [{}, BROWSER]) {
    const [{ date: _, ...head }, { date: __, ...whole }] = (await Promise.all(
      ['HEAD', 'GET'].map(async (method) => (await get(url, headers, method)).headers),
    )) as [Record<string, string>, Record<string, string>];
    expect(head).toEqual(whole);
  }
});

test('If-Match for other bytes is 412, with nothing that a cache keeps', async () => {
  const { status, headers, body } = await get('/js/app.0123456789.js', { 'if-match': '"other"' });
  expect([status, headers['cache-control'], body.length]).toEqual([412, undefined, 0]);
});

describe.each(['/img/photo.0123456789.png', '/video/large.0123456789.mp4'] as const)('for %s,', (url) => {
  const tag = tagOf(Buffer.from(FILES[url].bytes));

  test.each<[name: string, headers: Record<string, string>, status: number]>([
    ['If-Match for other bytes comes before If-None-Match', { 'if-match': '"other"', 'if-none-match': tag }, 412],
    ['If-Match for these bytes lets If-None-Match decide', { 'if-match': tag, 'if-none-match': tag }, 304],
    ['If-Match comes before a range', { 'if-match': '"other"', range: 'bytes=0-1' }, 412],
    ['If-None-Match comes before a range', { 'if-none-match': tag, range: 'bytes=0-1' }, 304],
    ['If-None-Match comes before a range beyond the end', { 'if-none-match': tag, range: 'bytes=9999999-' }, 304],
    ['a condition that holds leaves the range', { 'if-match': tag, 'if-none-match': '"other"', range: 'bytes=0-1' }, 206],
    ['If-Match takes no weak tag', { 'if-match': `W/${tag}` }, 412],
  ])('%s', async (_, headers, status) => {
    const answer = await get(url, headers);
    expect([answer.status, answer.body.length]).toEqual([status, status === 206 ? 2 : 0]);
  });
});

test.each<[status: number, headers: Record<string, string>]>([
  [412, { 'if-match': '"other"' }],
  [416, { range: 'bytes=9999-' }],
])('a response of %s has the headers of the app, so that a page of another origin can read its status', async (wanted, sent) => {
  const { status, headers } = await get('/img/photo.0123456789.png', sent);
  const { date, connection, 'keep-alive': _, 'content-range': __, ...own } = headers;
  expect([status, own]).toEqual([wanted, { 'access-control-allow-origin': '*', vary: 'Origin', 'content-length': '0' }]);
});

describe('the handler leaves to Next, untouched,', () => {
  test.each<[string, string, string?]>([
    ['another method', URLS[0] as string, 'POST'],
    ['OPTIONS', URLS[0] as string, 'OPTIONS'],
    ['a stale hash', '/js/app.9999999999.js'],
    ['a page', '/'],
    ['another case', '/JS/app.0123456789.js'],
    ['another spelling', '/js/%61pp.0123456789.js'],
    ['an encoded slash', '/js%2Fapp.0123456789.js'],
    ['a NUL', '/js/app.0123456789.js%00'],
    ['a slash at the end', '/js/app.0123456789.js/'],
    ['dots', '/img/../js/app.0123456789.js'],
    ['a whole URL', 'http://localhost/js/app.0123456789.js'],
    ['a parameter', '/js/app.0123456789.js;a=b'],
    ['14 kB', `/js/app.0123456789.js${'x'.repeat(14_000)}`],
    ['the folder of the rewrites', '/_next/static/media/smart-cache-rewrite/js/app.0123456789.js'],
  ])('%s', async (_, url, method = 'GET') => {
    const { status, headers } = await get(url, {}, method);
    expect([status, headers.untouched]).toEqual([LEFT, 'true']);
  });

  test('every path near one that it sends, but for a query', async () => {
    await fc.assert(
      fc.asyncProperty(requestPaths(URLS), async (url) => {
        const { status, body } = await get(url);
        const known = FILES[url.split('?')[0] as keyof typeof FILES];
        expect([url, status]).toEqual([url, known ? 200 : LEFT]);
        if (known) expect(body.equals(Buffer.from(known.bytes))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test('a text too large for memory, without a variant, is left to Next only if the client takes gzip', async () => {
  const bytes = 'a,b\n'.repeat(700_000);
  const url = '/data/table.0123456789.csv';
  const { get: fetch } = await serveBuild(servedBuild({ [url]: { bytes } }));
  expect((await fetch(url, BROWSER)).status).toBe(LEFT);
  const { status, headers, body } = await fetch(url);
  expect([status, headers.vary, body.equals(Buffer.from(bytes))]).toEqual([200, 'Accept-Encoding', true]);
});

test("without Next's compress, nothing is compressed that the build has not compressed", async () => {
  const { get: fetch } = await serveBuild(servedBuild(FILES, { compress: false }));
  const plain = await fetch('/js/app.0123456789.js', BROWSER);
  expect([plain.headers['content-encoding'], plain.headers.vary]).toEqual([undefined, undefined]);
  expect((await fetch('/js/variants.0123456789.js', BROWSER)).headers['content-encoding']).toBe('br');
});

describe('with a basePath and an assetPrefix', () => {
  const direct = '/_next/static/media/smart-cache/a.0123456789.css';
  const rewritten = '/a.0123456789.css';
  let statusOf: (url: string) => Promise<number>;
  beforeAll(async () => {
    const build = servedBuild(
      { [direct]: { bytes: 'a' }, [rewritten]: { bytes: 'b' } },
      { prefixes: { basePath: '/docs', assetPrefix: '/cdn' } },
    );
    const { get: fetch } = await serveBuild(build);
    statusOf = async (url) => (await fetch(url)).status;
  });

  test.each<[url: string, status: number]>([
    [`/docs${direct}`, 200],
    [`/cdn${direct}`, 200],
    [`/docs${rewritten}`, 200],
    [`/cdn${rewritten}`, LEFT],
    [direct, LEFT],
    [rewritten, LEFT],
    [`/docs/docs${rewritten}`, LEFT],
    ['/docs', LEFT],
  ])('%s has the status %s', async (url, status) => {
    expect(await statusOf(url)).toBe(status);
  });
});
