import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAsk } from '../../../../src/cli/verify/ask';

const BODY = 'x'.repeat(100_000);
const SHA256 = createHash('sha256').update(BODY).digest();

const server = http.createServer((_, response) => {
  // In several pieces, as large files come.
  response.write(BODY.slice(0, 60_000));
  setTimeout(() => response.end(BODY.slice(60_000)), 5);
});
const { ask, close } = createAsk({
  timeout: 5000,
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
])('to keep %s: all of them or none, hashed in any case', async (_, keepBytes, kept) => {
  const { body, trouble } = await ask(url, { maxBytes: 1_000_000, digests: true, keepBytes });
  expect(trouble).toBeUndefined();
  expect(body?.bytes?.toString()).toBe(kept);
  expect(body?.digests?.sha256).toEqual(SHA256);
});
