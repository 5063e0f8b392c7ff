import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { listFiles } from '../support/folders';
import { type Answer, IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import { proxyTo, startNginx } from '../support/nginx';
import { freePort, type NodeServer } from '../support/node-server';
import { temporaryFolder } from '../support/temporary-folder';

const HEADERS = [{ source: '/:path*', headers: [{ key: 'X-Content-Type-Options', value: 'nosniff' }] }];
const sheet = (color: string) => `.a { color: ${color}; }\n`.repeat(300);
/** Names with signs that mean something to nginx. */
const COMPRESSED: Record<string, string> = {
  '/css/site.css': sheet('red'),
  '/js/app.mjs': `export default ${JSON.stringify(sheet('blue'))};\n`,
  '/img/logo.svg': `<svg xmlns="http://www.w3.org/2000/svg">${'<g></g>'.repeat(300)}</svg>`,
  '/data/list.json': JSON.stringify(Array.from({ length: 500 }, (_, index) => index)),
  '/a b;c{d}/ü $1 100%.css': sheet('green'),
};
const PLAIN: Record<string, string> = { '/css/small.css': 'a{}', '/img/photo.png': sheet('not a photo') };

const GZIP = { 'Accept-Encoding': 'br, gzip' };

let app: NextApp;
let next: NodeServer;
/** With the configuration, but with no Next to pass requests on to. */
let alone: NodeServer;
const servers: NodeServer[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await app.dispose();
});

/** nginx with the printed configuration. No process listens upstream, so it answers 502 to what it would pass on. */
async function serveAlone(): Promise<NodeServer> {
  const { status, stdout } = app.cli('nginx');
  expect(status).toBe(0);
  const server = await startNginx(temporaryFolder(), {
    server: `${stdout}\nlocation / { ${proxyTo({ origin: `http://localhost:${await freePort()}` })} }`,
  });
  servers.push(server);
  return server;
}

const urlOf = (assetPath: string) =>
  (JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string }> }).assets[assetPath]?.url ?? '';

beforeAll(async () => {
  app = createApp('tiny');
  app.write(
    'next.config.mjs',
    `import { withSmartCache } from 'next-smart-cache/config';
export default withSmartCache({ headers: async () => ${JSON.stringify(HEADERS)} }, { precompress: true });\n`,
  );
  for (const [assetPath, content] of Object.entries({ ...COMPRESSED, ...PLAIN })) app.write(`public${assetPath}`, content);
  app.build();
  next = await app.start();
  alone = await serveAlone();
});

const ofFile = ({ headers }: Answer) => ['content-type', 'cache-control', 'x-content-type-options'].map((name) => [name, headers[name]]);

test.each(Object.entries(COMPRESSED))(
  'nginx sends the gzip variant of %s to those who accept it, and the file to others',
  async (assetPath, content) => {
    const url = urlOf(assetPath);
    const wanted = await request(next.origin, url);
    const compressed = await request(alone.origin, url, { headers: GZIP });
    expect([compressed.status, compressed.headers['content-encoding']]).toEqual([200, 'gzip']);
    expect(zlib.gunzipSync(compressed.body).toString()).toBe(content);
    expect(compressed.headers['content-length']).toBe(String(compressed.body.length));
    for (const headers of [{}, { 'Accept-Encoding': 'br' }, { 'Accept-Encoding': 'gzip;q=0' }, { 'Accept-Encoding': 'identity' }]) {
      const plain = await request(alone.origin, url, { headers });
      expect([plain.status, plain.headers['content-encoding'], plain.body.toString()]).toEqual([200, undefined, content]);
      expect([ofFile(plain), plain.headers.vary]).toEqual([ofFile(wanted), 'Accept-Encoding']);
    }
    expect([ofFile(compressed), compressed.headers.vary]).toEqual([ofFile(wanted), 'Accept-Encoding']);
    expect(compressed.cacheControl).toBe(IMMUTABLE);
  },
);

test('nginx sends the gzip variant to a proxy too, which keeps it for those who accept it', async () => {
  const { headers } = await request(alone.origin, urlOf('/css/site.css'), { headers: { ...GZIP, Via: '1.1 cdn' } });
  expect([headers['content-encoding'], headers.vary]).toEqual(['gzip', 'Accept-Encoding']);
});

