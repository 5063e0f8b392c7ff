import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import { freePort, type NodeServer, startNodeServer } from '../support/node-server';
import { connectTo } from '../support/raw-connection';
import { temporaryFolder } from '../support/temporary-folder';

/** Both servers serve the same build, one after the other. */
describe.each([
  { name: 'Next 16.4, Turbopack', line: 'latest' },
  { name: 'Next 15.4, webpack', line: 'oldest' },
] as const)('next-smart-cache start on $name', ({ line }) => {
  let app: NextApp;
  let plain: NodeServer;
  let server: NodeServer;
  let socketServer: http.Server;

  beforeAll(async () => {
    const socketPort = await freePort();
    socketServer = echoUpgrades().listen(socketPort);
    app = createApp('start', { line, env: { SOCKET_PORT: String(socketPort) } });
    if (line === 'oldest') renameProxy(app);
    // More than the buffers of a connection hold.
    app.write('public/large.bin', Buffer.alloc(16_000_000, 'large file '));
    app.build();
    [plain, server] = [await app.start(), await app.startWithStore()];
  });
  const children: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await app.dispose();
    socketServer.close();
    socketServer.closeAllConnections();
  });

  test('passes upgrades on before the first request', async () => {
    expect(await talk(server, 'ping')).toBe(await talk(plain, 'ping'));
    expect(await talk(server, 'ping')).toMatch(/^HTTP\/1\.1 101 [\s\S]*hello, ping$/);
  });

  describe.each(['GET', 'HEAD'])('%s has the same status, headers and bytes as with next start:', (method) => {
    test.each<[string, http.OutgoingHttpHeaders?]>([
      ['/'],
      ['/', { 'Accept-Encoding': 'gzip, br' }],
      ['/cached'],
      ['/cached', { RSC: '1' }],
      ['/cached/'],
      ['/slow'],
      ['/form'],
      ['/moved'],
      ['/renamed'],
      ['/members/file.js'],
      ['/address'],
      ['/api/address?a=b'],
      ['/api/address', { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'other.example', 'X-Middleware-Subrequest': 'proxy' }],
      ['/plain.txt'],
      ['/plain.txt', { Range: 'bytes=1-3' }],
      ['/plain.txt', { 'If-None-Match': '*' }],
      ['/_next/image?url=%2Fphoto.png&w=16&q=75', { Accept: 'image/webp' }],
      ['/no-such-page'],
      ['/no-such-image', { 'Sec-Fetch-Dest': 'image' }],
      ['/_next/static/no-such-file.js'],
      ['//evil.example'],
      ['/%00'],
      ['/%ff'],
      ['/legacy/plain'],
      ['/legacy/static'],
      ['/legacy/server?a=b'],
      ['/_next/data/BUILD_ID/legacy/static.json'],
      ['/_next/data/BUILD_ID/legacy/server.json?a=b', { 'X-Nextjs-Data': '1' }],
      ['/js/application.0000000000.js'],
    ])('%s %j', async (url, headers = {}) => {
      const at = url.replace('BUILD_ID', app.read('.next/BUILD_ID'));
      const ask = async ({ origin }: NodeServer) => comparable(await request(origin, at, { method, headers }), origin);
      expect(await ask(server)).toEqual(await ask(plain));
    });
  });

  test('answers a hashed URL from the store, with the bytes and the headers of the app', async () => {
    const { assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string }> };
    const url = assets['/js/application.js']?.url ?? '';
    const [fromStore, fromNext] = await Promise.all([request(server.origin, url), request(plain.origin, url)]);
    expect(fromStore).toMatchObject({ status: 200, cacheControl: IMMUTABLE, body: fromNext.body });
    expect(fromStore.headers).toMatchObject({ 'x-from-app': 'yes', etag: expect.stringMatching(/^"/) });
    expect(fromNext.headers.etag).toMatch(/^W\//);
  });

  test('gives the code of the app the same surroundings', async () => {
    const surroundings = async (origin: string) => JSON.parse(String((await request(origin, '/api/address')).body)) as Surroundings;
    const [expected, found] = [await surroundings(plain.origin), await surroundings(server.origin)];
    const port = (origin: string) => new URL(origin).port;
    expect(found.variables).toEqual(expected.variables);
    expect(found).toMatchObject({
      environment: 'production',
      fromFile: 'production',
      registrations: 1,
      title: expected.title,
      url: expected.url.replace(port(plain.origin), port(server.origin)),
      address: server.origin,
    });
  });

  test('streams bodies both ways, with 100-continue', async () => {
    const events: string[] = [];
    const sent = http.request(`${server.origin}/api/echo`, { method: 'POST', headers: { Expect: '100-continue', Trailer: 'X-Sum' } });
    sent.on('continue', () => events.push('continue')).flushHeaders();
    await new Promise((resolve) => sent.once('continue', resolve));
    sent.write('first');
    const response = await new Promise<http.IncomingMessage>((resolve) => sent.once('response', resolve));
    await new Promise<void>((resolve) => response.once('data', (chunk) => resolve(void events.push(String(chunk)))));
    response.on('data', (chunk) => events.push(String(chunk)));
    sent.addTrailers({ 'X-Sum': '42' });
    sent.end('last');
    await new Promise((resolve) => response.once('end', resolve));
    expect(events).toEqual(['continue', 'first', 'last']);
    expect(response.trailers).toEqual({ 'x-sum': '42' });
  });

  test('tells a route that its reader has gone', async () => {
    const leave = new AbortController();
    const sent = http.request(`${server.origin}/api/stream`, { signal: leave.signal }).end();
    sent.on('error', () => {});
    const response = await new Promise<http.IncomingMessage>((resolve) => sent.once('response', resolve));
    response.on('error', () => {});
    await new Promise((resolve) => response.once('data', resolve));
    leave.abort();
    await until(() => server.output().includes('the reader has gone'));
  });

  test('runs server actions', async () => {
    const submit = async ({ origin }: NodeServer) => {
      const page = await (await fetch(`${origin}/form`)).text();
      const body = new FormData();
      for (const [, name = ''] of page.matchAll(/<input type="hidden" name="([^"]+)"/g)) body.set(name, '');
      body.set('name', 'value');
      const { status, headers } = await fetch(`${origin}/form`, { method: 'POST', body, redirect: 'manual' });
      return { status, location: headers.get('location') };
    };
    expect(await submit(server)).toEqual(await submit(plain));
    expect(await submit(server)).toEqual({ status: 303, location: '/api/address?name=value' });
  });

  test.each([
    ['App', '/api/revalidate', '/cached'],
    ['Pages', '/api/refresh', '/legacy/static'],
  ])('revalidates a page of the %s Router on demand', async (_, trigger, page) => {
    const read = async () => String((await request(server.origin, page)).body);
    const before = await read();
    expect(await read()).toBe(before);
    await fetch(server.origin + trigger, { method: 'POST' });
    await until(async () => (await read()) !== before);
  });

  describe('at SIGTERM', () => {
    test('ends a download whole, and runs the tasks of after(), before it exits with 143', async () => {
      const ending = await app.startWithStore();
      const { url } = JSON.parse(app.read('.smart-cache/manifest.json')).assets['/large.bin'] as { url: string };
      const download = await openDownload(ending.origin + url);
      await request(ending.origin, '/api/later');
      const ended = ending.end('SIGTERM');
      await until(() => ending.output().includes('answering the open requests'));
      expect(await refuses(ending)).toBe(true);
      expect((await download.finish()).equals(fs.readFileSync(path.join(app.dir, 'public/large.bin')))).toBe(true);
      expect(await ended).toEqual({ exitCode: 143, signal: null });
      expect(app.read('later.txt')).toBe('done');
    });

    test('ends at once by a second signal, unless npm has only sent the first one on', async () => {
      const ending = await app.startWithStore();
      const download = await openDownload(`${ending.origin}/large.bin`);
      const ended = Promise.all([ending.end('SIGINT'), ending.end('SIGINT')]);
      await until(() => ending.output().includes('answering the open requests'));
      // Wait longer than npm takes to send the signal on.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await ending.end('SIGTERM');
      expect(await ended).toEqual([
        { exitCode: 143, signal: null },
        { exitCode: 143, signal: null },
      ]);
      await expect(download.finish()).rejects.toThrow('aborted');
    });

    test('does not wait for idle, new and upgraded connections', async () => {
      const ending = await app.startWithStore({ args: ['--keepAliveTimeout', '3600000'] });
      const agent = new http.Agent({ keepAlive: true });
      await new Promise((resolve) =>
        http.get(`${ending.origin}/plain.txt`, { agent }, (response) => response.resume().once('end', resolve)),
      );
      const silent = net.connect(Number(new URL(ending.origin).port), 'localhost');
      const upgraded = openUpgrade(ending);
      await upgraded.received('hello');
      expect(await ending.end('SIGTERM')).toEqual({ exitCode: 143, signal: null });
      for (const each of [silent, upgraded.socket, agent]) each.destroy();
    });

    test('does not wait for requests that do not arrive', async () => {
      const ending = await app.startWithStore();
      const head = 'POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n';
      const [withoutEnd, withoutBody] = [connectTo(ending.origin), connectTo(ending.origin)];
      withoutEnd.send('GET / HTTP/1.1\r\nHost: localhost\r\nX-A');
      withoutBody.send(`${head}body`);
      await withoutBody.until('body');
      expect(await ending.end('SIGTERM')).toEqual({ exitCode: 143, signal: null });
      await Promise.all([withoutEnd.closed(), withoutBody.closed()]);
    });

    test('leaves the end to an app that sets NEXT_MANUAL_SIG_HANDLE', async () => {
      const ending = await app.startWithStore({ env: { NEXT_MANUAL_SIG_HANDLE: 'true' } });
      await until(() => ending.output().includes('is ready'));
      expect(await ending.end('SIGTERM')).toEqual({ exitCode: null, signal: 'SIGTERM' });
    });
  });

  test('names the port that another server has, and exits with 1', () => {
    const { port } = new URL(server.origin);
    const { status, stderr } = app.cli('start', '--port', port);
    expect(status).toBe(1);
    expect(stderr).toContain(`The server cannot listen: port ${port}\n  Why: another server listens there`);
    expect(stderr).toContain('ERR_SMART_CACHE_LISTEN_FAILED');
  });

  test('prints nothing but data on stdout with --json, and keeps serving when stdout has no reader', async () => {
    const child = spawn('next-smart-cache', ['start', '--port', '0', '--json'], {
      cwd: app.dir,
      env: app.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const ended = once(child, 'exit');
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    let data = '';
    // Leaving the loop closes the pipe.
    for await (const text of child.stdout.setEncoding('utf8')) {
      data += text;
      if (data.endsWith('}\n')) break;
    }
    const { origin } = JSON.parse(data) as { origin: string };
    for (const url of ['/api/log', '/api/log', '/plain.txt']) expect(await request(origin, url)).toMatchObject({ status: 200 });
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
    expect(said).toContain('SIGTERM: answering the open requests');
  });

  test('listens on one address with --hostname, and keeps idle connections as long as --keepAliveTimeout says', async () => {
    const local = await app.startWithStore({ args: ['--hostname', '127.0.0.1', '--keepAliveTimeout', '65000'] });
    const origin = local.origin.replace('localhost', '127.0.0.1');
    await until(() => local.output().includes(`is ready at ${origin}\n`));
    const { headers } = await request(origin, '/plain.txt', { headers: { Connection: 'keep-alive' } });
    expect(headers['keep-alive']).toBe('timeout=65');
    await expect(request(origin.replace('127.0.0.1', '127.0.0.2'), '/plain.txt')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('without a build to serve,', () => {
  const start = (app: NextApp, ...args: string[]) => app.cli('start', '--port', '0', ...args);

  test('it says what to type before the first build, and ends', () => {
    const app = createApp('tiny');
    app.write('next.config.mjs', `${IMPORT} export default withSmartCache({ distDir: 'out/next' });`);
    const { status, stderr } = start(app);
    expect(status).toBe(1);
    expect(stderr).toContain(`There is no finished build to serve: ${path.join(app.dir, 'out/next')}`);
    expect(stderr).toContain('Fix: run "npm run build", then start the server again');
    expect(stderr).toContain('Code: ERR_SMART_CACHE_BUILD_UNUSABLE');
  });

  test('it says why the config cannot be loaded', () => {
    const app = createApp('tiny');
    app.write('next.config.mjs', "throw new Error('the variable DATABASE is missing');");
    const { status, stderr } = start(app);
    expect(status).toBe(1);
    expect(stderr).toContain('the variable DATABASE is missing');
    expect(stderr).not.toContain('There is no finished build');
  });

  test('it says that a static export needs no server', () => {
    const app = createApp('tiny');
    app.write('next.config.mjs', `${IMPORT} export default withSmartCache({ output: 'export' });`);
    app.build();
    const { status, stderr } = start(app);
    expect(status).toBe(1);
    expect(stderr).toContain("A static export (output: 'export') has no server to start");
    expect(stderr).toContain('npx serve@latest out');
  });

  test.each([
    ['a folder that does not exist', 'no-such-folder', "The app's folder does not exist"],
    ['a folder without Next', '/', 'Next is not installed for this folder'],
  ])('%s is wrong usage', (_, folder, message) => {
    const { status, stderr } = start(createApp('tiny'), folder);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});

test("puts the handler in front of the server.js of output: 'standalone', as docs/SERVER.md says", async () => {
  const app = createApp(['tiny', 'set-ups/standalone']);
  app.build();
  // Elsewhere, so that no module is found in the folders above.
  const folder = temporaryFolder();
  const inside = path.relative(app.installation, app.dir);
  const copy = (from: string, to: string) => fs.cpSync(from, path.join(folder, to), { recursive: true });
  copy(path.join(app.dir, '.next/standalone'), '');
  for (const name of ['.next/static', 'public', '.next/smart-cache-server.json']) copy(path.join(app.dir, name), path.join(inside, name));
  for (const name of ['next-smart-cache', 'negotiator']) copy(path.join(app.installation, 'node_modules', name), `node_modules/${name}`);
  const docs = fs.readFileSync(path.resolve(__dirname, '../../docs/SERVER.md'), 'utf8');
  fs.writeFileSync(path.join(folder, inside, 'store.cjs'), /(?<=```js\n)\/\/ store\.cjs\n[\s\S]*?(?=```)/.exec(docs)?.[0] ?? '');
  const server = await startNodeServer(['--require', './store.cjs', 'server.js'], { cwd: path.join(folder, inside), env: app.env });
  try {
    const { assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string }> };
    const file = await request(server.origin, assets['/js/application.js']?.url ?? '');
    expect(file).toMatchObject({ status: 200, cacheControl: IMMUTABLE });
    expect(file.headers.etag).toMatch(/^"/);
    expect(await request(server.origin, '/')).toMatchObject({ status: 200 });
  } finally {
    await server.stop();
    await app.dispose();
  }
});

const IMPORT = "import { withSmartCache } from 'next-smart-cache/config';";

interface Surroundings {
  variables: string[];
  title: string;
  url: string;
}

/** Next 15 has no proxy.js. */
function renameProxy(app: NextApp): void {
  app.write('middleware.js', app.read('proxy.js').replace('function proxy', 'function middleware'));
  fs.rmSync(path.join(app.dir, 'proxy.js'));
}

/** An answer without what differs from request to request, or from port to port, with next start too. */
function comparable({ status, headers, body }: Awaited<ReturnType<typeof request>>, origin: string) {
  const neutral = (text: string) =>
    text
      .replaceAll(new URL(origin).port, 'PORT')
      // Next 15 gives each render an id.
      .replace(/[\w-]{21}v(?=\\")/g, 'ID');
  const { date, etag, 'x-nextjs-cache': cache, 'content-length': length, ...others } = headers;
  const isOfPort = body.includes(new URL(origin).host) || body.length === 0;
  const own = { date: date && 'a date', cache: cache === 'MISS' ? 'HIT' : cache, ...(!isOfPort && { etag }), length: length && 'a length' };
  return { status, headers: JSON.parse(neutral(JSON.stringify(others))), own, body: neutral(body.toString('latin1')) };
}

/** Answers upgrades with a greeting, and then with what it gets. */
function echoUpgrades(): http.Server {
  const server = http.createServer();
  return server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {}).write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello, ');
    socket.on('data', (chunk) => socket.write(chunk));
  });
}

function openUpgrade({ origin }: NodeServer) {
  const { hostname, port } = new URL(origin);
  const socket = net.connect(Number(port), hostname);
  let text = '';
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      text += chunk;
    });
  socket.write('GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const received = async (expected: string) => {
    await until(() => text.includes(expected));
    return text;
  };
  return { socket, received };
}

async function talk(server: NodeServer, message: string): Promise<string> {
  const { socket, received } = openUpgrade(server);
  await received('hello, ');
  socket.write(message);
  const text = await received(message);
  socket.destroy();
  return text;
}

/** Begins a download and does not read on before `finish`. */
async function openDownload(url: string): Promise<{ finish(): Promise<Buffer> }> {
  const response = await new Promise<http.IncomingMessage>((resolve) => http.get(url, { agent: false }, resolve));
  return { finish: async () => Buffer.concat(await response.toArray()) };
}

const refuses = ({ origin }: NodeServer) =>
  request(origin, '/plain.txt').then(
    () => false,
    () => true,
  );

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
