import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { createDrain } from '../../../src/next/drain-server';
import { holdTraffic } from '../../../src/next/held-traffic';

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A server that keeps idle connections for an hour, so that no test waits for one. */
async function listen(answer: http.RequestListener) {
  const server = http.createServer({ keepAliveTimeout: 3_600_000, headersTimeout: 0, requestTimeout: 0 }, answer);
  servers.push(server);
  const drain = createDrain(server);
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
