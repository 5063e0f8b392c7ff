import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpClient } from '../../../../src/cli/verify/http-client';

const BODY = 'x'.repeat(100_000);
const SHA256 = createHash('sha256').update(BODY).digest();

const server = http.createServer((_, response) => {
  // Sends several chunks, like a large file.
  response.write(BODY.slice(0, 60_000));
  setTimeout(() => response.end(BODY.slice(60_000)), 5);
});
const { get, close } = createHttpClient({
  timeout: 60_000,
  userAgent: 'test',
  credentials: undefined,
  interruption: new AbortController().signal,
});
let url: URL;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  close();
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  ['nothing', 0, undefined],
  ['fewer bytes than come', 99_999, undefined],
  ['fewer than come first', 10, undefined],
  ['as many as come', 100_000, BODY],
])('keeps all bytes or none, and hashes them all, if it may keep %s', async (_, keepBytes, kept) => {
  const { body, failure } = await get(url, { maxBytes: 1_000_000, hashes: true, keepBytes });
  expect(failure).toBeUndefined();
  expect(body?.bytes?.toString()).toBe(kept);
  expect(body?.hashes?.sha256).toEqual(SHA256);
});

describe('with a server of its own', () => {
  const own: http.Server[] = [];
  afterEach(async () => {
    for (const each of own.splice(0)) {
      each.closeAllConnections();
      await new Promise((resolve) => each.close(resolve));
    }
  });
  async function start(handler: http.RequestListener): Promise<URL> {
    const each = http.createServer(handler);
    own.push(each);
    await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(each.address() as AddressInfo).port}/`);
  }
  const never = new AbortController().signal;

  test('requests uncompressed bytes, with a User-Agent', async () => {
    let sent: http.IncomingHttpHeaders = {};
    const url = await start((request, response) => {
      sent = request.headers;
      response.end();
    });
    await get(url, { maxBytes: 10 });
    expect(sent).toMatchObject({ 'accept-encoding': 'identity', 'user-agent': 'test' });
  });

  test('accepts exactly as many bytes as the limit', async () => {
    const url = await start((_, response) => void response.end('12345'));
    expect((await get(url, { maxBytes: 5 })).failure).toBeUndefined();
    expect((await get(url, { maxBytes: 4 })).failure?.kind).toBe('too-large');
  });

  test('repeats a request if the server closed its kept connection', async () => {
    const used = new Set<unknown>();
    const url = await start(({ socket }, response) => {
      const isUsed = used.has(socket);
      used.add(socket);
      if (isUsed) socket.resetAndDestroy();
      else response.end('here');
    });
    for (let count = 0; count < 2; count++) expect(await get(url, { maxBytes: 10 })).toMatchObject({ status: 200, failure: undefined });
    expect(used.size).toBe(2);
  });

  test('sends no requests after six timeouts', async () => {
    let asked = 0;
    const url = await start(() => void asked++);
    // No limit of the whole run: on a machine that stalls, eight short requests can exceed it.
    const limit = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(never);
    const { get: getShortly, close: end } = createHttpClient({
      timeout: 200,
      userAgent: 'test',
      credentials: undefined,
      interruption: never,
    });
    limit.mockRestore();
    const kindsOf = async (requests: number) => {
      const kinds = [];
      for (let count = 0; count < requests; count++) kinds.push((await getShortly(url, { maxBytes: 10 })).failure?.kind);
      return kinds;
    };
    expect(await kindsOf(6)).toEqual(Array(6).fill('timeout'));
    // At most 6: a request can time out before it arrives.
    const askedBefore = asked;
    expect(await kindsOf(2)).toEqual(['given-up', 'given-up']);
    end();
    expect(asked).toBe(askedBefore);
  });

  test('limits the whole run to 30 times the limit of one answer', async () => {
    const url = await start((_, response) => void response.end());
    const endOfRun = new AbortController();
    const limit = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(endOfRun.signal);
    const client = createHttpClient({ timeout: 10_000, userAgent: 'test', credentials: undefined, interruption: never });
    expect(limit).toHaveBeenCalledWith(300_000);
    limit.mockRestore();
    expect((await client.get(url, { maxBytes: 10 })).failure).toBeUndefined();
    endOfRun.abort();
    const { failure } = await client.get(url, { maxBytes: 10 });
    client.close();
    expect(failure).toMatchObject({ kind: 'given-up', detail: expect.stringContaining('the whole run took longer than 300 s') });
  });

  test('stops waiting at an interrupt', async () => {
    const interrupt = new AbortController();
    const url = await start(() => interrupt.abort());
    const { get: getLong, close: end } = createHttpClient({
      timeout: 600_000,
      userAgent: 'test',
      credentials: undefined,
      interruption: interrupt.signal,
    });
    expect((await getLong(url, { maxBytes: 10 })).failure?.kind).toBe('interrupted');
    end();
  });
});
