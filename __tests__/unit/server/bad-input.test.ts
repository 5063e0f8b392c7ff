import { once } from 'node:events';
import fs from 'node:fs';
import fsPromises, { type FileHandle } from 'node:fs/promises';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { brotliCompressSync } from 'node:zlib';
import { createStoreHandler } from '../../../src/server/store-handler';
import { type Answer, IMMUTABLE, request } from '../../support/http';
import { serveInProcess } from '../../support/node-server';
import { LEFT, type ServedBuild, serveBuild, servedBuild } from '../support/served-build';

const SMALL = '/js/app.0123456789.js';
const LARGE = '/video/film.0123456789.mp4';
const CODE = 'export const answer = 42;\n'.repeat(100);
const FILM = Buffer.alloc(24 * 1024 * 1024, 'film ');

let build: ServedBuild;
let warnings: string[];
let opened: FileHandle[];
beforeEach(() => {
  build = servedBuild({ [SMALL]: { bytes: CODE, variants: { br: brotliCompressSync(CODE) } }, [LARGE]: { bytes: FILM } });
  warnings = [];
  jest.spyOn(console, 'warn').mockImplementation((text: string) => warnings.push(text));
  opened = [];
  const { open } = fsPromises;
  jest.spyOn(fsPromises, 'open').mockImplementation(async (...args) => {
    const handle = await open(...args);
    opened.push(handle);
    return handle;
  });
});
afterEach(() => jest.restoreAllMocks());

const isWhole = ({ status, cacheControl, body }: Answer, bytes: string | Buffer) => [status, cacheControl, body.equals(Buffer.from(bytes))];
const RIGHT = [200, IMMUTABLE, true];

/** Changes one byte, so that the size stays. */
function damage(file: string): void {
  const descriptor = fs.openSync(file, 'r+');
  fs.writeSync(descriptor, '#', 3);
  fs.closeSync(descriptor);
}

function replaceByFolder(file: string): void {
  fs.rmSync(file);
  fs.mkdirSync(file);
}

/** Lets the time pass after which the server looks at a file again that it could not use. */
function passSeconds(seconds: number): void {
  const now = performance.now() + seconds * 1000;
  jest.spyOn(performance, 'now').mockReturnValue(now);
}

