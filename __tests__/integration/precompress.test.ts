import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import zlib from 'node:zlib';
import { listFiles } from '../support/folders';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';

const ENCODED = '.next/cache/next-smart-cache/encoded';
const BOOTSTRAP = path.join(path.dirname(require.resolve('bootstrap/package.json')), 'dist/css');
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

/** A server of the app's own, without Next. */
const SERVER = `
import { createServer } from 'node:http';
import { createStoreHandler } from 'next-smart-cache/server';
const serveStore = createStoreHandler();
createServer((request, response) => serveStore(request, response, () => response.writeHead(404).end())).listen(process.env.PORT);
`;

const apps: NextApp[] = [];
afterAll(() => Promise.all(apps.map((app) => app.dispose())));

function createSite(options: object, nextConfig: object = {}): NextApp {
  const app = createApp('tiny');
  apps.push(app);
  app.write(
    'next.config.mjs',
    `import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache(${JSON.stringify(nextConfig)}, ${JSON.stringify(options)});\n`,
  );
  return app;
}

const variantsOf = (app: NextApp) => listFiles(path.join(app.dir, ENCODED)).filter((name) => /\.(?:br|gz)$/.test(name));

/** Every variant by its name, and whether it decodes to the content of that name. */
function decodeAll(app: NextApp): [string, boolean][] {
  return variantsOf(app).map((name) => {
    const bytes = fs.readFileSync(path.join(app.dir, ENCODED, name));
    const decoded = name.endsWith('.br') ? zlib.brotliDecompressSync(bytes) : zlib.gunzipSync(bytes);
    return [name, sha256(decoded) === name.slice(0, 64)];
  });
}

/** Variant → what would change if a build wrote it again. A hard link to it changes nothing of this. */
const stampsOf = (app: NextApp) =>
  Object.fromEntries(
    variantsOf(app).map((name) => {
      const { ino, mtimeNs } = fs.lstatSync(path.join(app.dir, ENCODED, name), { bigint: true });
      return [name, `${ino} ${mtimeNs}`];
    }),
  );

const areRight = (app: NextApp) => variantsOf(app).map((name) => [name, true]);
const gainOf = (output: string) => output.split('\n').filter((line) => line.includes('precompressed'));
const sheet = (color: string) => `.a { color: ${color}; }\n`.repeat(300);

describe('builds with precompress', () => {
  let app: NextApp;
  let output: string;
  beforeAll(() => {
    app = createSite({ precompress: true, keep: 1 });
    app.write('public/css/big.css', sheet('red'));
    app.write('public/js/big.js', `export const text = ${JSON.stringify(sheet('blue'))};\n`);
    output = app.build();
  });

  test('make variants that decode to the served files, and put none into .next/static', () => {
    expect(gainOf(output)).toEqual([
      expect.stringMatching(/next-smart-cache: precompressed 2 files in [\d.]+ s: [\d.]+ kB → .* \(br\), .* \(gzip\)/),
    ]);
    expect(variantsOf(app)).toHaveLength(4);
    expect(decodeAll(app)).toEqual(areRight(app));
    expect(variantsOf(app)).toContain(`${sha256(sheet('red'))}.br`);
    const besides = [...listFiles(path.join(app.dir, '.next/static')), ...listFiles(path.join(app.dir, 'public'))];
    expect(besides.filter((name) => /\.(?:br|gz|zst)$/.test(name))).toEqual([]);
  });

  test('make variants that createStoreHandler() sends to those who accept them', async () => {
    app.write('server.mjs', SERVER);
    const { origin } = await app.run('server.mjs');
    const { assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string }> };
    const url = assets['/css/big.css']?.url ?? '';
    const decoders = { br: zlib.brotliDecompressSync, gzip: zlib.gunzipSync };
    for (const [accepted, encoding] of [
      ['gzip, br', 'br'],
      ['br;q=0, gzip', 'gzip'],
    ] as const) {
      const { status, headers, cacheControl, body } = await request(origin, url, { headers: { 'Accept-Encoding': accepted } });
      expect([status, headers['content-encoding'], headers.vary, cacheControl]).toEqual([200, encoding, 'Accept-Encoding', IMMUTABLE]);
      expect(decoders[encoding](body).toString()).toBe(sheet('red'));
      expect(body).toEqual(fs.readFileSync(path.join(app.dir, ENCODED, `${sha256(sheet('red'))}.${encoding === 'br' ? 'br' : 'gz'}`)));
    }
    const plain = await request(origin, url);
    expect([plain.headers['content-encoding'], plain.body.toString()]).toEqual([undefined, sheet('red')]);
  });

  test('compress nothing the second time', () => {
    const before = stampsOf(app);
    expect(gainOf(app.build())).toEqual([]);
    expect(stampsOf(app)).toEqual(before);
  });

  test('compress a changed file alone, and keep the variants of the deploy before', () => {
    const before = stampsOf(app);
    app.write('public/css/big.css', sheet('green'));
    expect(gainOf(app.build())).toEqual([expect.stringContaining('precompressed 1 file in')]);
    expect(stampsOf(app)).toMatchObject(before);
    expect(variantsOf(app)).toHaveLength(6);
    expect(decodeAll(app)).toEqual(areRight(app));
  });

  test('make a damaged variant again', () => {
    const file = path.join(app.dir, ENCODED, `${sha256(sheet('green'))}.gz`);
    const bytes = fs.readFileSync(file);
    fs.writeFileSync(file, Buffer.from(bytes).fill(0, 20, 21));
    const text = app.build();
    expect(text).toContain(`next-smart-cache: 1 damaged file in ${ENCODED}: made again`);
    expect(gainOf(text)).toEqual([expect.stringContaining('precompressed 1 file in')]);
    expect(fs.readFileSync(file)).toEqual(bytes);
  });
});

