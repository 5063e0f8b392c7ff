import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { main } from '../../../src/cli/main';
import { resolveProject } from '../../../src/pipeline/project';

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

async function serve(handler: Handler): Promise<string> {
  const server = http.createServer(handler);
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

async function verify(...argv: string[]) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await main(['verify', ...argv], {
    cwd: '/',
    version: '1.2.3',
    findConfigFile: () => undefined,
    stdout: (text) => {
      written.stdout += text;
    },
    stderr: (text) => {
      written.stderr += text;
    },
    terminal: { hasColors: false, isInteractive: false },
    loadProject: async (root) => resolveProject({ root }),
    interruption: () => new AbortController().signal,
  });
  return { exitCode, ...written };
}

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

const script =
  (headers: http.OutgoingHttpHeaders, body = SCRIPT): Handler =>
  (_, response) =>
    void response.writeHead(200, headers).end(body);

test.each<[string, (url: string) => Handler | undefined, checks: string[]]>([
  ['the header is missing', (url) => (url.includes(HASH) && url.startsWith('/js') ? script({}) : undefined), ['header']],
  [
    'other bytes under a hash',
    (url) => (url.includes(HASH) && url.startsWith('/js') ? script({ 'cache-control': IMMUTABLE }, 'other') : undefined),
    ['hash'],
  ],
  ['a made-up hash is immutable', (url) => (isMadeUp(url) ? script({ 'cache-control': IMMUTABLE }) : undefined), ['made-up-hash']],
  [
    'a CDN keeps a made-up hash',
    (url) => (isMadeUp(url) ? script({ 'cache-control': 'public, max-age=0', age: '3', 'x-cache': 'HIT' }) : undefined),
    ['cdn'],
  ],
  [
    'a page is cached under the name of a file',
    (url) => (url.endsWith('.css') ? script({ 'content-type': 'text/html', 'cache-control': IMMUTABLE }, PAGE) : undefined),
    ['hash-on-page'],
  ],
  ['no HTML', (url) => (url === '/' ? script({ 'content-type': 'text/plain' }) : undefined), ['content-type']],
  [
    'redirects in a circle',
    (url) => (url === '/' ? (_, response) => void response.writeHead(302, { location: '/' }).end() : undefined),
    ['answer'],
  ],
  ['a connection that is reset', (url) => (url === '/' ? (request) => void request.socket.destroy() : undefined), ['answer']],
])('%s: exit code 1', async (_, changed, checks) => {
  expect(await failing(await site(changed))).toEqual({ exitCode: 1, checks });
});

test('an answer that never comes', async () => {
  const { exitCode, stdout, stderr } = await verify(await serve(() => {}), '--timeout', '0.1');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain('no whole answer within 0.1 s');
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
  expect(stderr).toContain('the answer is larger than 10 MB');
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
