import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { findLinkedFiles } from '../../../../src/pipeline/references/html-links';
import { runCommand } from '../../support/command-line';
import {
  closeSites,
  failing,
  HASH,
  type Handler,
  IMMUTABLE,
  isHashed,
  on,
  PAGE,
  page,
  SCRIPT,
  script,
  serve,
  site,
  verify,
} from '../../support/verified-site';

afterEach(closeSites);

test('explains a refused connection', async () => {
  const url = await serve(() => {});
  await closeSites();
  const { exitCode, stdout, stderr } = await verify(url);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/connection refused: no server listens on this host and port \(ECONNREFUSED\)\n {2}Fix: start the site/);
});

test('explains a self-signed certificate', async () => {
  const [key, cert] = ['key', 'cert'].map((name) => fs.readFileSync(path.join(__dirname, `../../../support/self-signed/${name}.pem`)));
  const url = await serve(page(PAGE), (handler) => https.createServer({ key: key as Buffer, cert: cert as Buffer }, handler));
  const { exitCode, stderr } = await verify(url.replace('http:', 'https:'));
  expect(exitCode).toBe(1);
  expect(stderr).toContain('the certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)');
  expect(stderr).toContain('NODE_EXTRA_CA_CERTS=ca.pem');
});

test('explains a server without TLS', async () => {
  const { exitCode, stderr } = await verify((await site()).replace('http:', 'https:'));
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/the server does not speak TLS on this port \(E\w+\)\n {2}Fix: use http:\/\/, or the port for https\n/);
});

test('stops reading a file above the limit, and names the flag', async () => {
  const { exitCode, stderr } = await verify(
    await site((url) => (isHashed(url) ? script({ 'cache-control': IMMUTABLE }, Buffer.alloc(20_000)) : undefined)),
    '--max-size',
    '0.01',
  );
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/the answer is larger than 10 kB.*\n.*--max-size <MB>/);
});

test('stops at an interrupt', async () => {
  const interrupt = new AbortController();
  const url = await serve(() => interrupt.abort());
  const { exitCode, stderr } = await runCommand(['verify', url], { interruption: () => interrupt.signal });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'next-smart-cache: interrupted\n' });
});

test('explains a switch to another protocol', async () => {
  const switching = script({ connection: 'Upgrade', upgrade: 'websocket' }, '', 101);
  const { exitCode, stdout, stderr } = await verify(await site((url) => (url === '/' ? switching : undefined)));
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/the server answers 101 and switches to "websocket".*\n {2}Fix: check the port and the path/);
});

test('sends no second request after a reset in the middle of a body', async () => {
  let asked = 0;
  const breaking: Handler = ({ socket }, response) => {
    asked++;
    response.writeHead(200, { 'cache-control': IMMUTABLE, 'content-length': 1000 }).write('begun', () => {
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
  };
  const { checks } = await failing(await site((url) => (isHashed(url) ? breaking : undefined)));
  expect({ checks, asked }).toEqual({ checks: ['answer'], asked: 1 });
});

test('explains headers above the limit of Node', async () => {
  const { exitCode, stderr } = await verify(await site(on('/', page(PAGE, { link: 'x'.repeat(20_000) }))));
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/the headers of the answer are larger than 16 kB.* \(HPE_HEADER_OVERFLOW\)\n {2}Fix: find the large ones/);
});

test('explains a server without HTTP', async () => {
  const { exitCode, stderr } = await verify(await site(on('/', ({ socket }) => void socket.end('220 mail.example.com ESMTP\r\n'))));
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/the answer is not HTTP \(HPE_\w+\)/);
});

test('stops waiting after the timeout', async () => {
  const { exitCode, stdout, stderr } = await verify(await serve(() => {}), '--timeout', '0.1');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain('no complete answer within 0.1 s');
});

test.each(['16.1', '60.5', '2147483.647'])('accepts --timeout %s, to the millisecond', async (seconds) => {
  expect(await failing(await site(), '--timeout', seconds)).toEqual({ exitCode: 0, checks: [] });
});

test.each([
  ['3000000', 'It must be at most 2147483.647 seconds.'],
  ['0', 'It must be a number above 0.'],
  ['Infinity', 'It must be a number above 0.'],
  ['soon', 'It must be a number above 0.'],
])('refuses --timeout %s with exit code 2', async (seconds, message) => {
  const { exitCode, stdout, stderr } = await verify('http://127.0.0.1:9/', '--timeout', seconds);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(`argument '${seconds}' is invalid. ${message}`);
});

test('stops reading an endless page at the limit', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    const more = () => {
      while (response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', more);
    more();
  });
  const { exitCode, stderr } = await verify(url);
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining(': only its first 5 MB were read, so files that it names later')]);
});

test('checks the files in the part of a long page that was read', async () => {
  const { exitCode, stdout, stderr } = await verify(await site(on('/', page(`${PAGE}${' '.repeat(6_000_000)}<img src="/late.png">`))));
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^hashed +200 +ok /m)]);
  expect(stdout).not.toContain('late.png');
  expect(stderr).toContain('only its first 5 MB were read');
});

