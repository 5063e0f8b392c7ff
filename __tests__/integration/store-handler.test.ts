import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { installedTools } from '../hosts/installed-tools';
import { type Answer, IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { connectTo } from '../support/raw-connection';

const FRAMEWORKS = installedTools('frameworks', { dependencies: { express: '5.3.0', fastify: '5.12.8' } });

/** Each begins as the examples of docs/SERVER.md do. */
const SERVERS = {
  http: `
    createServer((request, response) => serveStore(request, response, () => handleWithNext(request, response))).listen(port);`,
  Express: `
    const server = load('express')();
    server.use(serveStore);
    server.use((request, response) => handleWithNext(request, response));
    server.listen(port);`,
  Fastify: `
    const server = load('fastify')();
    server.addHook('onRequest', (request, reply, done) => serveStore(request.raw, reply.raw, done));
    server.all('/*', async (request, reply) => {
      reply.hijack();
      await handleWithNext(request.raw, reply.raw);
    });
    await server.listen({ port });`,
};

/** Marks what Next answers: the handler calls \`next\` with the response untouched. */
const START = `
  import { createRequire } from 'node:module';
  import { createServer } from 'node:http';
  import next from 'next';
  import { createStoreHandler } from 'next-smart-cache/server';
  const load = createRequire(${JSON.stringify(path.join(FRAMEWORKS, 'package.json'))});
  const port = Number(process.env.PORT);
  const app = next({ dev: false, port });
  await app.prepare();
  const handle = app.getRequestHandler();
  const handleWithNext = (request, response) => {
    response.setHeader('X-Answered-By', 'Next');
    return handle(request, response);
  };
  const serveStore = createStoreHandler();
`;

/** The headers that the config sets, apart from those about caching. */
const HEADERS_OF_APP = ['x-content-type-options', 'x-odd', 'x-decoded', 'x-encoded', 'access-control-allow-origin'];
const BROWSER = { 'accept-encoding': 'gzip, deflate, br, zstd' };
const LARGE = 'export const rows = [1, 2, 3];\n'.repeat(3000);

let app: NextApp;
let next: NodeServer;
const servers = {} as Record<keyof typeof SERVERS, NodeServer>;
let assets: Record<string, { url: string }>;

beforeAll(async () => {
  app = createApp(['app-router', 'pages-router', 'hosts/nginx']);
  app.write('public/js/rows.js', LARGE);
  app.write('public/flagged/a.txt', 'flagged');
  app.write('public/sp ace/a.txt', 'spaced');
  app.write(
    'next.config.mjs',
    app.read('next.config.mjs').replace(
      'headers: async () => [',
      `headers: async () => [
          { source: '/sp ace/:path*', headers: [{ key: 'X-Decoded', value: 'yes' }] },
          { source: '/sp%20ace/:path*', headers: [{ key: 'X-Encoded', value: 'yes' }] },
          { source: '/flagged/:path*', has: [{ type: 'header', key: 'x-flag' }], headers: [{ key: 'X-Flagged', value: 'yes' }] },`,
    ),
  );
  app.build();
  ({ assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: typeof assets });
  next = await app.start();
  for (const name of Object.keys(SERVERS) as (keyof typeof SERVERS)[]) {
    app.write(`${name}.mjs`, START + SERVERS[name]);
    servers[name] = await app.run(`${name}.mjs`);
  }
});
afterAll(() => app.dispose());

const urlOf = (assetPath: string) => assets[assetPath]?.url ?? '';
const isByNext = ({ headers }: Answer) => headers['x-answered-by'] === 'Next';
const LEFT_TO_NEXT = /^\/(?:members|moved|flagged)\//;

describe.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])('with %s', (name) => {
  const get = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
    request(servers[name].origin, url, { headers, method });

  test('hashed files have the bytes, the type and the headers that Next sends, without Next', async () => {
    const assetPaths = Object.keys(assets).filter((assetPath) => !LEFT_TO_NEXT.test(assetPath));
    expect(assetPaths.length).toBeGreaterThan(15);
    const ofApp = [...HEADERS_OF_APP, 'content-type', 'cache-control'];
    for (const assetPath of assetPaths) {
      const [own, wanted] = await Promise.all([get(urlOf(assetPath)), request(next.origin, urlOf(assetPath))]);
      const describe = ({ status, headers, body }: Answer) => [assetPath, status, ofApp.map((key) => headers[key]), body.toString('hex')];
      expect(describe(own)).toEqual(describe(wanted));
      expect([assetPath, own.cacheControl, isByNext(own)]).toEqual([assetPath, IMMUTABLE, false]);
    }
  });

  test('a text is compressed to no more bytes than Next sends, and to the same ones each time', async () => {
    const url = urlOf('/js/rows.js');
    const [own, again, wanted] = await Promise.all([get(url, BROWSER), get(url, BROWSER), request(next.origin, url, { headers: BROWSER })]);
    expect([own.headers['content-encoding'], own.headers.vary, isByNext(own)]).toEqual(['gzip', 'Accept-Encoding', false]);
    expect(gunzipSync(own.body).toString()).toBe(LARGE);
    expect(own.body.length).toBeLessThanOrEqual(wanted.body.length);
    expect(again.body.equals(own.body)).toBe(true);
  });

  test('a guard, a redirect, and a header with a condition stay those of the app', async () => {
    const answers = await Promise.all(
      ['/members/handbook.txt', '/moved/site.css', '/flagged/a.txt'].map((assetPath) => get(urlOf(assetPath), { 'x-flag': '1' })),
    );
    expect(answers.map((answer) => [answer.status, isByNext(answer)])).toEqual([
      [401, true],
      [307, true],
      [200, true],
    ]);
    expect(answers[2]?.headers['x-flagged']).toBe('yes');
  });

  test('pages, stale hashes, plain paths and chunks are answered by Next', async () => {
    const chunk = fs.readdirSync(path.join(app.dir, '.next/static/chunks')).find((file) => file.endsWith('.js'));
    const urls = [
      '/',
      '/legacy',
      '/no-such-page',
      '/css/site.css',
      '/css/site.0123456789.css',
      `/_next/static/chunks/${chunk}`,
      '/api/asset',
    ];
    for (const url of urls) {
      const [own, wanted] = await Promise.all([get(url), request(next.origin, url)]);
      expect([url, own.status, own.cacheControl, isByNext(own)]).toEqual([url, wanted.status, wanted.cacheControl, true]);
    }
  });

  test('HEAD, conditions and ranges work, and other methods reach Next', async () => {
    const url = urlOf('/js/rows.js');
    const { headers } = await get(url);
    expect((await get(url, {}, 'HEAD')).headers['content-length']).toBe(String(LARGE.length));
    const revalidated = await get(url, { 'if-none-match': String(headers.etag) });
    expect([revalidated.status, revalidated.cacheControl, revalidated.body.length]).toEqual([304, IMMUTABLE, 0]);
    const part = await get(url, { range: 'bytes=0-5', ...BROWSER });
    expect([part.status, part.body.toString(), part.headers['content-range']]).toEqual([206, 'export', `bytes 0-5/${LARGE.length}`]);
    expect(isByNext(await get(url, {}, 'POST'))).toBe(true);
  });

  test('the connection of a GET with a body takes further requests', async () => {
    const head = (url: string, length: number) => `GET ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
    const [hashed, page] = [urlOf('/css/site.css'), '/api/asset'];
    const connection = connectTo(servers[name].origin);
    const withBody = head(hashed, 200_000) + 'x'.repeat(200_000);
    connection.send(withBody + withBody + head(hashed, 0) + head(page, 0) + head(hashed, 0));
    const answers = [];
    for (let index = 0; index < 5; index++) {
      await connection.until('HTTP/1.1 200 OK');
      answers.push((await connection.until('\r\n\r\n')).includes(IMMUTABLE));
    }
    expect(answers).toEqual([true, true, true, false, true]);
    connection.socket.destroy();
  });

  test.each<[status: number, headers: Record<string, string>]>([
    [412, { 'if-match': '"other"' }],
    [416, { range: 'bytes=9999999-' }],
  ])('a response of %s has the headers of the app, as from Next', async (status, headers) => {
    const url = urlOf('/fonts/sans.woff2');
    const [own, wanted] = await Promise.all([get(url, headers), request(next.origin, url, { headers })]);
    const describe = (answer: Answer) => [answer.status, HEADERS_OF_APP.map((key) => answer.headers[key])];
    expect([own.headers['access-control-allow-origin'], isByNext(own)]).toEqual(['*', false]);
    expect(describe(own)).toEqual(describe(wanted));
    expect(own.status).toBe(status);
  });
});

test('a failed build leaves no table, so that no server uses it', () => {
  app.write('public/broken.css', 'a {}');
  app.write('app/second/page.jsx', 'export default function Page( {');
  expect(app.tryBuild().status).toBe(1);
  expect(fs.existsSync(path.join(app.dir, '.next/smart-cache-server.json'))).toBe(false);
});