test.each(Object.entries(PLAIN))('nginx sends %s, which has no variant, as it is', async (assetPath, content) => {
  const { status, headers, body } = await request(alone.origin, urlOf(assetPath), { headers: GZIP });
  expect([status, headers['content-encoding'], body.toString()]).toEqual([200, undefined, content]);
});

test('HEAD, conditional requests and ranges fit the bytes that GET sends', async () => {
  const url = urlOf('/css/site.css');
  for (const headers of [GZIP, {}]) {
    const get = await request(alone.origin, url, { headers });
    const head = await request(alone.origin, url, { method: 'HEAD', headers });
    const about = ({ headers: { date, ...rest } }: Answer) => rest;
    expect([head.status, head.body.length, about(head)]).toEqual([200, 0, about(get)]);
    const again = await request(alone.origin, url, { headers: { ...headers, 'If-None-Match': get.headers.etag } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const { status, body } = await request(alone.origin, url, { headers: { ...headers, Range: 'bytes=10-19' } });
    expect([status, body]).toEqual(status === 206 ? [206, get.body.subarray(10, 20)] : [200, get.body]);
  }
  const [compressed, plain] = await Promise.all([GZIP, {}].map((headers) => request(alone.origin, url, { headers })));
  expect(compressed?.headers.etag).not.toBe(plain?.headers.etag);
  expect((await request(alone.origin, url, { method: 'POST' })).status).toBe(405);
});

test('no variant has a URL of its own', async () => {
  const url = urlOf('/css/site.css');
  for (const path_ of [`${url}.gz`, `${url}.br`, `/_next/static/media/smart-cache-rewrite${url}.gz`])
    expect([path_, (await request(alone.origin, path_)).status]).toEqual([path_, 502]);
  const internal = `/_next/smart-cache-compressed-1/media/smart-cache-rewrite${url}`;
  for (const path_ of [internal, `${internal}.gz`]) expect([path_, (await request(alone.origin, path_)).status]).toEqual([path_, 404]);
});

test('nginx with the module for Brotli needs one more directive, which is a comment', () => {
  expect(app.cli('nginx').stdout).toContain('  gzip_static on;\n  # For nginx with https://github.com/google/ngx_brotli');
  expect(listFiles(path.join(app.dir, '.next/smart-cache-nginx')).filter((name) => name.endsWith('.br'))).toHaveLength(5);
});

test('the folder takes no space of its own', () => {
  for (const name of listFiles(path.join(app.dir, '.next/smart-cache-nginx')))
    expect([name, fs.statSync(path.join(app.dir, '.next/smart-cache-nginx', name)).nlink]).toEqual([name, 2]);
});

test('after another build, nginx leaves everything to Next until it has the new configuration, which serves both deploys', async () => {
  const before = urlOf('/css/site.css');
  app.write('public/css/site.css', sheet('purple'));
  app.build();
  const after = urlOf('/css/site.css');
  for (const url of [before, after]) expect((await request(alone.origin, url, { headers: GZIP })).status).toBe(502);
  const { origin } = await serveAlone();
  for (const [url, color] of [
    [before, 'red'],
    [after, 'purple'],
  ] as const) {
    const { headers, body } = await request(origin, url, { headers: GZIP });
    expect([headers['content-encoding'], zlib.gunzipSync(body).toString()]).toEqual(['gzip', sheet(color)]);
  }
});

test('with Brotli alone, the folder has the variants, and nginx without its module sends the files as they are', async () => {
  app.write('next.config.mjs', app.read('next.config.mjs').replace('precompress: true', "precompress: { encodings: ['br'] }"));
  app.build();
  expect(listFiles(path.join(app.dir, '.next/smart-cache-nginx')).filter((name) => /\.(?:br|gz)$/.test(name))).toEqual(
    expect.arrayContaining([expect.stringMatching(/logo\.[0-9a-f]{10}\.svg\.br$/)]),
  );
  const { status, stdout } = app.cli('nginx');
  expect([status, stdout.includes('# brotli_static on;')]).toEqual([0, true]);
  const { headers, body, cacheControl } = await request((await serveAlone()).origin, urlOf('/img/logo.svg'), { headers: GZIP });
  expect([headers['content-encoding'], body.toString(), cacheControl]).toEqual([undefined, COMPRESSED['/img/logo.svg'], IMMUTABLE]);
});
