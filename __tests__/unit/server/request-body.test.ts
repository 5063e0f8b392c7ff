import fs from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createStoreHandler } from '../../../src/server/store-handler';
import { serveInProcess } from '../../support/node-server';
import { connectTo, type RawConnection } from '../../support/raw-connection';
import { LEFT, servedBuild } from '../support/served-build';

const URL_PATH = '/js/app.0123456789.js';
const CODE = 'export const answer = 42; // the end of the file';
const LARGE = '/video/film.0123456789.mp4';
const FILM = `${'film '.repeat(100_000)}the end of the file`;
const FILES = { [URL_PATH]: { bytes: CODE }, [LARGE]: { bytes: FILM } };
/** More than Node reads ahead of a body that is not taken. */
const BODY = 'x'.repeat(200_000);

const head = (lines: readonly string[], method = 'GET', url = URL_PATH) =>
  `${[`${method} ${url} HTTP/1.1`, 'Host: a', ...lines].join('\r\n')}\r\n\r\n`;
const chunked = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

const stops: (() => Promise<void>)[] = [];
const connections: RawConnection[] = [];
afterEach(async () => {
  for (const { socket } of connections.splice(0)) socket.destroy();
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** @param before sees each request first, and `left` each that the handler leaves to Next. */
async function connect(
  before: (request: IncomingMessage) => void = () => {},
  { build = servedBuild(FILES), left = (_request: IncomingMessage) => {} } = {},
): Promise<RawConnection> {
  const handle = createStoreHandler({ dir: build.dir });
  const { origin, stop } = await serveInProcess((request, response) => {
    before(request);
    handle(request, response, () => {
      left(request);
      response.writeHead(LEFT, { 'Content-Length': '0' }).end();
    });
  });
  stops.push(stop);
  const connection = connectTo(origin);
  connections.push(connection);
  return connection;
}

const WHOLE = { status: '200', isWhole: true };
async function readAnswer(connection: RawConnection) {
  const status = /HTTP\/1\.1 (\d+)/.exec(await connection.until('\r\n\r\n'))?.[1];
  const body = await connection.until('the end of the file');
  return { status, isWhole: body === CODE || body === FILM };
}

describe.each([URL_PATH, LARGE])('after a GET of %s with a body', (url) => {
  test.each<[string, string]>([
    ['a length', head([`Content-Length: ${BODY.length}`], 'GET', url) + BODY],
    ['a length of 0', head(['Content-Length: 0'], 'GET', url)],
    ['chunks', head(['Transfer-Encoding: chunked'], 'GET', url) + chunked(BODY)],
    ['no chunk but the last', `${head(['Transfer-Encoding: chunked'], 'GET', url)}0\r\n\r\n`],
  ])('of %s, the connection takes the next request', async (_, request) => {
    const connection = await connect();
    for (let index = 0; index < 3; index++) {
      connection.send(request);
      expect(await readAnswer(connection)).toEqual(WHOLE);
    }
    connection.send((request + head([])).repeat(3));
    for (let index = 0; index < 6; index++) expect(await readAnswer(connection)).toEqual(WHOLE);
  });
});

test('a client that waits for 100 Continue gets it, and the file after it', async () => {
  const connection = await connect();
  for (let index = 0; index < 2; index++) {
    connection.send(head(['Expect: 100-continue', `Content-Length: ${BODY.length}`]));
    expect(await connection.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    connection.send(BODY);
    expect(await readAnswer(connection)).toEqual(WHOLE);
  }
});

test.each<[status: number, request: string]>([
  [200, head([], 'HEAD')],
  [304, head(['If-None-Match: *'])],
  [412, head(['If-Match: "other"'])],
  [416, head(['Range: bytes=9999-'])],
  [LEFT, head([], 'GET', '/')],
])('the connection takes the next request after a response of %d without a body', async (status, request) => {
  const connection = await connect();
  for (const sent of [request, request, request.repeat(3)]) {
    connection.send(sent);
    for (let index = 0; index < sent.length / request.length; index++)
      expect(await connection.until('\r\n\r\n')).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  }
  connection.send(head([]));
  expect(await readAnswer(connection)).toEqual(WHOLE);
});

describe.each<[string, string]>([
  ['no body', head([])],
  ['a body', head([`Content-Length: ${BODY.length}`]) + BODY],
])('a middleware sees the end of a request with %s,', (_, request) => {
  test.each<[string, (incoming: IncomingMessage, seen: () => void) => void]>([
    ['by "end"', (incoming, seen) => incoming.on('end', seen)],
    ['by "close"', (incoming, seen) => incoming.on('close', seen)],
    ['by "data" and "end"', (incoming, seen) => incoming.on('data', () => {}).on('end', seen)],
    ['by "readable"', (incoming, seen) => incoming.on('readable', () => incoming.read() ?? seen())],
    ['by resume()', (incoming, seen) => incoming.resume().on('end', seen)],
    ['by an iterator', (incoming, seen) => void incoming.toArray().then(seen)],
  ])('%s', async (__, listen) => {
    const ends: Promise<void>[] = [];
    const connection = await connect((incoming) => ends.push(new Promise((resolve) => listen(incoming, resolve))));
    for (let index = 0; index < 3; index++) {
      connection.send(request);
      expect(await readAnswer(connection)).toEqual(WHOLE);
      await ends[index];
    }
  });
});

test('Next sees the end of a request for a large file that turns out to be missing', async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  const build = servedBuild(FILES);
  fs.rmSync(build.fileOf(LARGE));
  const closed = jest.fn();
  const left = (request: IncomingMessage) => void request.on('close', closed);
  const connection = await connect(undefined, { build, left });
  connection.send(head([], 'GET', LARGE));
  expect(await connection.until('\r\n\r\n')).toMatch(new RegExp(`^HTTP/1.1 ${LEFT} `));
  connection.send(head([]));
  expect(await readAnswer(connection)).toEqual(WHOLE);
  expect(closed).toHaveBeenCalled();
});

test('a connection keeps no request that is answered', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const requests: WeakRef<IncomingMessage>[] = [];
  const connection = await connect((request) => requests.push(new WeakRef(request)));
  for (let index = 0; index < 100; index++) {
    connection.send(head([]).repeat(100));
    for (let answer = 0; answer < 100; answer++) await connection.until('the end of the file');
  }
  expect(requests).toHaveLength(10_000);
  // A WeakRef keeps its target until the current job ends.
  await new Promise((resolve) => setTimeout(resolve, 0));
  collectGarbage();
  expect(requests.filter((request) => request.deref() !== undefined).length).toBeLessThan(10);
});