test('a file that is excluded gets no variant, though another file has the same bytes', async () => {
  const app = createSite({ precompress: { exclude: '/vendor/**' } });
  app.write('public/css/big.css', sheet('red'));
  app.write('public/vendor/big.css', sheet('red'));
  app.build();
  app.write('server.mjs', SERVER);
  const { origin } = await app.run('server.mjs');
  const { assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string }> };
  const encodingOf = async (assetPath: string) =>
    (await request(origin, assets[assetPath]?.url ?? '', { headers: { 'Accept-Encoding': 'br' } })).headers['content-encoding'];
  expect([await encodingOf('/css/big.css'), await encodingOf('/vendor/big.css')]).toEqual(['br', undefined]);
  const linked = listFiles(path.join(app.dir, '.next/smart-cache-nginx')).map((name) => path.extname(name));
  expect(linked.sort()).toEqual(['.br', '.css', '.gz']);
});

test('a build that is killed half-way leaves nothing that a later build trusts wrongly', async () => {
  const app = createSite({ precompress: true });
  fs.cpSync(BOOTSTRAP, path.join(app.dir, 'public/bootstrap'), { recursive: true });
  const child = spawn('npm', ['run', 'build'], { cwd: app.dir, env: app.env, stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (variantsOf(app).length < 3 && child.exitCode === null) await wait(5);
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await ended;
  const left = variantsOf(app).length;
  const files = fs.readdirSync(BOOTSTRAP).filter((name) => name.endsWith('.css')).length;
  expect([left > 0, left < 2 * files]).toEqual([true, true]);
  expect(listFiles(path.join(app.dir, ENCODED))).not.toContain('variants.json');

  expect(gainOf(app.build())).toEqual([expect.stringContaining(`precompressed ${files} files in`)]);
  expect(variantsOf(app)).toHaveLength(2 * files);
  expect(decodeAll(app)).toEqual(areRight(app));
});

test('a build that cannot write variants warns, succeeds and works without them', async () => {
  const app = createSite({ precompress: true });
  app.write('public/css/big.css', sheet('red'));
  app.write(ENCODED, 'a file in the place of the folder');
  const output = app.build();
  expect(output).toContain(
    `next-smart-cache: Some files are not precompressed, since a variant cannot be written: ${path.join(app.dir, ENCODED)}`,
  );
  expect(output).toContain('Why: a parent of this path is a file, not a folder');
  const { origin } = await app.start();
  expect((await fetch(origin)).status).toBe(200);
});

test('an export has no variants, and its build says so', () => {
  const app = createSite({ precompress: true }, { output: 'export' });
  app.write('public/css/big.css', sheet('red'));
  expect(app.build()).toContain("next-smart-cache: precompress does nothing with output: 'export': only");
  const all = [...listFiles(path.join(app.dir, 'out')), ...listFiles(path.join(app.dir, '.next'))];
  expect(all.filter((name) => /\.(?:br|zst)$|big.*\.gz$/.test(name))).toEqual([]);
  expect(fs.existsSync(path.join(app.dir, ENCODED))).toBe(false);
});
