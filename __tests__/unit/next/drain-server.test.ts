import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { createDrain } from '../../../src/next/drain-server';
import { holdTraffic } from '../../../src/next/held-traffic';

const servers: http.Server[] = [];
/** The connections that the last server has accepted. */
const arrivals = new Set<net.Socket>();
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

interface Limits extends http.ServerOptions {
  maxPauseMs?: number;
}

/** A server that keeps idle connections for an hour, so that no test waits for one. */
async function listen(answer: http.RequestListener, { maxPauseMs = 3_600_000, ...limits }: Limits = {}) {
  const server = http.createServer({ keepAliveTimeout: 3_600_000, headersTimeout: 0, requestTimeout: 0, ...limits }, answer);
  servers.push(server);
  const drain = createDrain(server, maxPauseMs);
  arrivals.clear();
  server.on('connection', (socket: net.Socket) => arrivals.add(socket));
  await once(server.listen(0), 'listening');
  return { server, drain, port: (server.address() as net.AddressInfo).port };
}

/** A connection, and what it has received. */
async function connect(port: number, sends = '') {
  const socket = net.connect(port, 'localhost');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  socket.write(sends);
  const receive = async (text: string) => {
    while (!received.includes(text)) await once(socket, 'data');
  };
  return { socket, closed, receive, received: () => received };
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

test('closes connections that wait for a next request', async () => {
  const { port, drain } = await listen((_, response) => response.end('answer'));
  const idle = await connect(port, GET);
  await idle.receive('answer');
  await drain();
  await idle.closed;
});

test('closes connections that have not sent anything yet', async () => {
  const { server, port, drain } = await listen((_, response) => response.end());
  const [opened] = [once(server, 'connection'), await connect(port)];
  await opened;
  await drain();
});

test('ends after an answer that was begun before, and closes its connection', async () => {
  const answers: http.ServerResponse[] = [];
  const { port, drain } = await listen((_, response) => {
    response.write('begin');
    answers.push(response);
  });
  const open = await connect(port, GET);
  await open.receive('begin');
  const drained = drain();
  answers[0]?.end('end');
  await drained;
  await open.closed;
  expect(open.received()).toMatch(/begin[\s\S]*end/);
});

test('answers a request that arrives on an open connection, and tells the client to close it', async () => {
  const answers: http.ServerResponse[] = [];
  const { port, drain } = await listen((_, response) => answers.push(response));
  const open = await connect(port, GET);
  while (answers.length < 1) await new Promise(setImmediate);
  const drained = drain();
  open.socket.write(GET);
  while (answers.length < 2) await new Promise(setImmediate);
  for (const [index, answer] of answers.entries()) answer.end(`answer ${index}`);
  await drained;
  await open.closed;
  expect(open.received()).toMatch(/answer 0[\s\S]*Connection: close[\s\S]*answer 1$/);
});

test('closes upgraded connections', async () => {
  const { server, port, drain } = await listen((_, response) => response.end());
  server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\nhello'));
  const upgraded = await connect(port, 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await upgraded.receive('hello');
  await drain();
  await upgraded.closed;
});

describe.each<[string, string]>([
  ['whose headers do not end', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-A'],
  ['whose body does not end', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\nbody'],
  ['whose chunks do not end', 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n'],
  ['that follows a whole one, and does not end', `${GET}GET / HT`],
])('closes a connection with a request %s,', (_, part) => {
  /** Answers a request without a body, and reads other ones. */
  const answer: http.RequestListener = (request, response) => {
    if (request.method === 'GET') response.end('answer');
    else request.on('error', () => {}).on('data', () => {});
  };

  test('when the client pauses', async () => {
    const { port, drain } = await listen(answer, { maxPauseMs: 200 });
    const open = await connect(port, part);
    await bytesArrived(part.length);
    await drain();
    await open.closed;
  });

  test("when the client does not pause, after the server's own limit", async () => {
    const { port, drain } = await listen(answer, { headersTimeout: 300, requestTimeout: 400, connectionsCheckingInterval: 50 });
    const open = await connect(port, part);
    open.socket.on('error', () => {});
    const timer = setInterval(() => open.socket.write('1'), 20);
    await bytesArrived(part.length);
    await drain();
    clearInterval(timer);
    await open.closed;
  });

  /** Until the last server has got so many bytes on one connection. */
  async function bytesArrived(count: number): Promise<void> {
    while (![...arrivals].some((socket) => socket.bytesRead >= count)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

describe('a client that pauses', () => {
  const POST = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\nbody';
  const PAUSE = 800;
  const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE));
  const LIMITS = { maxPauseMs: PAUSE / 2 };

  test('within a download still gets all of it', async () => {
    const body = Buffer.alloc(30_000_000, 'download ');
    const { port, drain } = await listen((_, response) => response.end(body), LIMITS);
    const response = await new Promise<http.IncomingMessage>((resolve) => http.get({ port, agent: false }, resolve));
    const drained = drain();
    await pause();
    expect(Buffer.concat(await response.toArray()).length).toBe(body.length);
    await drained;
  });

  test('while the app works gets its answer, also if the app reads the body late', async () => {
    let requests = 0;
    const { port, drain } = await listen(async (request, response) => {
      requests++;
      await pause();
      response.end(`got ${(await request.toArray()).join('')}`);
    }, LIMITS);
    const whole = await connect(port, `${POST}more`);
    const part = await connect(port, POST);
    while (requests < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const drained = drain();
    await whole.receive('got bodymore');
    part.socket.write('more');
    await part.receive('got bodymore');
    await drained;
  });
});

test('refuses new connections', async () => {
  const { port, drain } = await listen((_, response) => response.end());
  await drain();
  await expect(connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

describe('traffic that is held', () => {
  test('is answered once the server can answer', async () => {
    const server = http.createServer();
    servers.push(server);
    const release = holdTraffic(server);
    const arrived = Promise.all([once(server, 'request'), once(server, 'upgrade')]);
    await once(server.listen(0), 'listening');
    const { port } = server.address() as net.AddressInfo;
    const open = await connect(port, 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody');
    const upgrading = await connect(port, 'GET /up HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhead');
    await arrived;
    release(() => {
      server.on('request', async (request, response) => response.end(`got ${(await request.toArray()).join('')}`));
      server.on('upgrade', (request, socket, head) => socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${request.url} ${head}`));
    });
    await Promise.all([open.receive('got body'), upgrading.receive('/up head')]);
  });
});