async function untilClosed(): Promise<void> {
  while (opened.some(({ fd }) => fd !== -1)) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe.each([
  ['small', SMALL, CODE],
  ['large', LARGE, FILM],
])('a %s file', (_, url, bytes) => {
  test.each<[string, (file: string) => void, why: string]>([
    ['is missing', (file) => fs.rmSync(file), 'cannot be opened (ENOENT)'],
    ['has one other byte', damage, 'has other bytes than the build wrote'],
    ['is cut', (file) => fs.truncateSync(file, 10), 'has other bytes than the build wrote'],
    ['is longer', (file) => fs.appendFileSync(file, 'x'), 'has other bytes than the build wrote'],
    ['is a folder', replaceByFolder, 'has other bytes than the build wrote'],
  ])('that %s is left to Next, with one warning', async (__, change, why) => {
    const { get } = await serveBuild(build);
    change(build.fileOf(url));
    for (let index = 0; index < 3; index++) {
      const { status, headers } = await get(url);
      expect([status, headers.untouched]).toEqual([LEFT, 'true']);
    }
    // The damaged bytes are read once.
    expect(opened.length).toBeLessThan(2);
    expect(warnings).toEqual([
      `next-smart-cache: left ${url} to Next: ${build.fileOf(url)} ${why}; run "next build" again, and then restart this server`,
    ]);
    await untilClosed();
  });

  test('that comes back is sent again, within five seconds', async () => {
    const { get } = await serveBuild(build);
    fs.renameSync(build.fileOf(url), `${build.fileOf(url)}-2`);
    expect((await get(url)).status).toBe(LEFT);
    fs.renameSync(`${build.fileOf(url)}-2`, build.fileOf(url));
    passSeconds(4);
    expect((await get(url)).status).toBe(LEFT);
    passSeconds(1);
    expect(isWhole(await get(url), bytes)).toEqual(RIGHT);
  });

  test('is read once for requests that come together, and closed', async () => {
    const { get } = await serveBuild(build);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(url, { 'if-none-match': '"other"' }, 'HEAD')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(opened).toHaveLength(url === SMALL ? 1 : 20);
    await untilClosed();
  });
});

test('a small file in memory stays right while another build replaces the files on disk', async () => {
  const { get } = await serveBuild(build);
  expect(isWhole(await get(SMALL), CODE)).toEqual(RIGHT);
  fs.rmSync(build.distDir, { recursive: true });
  expect(isWhole(await get(SMALL), CODE)).toEqual(RIGHT);
  // Its other form, and the large file, were not in memory.
  expect(isWhole(await get(SMALL, { 'accept-encoding': 'br' }), CODE)).toEqual(RIGHT);
  expect((await get(LARGE)).status).toBe(LEFT);
});

test('a large file that changes in place after it was sent is left to Next', async () => {
  const { get } = await serveBuild(build);
  expect(isWhole(await get(LARGE), FILM)).toEqual(RIGHT);
  damage(build.fileOf(LARGE));
  expect((await get(LARGE)).status).toBe(LEFT);
  expect((await get(LARGE, { range: 'bytes=0-1' })).status).toBe(LEFT);
  await untilClosed();
});

/** Starts a request, and stops reading after the headers. */
async function startReading(origin: string, url: string, agent: http.Agent | false = false): Promise<IncomingMessage> {
  const sent = http.get(origin + url, { agent });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

const readOn = async (response: IncomingMessage) => {
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  return bytes;
};

test('a file that is cut while it is sent ends the connection, so that the client sees a broken transfer', async () => {
  const { origin, responses } = await serveBuild(build);
  // The end of a connection that is not kept would hide a response that is too short.
  const agent = new http.Agent({ keepAlive: true });
  const response = await startReading(origin, LARGE, agent);
  fs.truncateSync(build.fileOf(LARGE), 20 * 1024 * 1024);
  await expect(readOn(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(responses[0]?.writableFinished).toBe(false);
  agent.destroy();
  await untilClosed();
});

test('a file that is deleted while it is sent arrives whole', async () => {
  const { origin } = await serveBuild(build);
  const response = await startReading(origin, LARGE);
  fs.rmSync(build.fileOf(LARGE));
  expect(await readOn(response)).toBe(FILM.length);
});

test.each<[why: string, breakDown: (handle: FileHandle, response: ServerResponse) => void, status: number | undefined]>([
  ['the state of the file cannot be read', (handle) => jest.spyOn(handle, 'stat').mockRejectedValue(new Error('ESTALE')), LEFT],
  [
    'another handler breaks the response',
    (_, response) =>
      jest.spyOn(response, 'writeHead').mockImplementationOnce(() => {
        throw new Error('broken');
      }),
    undefined,
  ],
])('a large file is closed, and the server goes on, when %s', async (_, breakDown, status) => {
  const { get, responses } = await serveBuild(build);
  const open = fsPromises.open;
  jest.spyOn(fsPromises, 'open').mockImplementationOnce(async (...args) => {
    const handle = await open(...args);
    breakDown(handle, responses.at(-1) as ServerResponse);
    return handle;
  });
  expect(
    await get(LARGE).then(
      (answer) => answer.status,
      () => undefined,
    ),
  ).toBe(status);
  await untilClosed();
  passSeconds(5);
  expect((await get(LARGE)).status).toBe(200);
});

test('does not call next() for a request that another handler has answered meanwhile', async () => {
  const handle = createStoreHandler({ dir: build.dir });
  fs.rmSync(build.fileOf(SMALL));
  const next = jest.fn();
  const { origin, stop } = await serveInProcess((incoming, response) => {
    handle(incoming, response, next);
    response.writeHead(503).end();
  });
  expect((await request(origin, SMALL)).status).toBe(503);
  while (warnings.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(next).not.toHaveBeenCalled();
  await stop();
});

test('HEAD of a large file reads none of its bytes', async () => {
  const { get } = await serveBuild(build);
  // The first request has the bytes checked.
  await get(LARGE, {}, 'HEAD');
  const { open } = fsPromises;
  const reads = jest.fn();
  jest.spyOn(fsPromises, 'open').mockImplementationOnce(async (...args) => {
    const handle = await open(...args);
    jest.spyOn(handle, 'createReadStream').mockImplementation(reads);
    return handle;
  });
  expect((await get(LARGE, {}, 'HEAD')).headers['content-length']).toBe(String(FILM.length));
  await untilClosed();
  expect(reads).not.toHaveBeenCalled();
});

test('a client that goes away leaves no open file', async () => {
  const { origin } = await serveBuild(build);
  const response = await startReading(origin, LARGE);
  expect(opened.filter(({ fd }) => fd !== -1)).toHaveLength(1);
  response.destroy();
  await untilClosed();
});

test('hundreds of clients that do not read leave room for others, and get all bytes in the end', async () => {
  const { origin, get } = await serveBuild(build);
  const stalled = await Promise.all(Array.from({ length: 200 }, () => startReading(origin, LARGE)));
  expect(isWhole(await get(SMALL), CODE)).toEqual(RIGHT);
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(200 * 512 * 1024 + 3 * FILM.length);
  for (const response of stalled.slice(5)) response.destroy();
  expect(await Promise.all(stalled.slice(0, 5).map(readOn))).toEqual([1, 2, 3, 4, 5].map(() => FILM.length));
  await untilClosed();
});

test('the handler keeps what an earlier one has set, also if that has wrapped the response', async () => {
  const handle = createStoreHandler({ dir: build.dir });
  const { origin, stop } = await serveInProcess((incoming, response) => {
    if (!incoming.url?.endsWith('nothing')) response.setHeader('Vary', 'Origin').setHeader('X-Earlier', 'yes');
    if (incoming.url?.endsWith('private')) response.setHeader('Cache-Control', 'private');
    const writeHead = response.writeHead.bind(response) as (status: number) => typeof response;
    // Like packages that read only the status.
    response.writeHead = ((status: number, ...others: unknown[]) => {
      expect(others).toEqual([]);
      return writeHead(status);
    }) as typeof response.writeHead;
    handle(incoming, response, () => response.writeHead(LEFT).end());
  });
  const { headers, body } = await request(origin, SMALL);
  expect([headers.vary, headers['x-earlier'], headers['cache-control'], body.toString()]).toEqual([
    'Origin, Accept-Encoding',
    'yes',
    IMMUTABLE,
    CODE,
  ]);
  expect((await request(origin, `${SMALL}?private`)).cacheControl).toBe('private');
  expect((await request(origin, `${SMALL}?nothing`)).cacheControl).toBe(IMMUTABLE);
  await stop();
});

test('a memory budget of nothing changes no answer', async () => {
  const empty = '/img/empty.0123456789.png';
  const { get: getEmpty } = await serveBuild(servedBuild({ [empty]: { bytes: '' } }), { memoryBytes: 0 });
  expect(isWhole(await getEmpty(empty), '')).toEqual(RIGHT);
  const { get } = await serveBuild(build, { memoryBytes: 0 });
  expect(isWhole(await get(SMALL), CODE)).toEqual(RIGHT);
  expect(isWhole(await get(LARGE), FILM)).toEqual(RIGHT);
  expect((await get(SMALL, { 'accept-encoding': 'br' })).headers['content-encoding']).toBe('br');
  // Next compresses it for each request. So would the handler.
  expect((await get(SMALL, { 'accept-encoding': 'gzip' })).status).toBe(LEFT);
});