/** A gzip file of 20 bytes that decodes to nothing. Many of them in a row are also a gzip file (RFC 1952, section 2.2). */
const NOTHING = gzipSync('');

test.each<[string, string, body: Buffer, seconds: string, RegExp]>([
  ['decodes to much more than the limit', 'gzip', gzipSync(Buffer.alloc(30_000_000)), '10', /the answer is larger than 10 MB/],
  [
    'decodes to nothing, after a long time',
    'gzip, gzip',
    // Decoding takes two seconds on a fast machine.
    Buffer.concat(Array(16).fill(gzipSync(Buffer.alloc(NOTHING.length * 1_000_000, NOTHING)))),
    '0.5',
    /no complete answer within 0\.5 s/,
  ],
])('does not decode a small body to its end that %s', async (_, encoding, body, seconds, message) => {
  const bomb = script({ 'cache-control': IMMUTABLE, 'content-encoding': encoding }, body);
  const { exitCode, stderr } = await verify(
    await site((url) => (isHashed(url) ? bomb : undefined)),
    '--max-size',
    '10',
    '--timeout',
    seconds,
  );
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(message)]);
});

test.each<[string, Handler]>([
  [
    'in HTTP/1.0, up to the end of the connection',
    ({ socket }) => void socket.end(`HTTP/1.0 200 OK\r\nCache-Control: ${IMMUTABLE}\r\nContent-Type: text/javascript\r\n\r\n${SCRIPT}`),
  ],
  [
    'in HTTP/1.1, with "Connection: close" and no Content-Length',
    ({ socket }) =>
      void socket.end(
        `HTTP/1.1 200 OK\r\nConnection: close\r\nCache-Control: ${IMMUTABLE}\r\nContent-Type: text/javascript\r\n\r\n${SCRIPT}`,
      ),
  ],
])('reads a body %s', async (_, handler) => {
  expect(await failing(await site((url) => (isHashed(url) ? handler : undefined)))).toEqual({ exitCode: 0, checks: [] });
});

test('reads a page in linear time', () => {
  const secondsFor = (tags: number) => {
    const html = '<div>'.repeat(tags);
    const before = process.cpuUsage();
    findLinkedFiles(html, 'http://localhost/');
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  secondsFor(25_000);
  const small = Math.min(secondsFor(25_000), secondsFor(25_000));
  // Eight times the tags take about 8 times as long, or 64 times if the time is quadratic.
  const large = Math.min(secondsFor(200_000), secondsFor(200_000));
  expect(large / small).toBeLessThan(24);
});

test.each([
  ['example.com', 'Fix: next-smart-cache verify https://example.com'],
  ['localhost:3000', 'Fix: next-smart-cache verify http://localhost:3000'],
  ['ftp://example.com', '"ftp:" is not HTTP'],
])('refuses %s, which is not the URL of a site, with exit code 2', async (written, message) => {
  const { exitCode, stdout, stderr } = await verify(written);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('sends a password only to its site, and never prints it', async () => {
  const sent: (string | undefined)[] = [];
  const elsewhere = await site(() => (request, response) => {
    sent.push(request.headers.authorization);
    response.end();
  });
  const url = await site((asked) => (request, response) => {
    if (request.headers.authorization !== `Basic ${btoa('me:s%cret')}`) response.writeHead(401).end();
    else if (asked === '/') page(`${PAGE}<link rel="stylesheet" href="${elsewhere}_next/a.css">`)(request, response);
    else response.writeHead(asked.includes(HASH) && asked.endsWith('.js') ? 200 : 404, { 'cache-control': IMMUTABLE }).end(SCRIPT);
  });
  const { stdout, stderr } = await verify(url.replace('//', '//me:s%25cret@'), '--origin', elsewhere);
  expect(stdout).toContain('page    200');
  expect(stdout + stderr).not.toContain('cret');
  expect(sent).toStrictEqual([undefined]);
});

test.each<[string, message: string, fix: string]>([
  ['http://me%zz:secret@localhost/', 'The user or password of this URL cannot be decoded: "http://***@localhost/"', 'write each "%"'],
  ['http://me:secret%ff@localhost/', 'The user or password of this URL cannot be decoded: "http://***@localhost/"', 'write each "%"'],
  ['me:secret@localhost:4801', 'Not the URL of a site: "***@localhost:4801"', 'next-smart-cache verify http://***@localhost:4801'],
  ['me:secret@example.com', 'Not the URL of a site: "***@example.com"', 'next-smart-cache verify https://***@example.com'],
  ['//me:secret@example.com', 'Not the URL of a site: "//***@example.com"', 'next-smart-cache verify https://***@example.com'],
  ['http://me:secret/1@localhost/', 'Not the URL of a site: "http://***@localhost/"', 'next-smart-cache verify https://example.com/'],
  ['ftp://me:secret@example.com/', 'Not the URL of a site: "ftp://***@example.com/"', 'next-smart-cache verify https://example.com/'],
])('refuses %s as wrong usage, without printing the password', async (written, message, fix) => {
  const { exitCode, stdout, stderr } = await verify(written);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain(`Fix: ${fix}`);
  expect(stderr).not.toContain('secret');
});
