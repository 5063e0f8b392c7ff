import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import type { Encoding } from '../../../src/core/content-types';
import { type Answer, IMMUTABLE } from '../../support/http';
import { LEFT, type ServedBuild, serveBuild, servedBuild, sha256 } from '../support/served-build';

const URL_PATH = '/js/app.0123456789.js';
/** Its variants are streamed. */
const LARGE = '/img/map.0123456789.svg';
const CODE = 'export const answer = 42;\n'.repeat(100);
const NOISE = Array.from({ length: 500_000 }, (_, index) => ((index * index * 31 + index) % 93) + 33);
const MAP = Buffer.from(NOISE.map((code, index) => (code * (index % 7919)) % 251)).toString('base64');
const variantsOf = (bytes: string) => ({
  br: brotliCompressSync(bytes, { params: { 1: 1 } }),
  zstd: Buffer.from(`Zstandard ${bytes}`),
  gzip: gzipSync(bytes, { level: 1 }),
});

let build: ServedBuild;
let warnings: string[];
let opened: string[];
beforeEach(() => {
  build = servedBuild({ [URL_PATH]: { bytes: CODE, variants: variantsOf(CODE) }, [LARGE]: { bytes: MAP, variants: variantsOf(MAP) } });
  warnings = [];
  jest.spyOn(console, 'warn').mockImplementation((text: string) => warnings.push(text));
  opened = [];
  const { open } = fsPromises;
  jest.spyOn(fsPromises, 'open').mockImplementation((...args) => {
    opened.push(String(args[0]));
    return open(...args);
  });
});
afterEach(() => jest.restoreAllMocks());

/** Changes one byte, so that the size stays. */
const damage = (file: string) => {
  const bytes = fs.readFileSync(file);
  fs.writeFileSync(file, Buffer.concat([Buffer.from([(bytes[0] ?? 0) ^ 1]), bytes.subarray(1)]));
};
const remove = (file: string) => fs.rmSync(file);

const DECODERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  zstd: (body) => body.subarray('Zstandard '.length),
};
const codingOf = ({ headers }: Answer) => headers['content-encoding'] ?? 'identity';
const textOf = (answer: Answer) => (DECODERS[codingOf(answer)]?.(answer.body) ?? answer.body).toString();

const BROWSER = 'gzip, br, zstd';
describe.each<[size: string, url: string, content: string]>([
  ['small', URL_PATH, CODE],
  ['large', LARGE, MAP],
])('of a %s file', (_, url, content) => {
  describe.each([
    ['missing', remove],
    ['damaged', damage],
  ])('variants are %s:', (__, spoil) => {
    test.each<[spoiled: readonly Encoding[], accepted: string, wanted: string]>([
      [['br'], BROWSER, 'zstd'],
      [['br'], 'br, gzip', 'gzip'],
      [['br'], 'br', 'identity'],
      [['br', 'zstd'], BROWSER, 'gzip'],
      [['gzip'], BROWSER, 'br'],
      [['gzip'], 'gzip', 'gzip'],
      [['br', 'zstd', 'gzip'], BROWSER, 'gzip'],
      [['zstd'], 'zstd', 'identity'],
    ])('without %j, a client that accepts "%s" gets %s, with one warning for each variant', async (spoiled, accepted, wanted) => {
      const { get } = await serveBuild(build);
      for (const encoding of spoiled) spoil(build.variantOf(url, encoding));
      for (let index = 0; index < 3; index++) {
        const answer = await get(url, { 'accept-encoding': accepted });
        expect([answer.status, codingOf(answer), textOf(answer) === content]).toEqual([200, wanted, true]);
        expect([answer.cacheControl, answer.headers.vary, answer.headers.etag]).toEqual([
          IMMUTABLE,
          'Accept-Encoding',
          `"${sha256(answer.body).slice(0, 32)}"`,
        ]);
      }
      const tried = spoiled.filter((encoding) => opened.includes(build.variantOf(url, encoding)));
      expect(warnings).toEqual(tried.map((encoding) => expect.stringContaining(`sent ${url} without its ${encoding} variant: `)));
      for (const encoding of tried) expect(opened.filter((file) => file === build.variantOf(url, encoding))).toHaveLength(1);
    });
  });

  test('the warning names the file and what to do', async () => {
    const { get } = await serveBuild(build);
    remove(build.variantOf(url, 'br'));
    await get(url, { 'accept-encoding': 'br' });
    expect(warnings).toEqual([
      `next-smart-cache: sent ${url} without its br variant: ${build.variantOf(url, 'br')} cannot be opened (ENOENT); ` +
        'copy the folder of this variant from the build again, or run "next build" again',
    ]);
  });

  test('a variant is sent without the file as it is, and only that is left to Next', async () => {
    const { get } = await serveBuild(build);
    damage(build.fileOf(url));
    remove(build.variantOf(url, 'gzip'));
    const codingFor = async (accepted: string) => {
      const answer = await get(url, { 'accept-encoding': accepted });
      return answer.status === LEFT ? 'left' : codingOf(answer);
    };
    for (let index = 0; index < 2; index++)
      expect([await codingFor('br'), await codingFor('gzip'), await codingFor('identity'), await codingFor(BROWSER)]).toEqual([
        'br',
        'left',
        'left',
        'br',
      ]);
    expect((await get(url, { range: 'bytes=0-1', 'accept-encoding': 'br' })).status).toBe(LEFT);
    expect(warnings).toHaveLength(2);
  });
});

test("without Next's compress, a client that accepts only the spoiled gzip variant gets the file as it is", async () => {
  build = servedBuild({ [URL_PATH]: { bytes: CODE, variants: variantsOf(CODE) } }, { compress: false });
  const { get } = await serveBuild(build);
  remove(build.variantOf(URL_PATH, 'gzip'));
  expect(codingOf(await get(URL_PATH, { 'accept-encoding': 'gzip' }))).toBe('identity');
});

test('a variant that comes back is sent again', async () => {
  const { get } = await serveBuild(build);
  const file = build.variantOf(URL_PATH, 'br');
  fs.renameSync(file, `${file}-2`);
  expect(codingOf(await get(URL_PATH, { 'accept-encoding': 'br' }))).toBe('identity');
  fs.renameSync(`${file}-2`, file);
  const later = performance.now() + 5000;
  jest.spyOn(performance, 'now').mockReturnValue(later);
  expect(codingOf(await get(URL_PATH, { 'accept-encoding': 'br' }))).toBe('br');
});

test.each([
  ['EMFILE', 'this process may not open more files; raise its limit ("ulimit -n", or LimitNOFILE= for systemd), and restart this server'],
  ['ENFILE', 'this machine may not open more files; raise its limit ("sysctl fs.file-max")'],
])('%s is said once, blames no file, and ends as soon as a file can be opened', async (code, advice) => {
  const { get } = await serveBuild(build);
  const openAgain = jest.spyOn(fsPromises, 'open').mockRejectedValue(Object.assign(new Error(code), { code }));
  const urls = [URL_PATH, LARGE, URL_PATH];
  for (const url of urls) expect((await get(url, { 'accept-encoding': BROWSER })).status).toBe(LEFT);
  expect(warnings).toEqual([
    `next-smart-cache: left ${URL_PATH} to Next: ${build.variantOf(URL_PATH, 'br')} cannot be opened (${code}): ${advice}`,
  ]);
  openAgain.mockRestore();
  for (const url of urls) expect(codingOf(await get(url, { 'accept-encoding': BROWSER }))).toBe('br');
});
