import fs from 'node:fs';
import path from 'node:path';
import { openStore } from '../../src/pipeline/store';
import { findWholeCopies } from '../../src/pipeline/whole-copies';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import { temporaryFolder } from '../support/temporary-folder';

let app: NextApp;
afterEach(() => app.dispose());

const stampsUnder = (folder: string) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const { ino, mtimeMs } = fs.statSync(file);
      return `${path.relative(folder, file)} ${ino} ${mtimeMs}`;
    })
    .sort();

describe('the manifest', () => {
  test('is written by the prebuild script, and current when next build reads it', () => {
    app = createApp('catch-all');
    const output = app.build();
    expect(output).toMatch(/next-smart-cache: 7 files, \d+ B \(7 read\): wrote \.smart-cache\/manifest\.json/);
    expect(output).not.toContain('missing or outdated');
    expect(app.read('.smart-cache/manifest.json')).toContain('"url": "/js/application.46fb7aa72a.js"');
  });

  test('is rebuilt by next build, with one line, when it is missing or outdated', async () => {
    app = createApp('catch-all', { prebuild: false });
    expect(app.build().match(/the manifest was missing or outdated; rebuilt it for 7 files/g)).toHaveLength(1);
    expect(app.read('smart-cache-env.d.ts')).toContain('| "/js/application.js"');
    expect(app.build()).not.toContain('missing or outdated');

    app.write('public/note.txt', 'edited\n');
    expect(app.build().match(/missing or outdated/g)).toHaveLength(1);
    const server = await app.start();
    // sha256('edited\n')
    const answer = await request(server.origin, '/note.68f01b289a.txt');
    expect([answer.cacheControl, answer.body.toString()]).toEqual([IMMUTABLE, 'edited\n']);
  });

  test('is rebuilt by next build when the prebuild script ran where the host could not be recognised', () => {
    app = createApp('catch-all', { prebuild: false });
    expect(app.cli('build').stderr).not.toContain('delivery:');
    expect(app.read('.smart-cache/manifest.json')).toContain('"url": "/js/application.46fb7aa72a.js"');
    // OpenNext sets this variable only for the build command.
    app.env.NEXT_PRIVATE_STANDALONE = 'true';
    const output = app.build();
    expect(output).toContain('next-smart-cache: delivery: static (OpenNext)\n');
    expect(output.match(/the manifest was missing or outdated; rebuilt it for 7 files/g)).toHaveLength(1);
    const url = '/_next/static/media/smart-cache/js/application.46fb7aa72a.js';
    expect(app.read('.smart-cache/manifest.json')).toContain(`"url": "${url}"`);
    expect(app.read(url.replace('/_next', '.next'))).toBe(app.read('public/js/application.js'));
    expect(app.read('.next/server/app/client.html')).toContain('/_next/static/media/smart-cache/img/logo.ade38c8ba0.svg');
  });

  test.each([
    ['cut short', (text: string) => text.slice(0, text.length / 2)],
    ['of another version', (text: string) => text.replace('"version": 1', '"version": 99')],
    ['edited by hand', (text: string) => text.replace('46fb7aa72a', '0000000000')],
  ])('that is %s is never served', (_, damage) => {
    app = createApp('catch-all', { prebuild: false });
    app.build();
    const good = app.read('.smart-cache/manifest.json');
    app.write('.smart-cache/manifest.json', damage(good));
    app.build();
    expect(app.read('.smart-cache/manifest.json')).toBe(good);
    expect(app.read('.next/server/app/client.html')).toContain('/img/logo.ade38c8ba0.svg');
  });

  test('is not written again for the same tree', () => {
    app = createApp('catch-all');
    expect(app.cli('build').status).toBe(0);
    const before = [stampsUnder(path.join(app.dir, '.smart-cache')), stampsUnder(path.join(app.dir, '.next/cache'))];
    const { status, stdout, stderr } = app.cli('build');
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toContain('nothing changed');
    expect([stampsUnder(path.join(app.dir, '.smart-cache')), stampsUnder(path.join(app.dir, '.next/cache'))]).toEqual(before);
  });

  test('takes the options of next.config, TypeScript too', () => {
    app = createApp('catch-all');
    fs.rmSync(path.join(app.dir, 'next.config.mjs'));
    app.write(
      'next.config.ts',
      `import type { NextConfig } from 'next';
       import { withSmartCache } from 'next-smart-cache/config';
       console.log('the config talks');
       const config: NextConfig = { distDir: 'dist-next' };
       export default async () => withSmartCache(config, { hash: { algorithm: 'md5', length: 12 }, exclude: '*.txt' });`,
    );
    const { status, stdout, stderr } = app.cli('build', '--json');
    expect([status, JSON.parse(stdout).files]).toEqual([0, 6]);
    expect(stderr).toContain('the config talks');
    const manifest = JSON.parse(app.read('.smart-cache/manifest.json'));
    expect(manifest.algorithm).toBe('md5');
    expect(Object.keys(manifest.assets)).not.toContain('/note.txt');
    // md5sum public/js/application.js | cut -c1-12; SRI has no MD5.
    expect(manifest.assets['/js/application.js']).toMatchObject({ hash: '3d8fe9fb7f88', integrity: expect.stringMatching(/^sha256-/) });
    expect(fs.existsSync(path.join(app.dir, 'dist-next/cache/next-smart-cache'))).toBe(true);
    expect(fs.existsSync(path.join(app.dir, '.next'))).toBe(false);
  });
});

describe('several builds at once', () => {
  test('end in one whole manifest and store, without leftovers', async () => {
    app = createApp('catch-all');
    // Enough files for the runs to overlap.
    for (let index = 0; index < 1500; index++) app.write(`public/many/${index}.txt`, `file ${index}\n`);
    const runs = await Promise.all([0, 1, 2].map(() => app.cliInBackground('build')));
    expect(runs.map(({ status, stderr }) => [status, stderr])).toEqual(runs.map(() => [0, expect.stringContaining('1,507 files')]));

    const { assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { integrity: string }> };
    const store = openStore(path.join(app.dir, '.next/cache/next-smart-cache'));
    expect(findWholeCopies(store).size).toBe(1507);
    expect(fs.readdirSync(store.filesDir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    // Each run prints one line, unless it began after another had ended.
    const names = fs.readdirSync(store.filesDir).sort();
    const packs = names.filter((name) => name.endsWith('.pack'));
    expect(packs.length).toBeGreaterThanOrEqual(1);
    expect(names.filter((name) => name.endsWith('.pack.json'))).toEqual(packs.map((name) => `${name}.json`));
    expect(new Set(Object.values(assets).map(({ integrity }) => integrity)).size).toBe(1507);
    expect(fs.readdirSync(path.join(app.dir, '.smart-cache'))).toEqual(['manifest.json']);
  });

  test('one that is killed leaves the old manifest or the new one, whole', async () => {
    app = createApp('catch-all');
    for (let index = 0; index < 1500; index++) app.write(`public/many/${index}.txt`, `file ${index}\n`);
    app.cli('build');
    const old = app.read('.smart-cache/manifest.json');
    for (let index = 0; index < 1500; index++) app.write(`public/many/${index}.txt`, `edited ${index}\n`);
    // Kill builds at many moments: while they start, scan, hash and write. Let the last one finish.
    for (const milliseconds of [40, 80, 120, 160, 200, 250, 300, 350, 400]) {
      await app.cliInBackground('build', { killAfter: milliseconds });
      JSON.parse(app.read('.smart-cache/manifest.json'));
    }
    app.cli('build');
    const fresh = app.read('.smart-cache/manifest.json');
    expect(fresh).not.toBe(old);
    fs.rmSync(path.join(app.dir, '.smart-cache'), { recursive: true });
    fs.rmSync(path.join(app.dir, '.next'), { recursive: true });
    app.cli('build');
    expect(app.read('.smart-cache/manifest.json')).toBe(fresh);
  });
});

describe('a missing asset', () => {
  const page = (body: string, dynamic = false) => `
    import { asset, CachedScript } from 'next-smart-cache';
    ${dynamic ? "export const dynamic = 'force-dynamic';" : ''}
    export default function Page() { return <main>${body}</main>; }`;

  test('breaks next build, which lists all of them, and the next build too, whatever Next has cached', () => {
    const TMPDIR = temporaryFolder();
    app = createApp('catch-all', { prebuild: false, env: { TMPDIR } });
    // The result of an earlier build must not count as this build's.
    app.write('.next/BUILD_ID', 'older');
    app.write('app/broken/page.jsx', page('<CachedScript src="/js/aplication.js" />'));
    app.write(
      'app/many/[name]/page.jsx',
      `export const generateStaticParams = () => [1, 2, 3, 4, 5, 6, 7].map((name) => ({ name: String(name) }));
       ${page('<link rel="help" href={asset("/many.html?v=1#top")} />')}`,
    );
    app.write('app/client-side/page.jsx', `'use client';${page("{asset('/img/logoo.svg')}")}`);
    app.write(
      'app/data/route.js',
      `import { asset } from 'next-smart-cache';
       export const dynamic = 'force-static';
       export const GET = () => Response.json({ logo: asset('/img/logoo.svg') });`,
    );
    app.write(
      'app/on-demand/page.jsx',
      `import { asset } from 'next-smart-cache';
       export const dynamic = 'force-dynamic';
       const never = asset('img/never.svg');
       export default function Page() { return never; }`,
    );
    app.write(
      'pages/old/index.jsx',
      `import Image from 'next/image';
       import { asset, CachedScript, CachedStyle } from 'next-smart-cache';
       export default function Old() {
         return <main>
           <CachedStyle href="/css/sit.css" /><CachedScript src="/js/aplication.js" />
           <Image src={asset('/img/photo.png')} alt="" width={10} height={10} />
         </main>;
       }`,
    );
    const cached = (assetPath: string) => `
      import { unstable_cache } from 'next/cache';
      import { asset } from 'next-smart-cache';
      const find = unstable_cache(async () => asset('${assetPath}'), ['${assetPath}']);`;
    app.write(
      'app/cached/page.jsx',
      `${cached('/cached/app.svg')}
       export default async function Page() { return <main>{await find()}</main>; }`,
    );
    app.write(
      'pages/old/cached.jsx',
      `${cached('/cached/pages.svg')}
       export const getStaticProps = async () => ({ props: { url: await find() } });
       export default function Cached({ url }) { return <main>{url}</main>; }`,
    );
    for (let build = 1; build <= 2; build++) {
      const { status, output } = app.tryBuild();
      expect(status).toBe(1);
      expect(output.slice(output.indexOf('SmartCacheError')).split('\n').slice(0, 11)).toEqual([
        'SmartCacheError (ERR_SMART_CACHE_ASSET_MISSING): 8 asset paths are not in public/:',
        expect.stringMatching(/^ {2}\/cached\/app\.svg {2}asked for by asset\(\)$/),
        expect.stringMatching(/^ {2}\/cached\/pages\.svg {2}asked for by asset\(\)$/),
        '  /css/sit.css (did you mean "/css/site.css"?)  asked for by <CachedStyle>',
        '  /img/logoo.svg (did you mean "/img/logo.svg"?)  asked for by asset()',
        expect.stringMatching(/^ {2}\/img\/photo\.png.* {2}asked for by asset\(\)$/),
        '  /js/aplication.js (did you mean "/js/application.js"?)  asked for by <CachedScript>',
        expect.stringMatching(/^ {2}\/many\.html.* {2}asked for by asset\(\)$/),
        expect.stringMatching(/^ {2}img\/never\.svg.* {2}asked for by asset\(\)$/),
        expect.stringMatching(/^ {2}Why: .*asset paths begin with "\/"/),
        expect.stringMatching(/^ {2}Fix: /),
      ]);
      // `next start` and later builds must see that this build failed.
      expect(fs.existsSync(path.join(app.dir, '.next/BUILD_ID'))).toBe(false);
      expect(fs.existsSync(path.join(app.dir, '.next/cache/next-smart-cache/deploys.json'))).toBe(false);
    }
    expect(fs.readdirSync(TMPDIR).filter((name) => name.startsWith('next-smart-cache-missing-'))).toEqual([]);
  });

  test('gets its plain URL, and one warning, in a running site', async () => {
    app = createApp('catch-all');
    app.write('app/dynamic/page.jsx', page("{asset('/js/gone.js')} {asset('/js/gone.js?v=1')}", true));
    app.build();
    const server = await app.start();
    for (let visit = 0; visit < 2; visit++) {
      const { status, body } = await request(server.origin, '/dynamic');
      expect(status).toBe(200);
      expect(body.toString().replaceAll('<!-- -->', '')).toContain('<main>/js/gone.js /js/gone.js?v=1</main>');
    }
    expect(server.output().match(/public\/ has no file for an asset path: \/js\/gone\.js/g)).toHaveLength(1);
  });

  test('on a page that is rendered on demand breaks the next build of an app in TypeScript', () => {
    app = createApp('catch-all', { prebuild: false });
    for (const name of ['typescript', '@types/node', '@types/react', '@types/react-dom']) {
      const link = path.join(app.dir, 'node_modules', name);
      fs.mkdirSync(path.dirname(link), { recursive: true });
      fs.symlinkSync(path.join(__dirname, '../../node_modules', name), link);
    }
    app.write('app/dynamic/page.tsx', page("{asset('/js/gone.js')}", true));
    const { status, output } = app.tryBuild();
    expect(status).not.toBe(0);
    expect(output).toContain(`'"/js/gone.js"' is not assignable to parameter of type 'AssetUrl'`);
    app.write('public/js/gone.js', '');
    app.build();
  });

  test('only warns with onMissing: "warn"', () => {
    app = createApp('catch-all');
    app.write(
      'next.config.mjs',
      `import { withSmartCache } from 'next-smart-cache/config';
       export default withSmartCache({}, { onMissing: 'warn' });`,
    );
    app.write('app/broken/page.jsx', page("{asset('/js/gone.js')}"));
    expect(app.build()).toContain('public/ has no file for an asset path: /js/gone.js');
  });
});

describe('options', () => {
  test("onStaleHash: 'not-found' answers a stale hash with a 404 that is not cacheable", async () => {
    app = createApp('catch-all');
    app.write(
      'next.config.mjs',
      `import { withSmartCache } from 'next-smart-cache/config';
       export default withSmartCache({}, { onStaleHash: 'not-found', cdnPrefix: 'https://cdn.example.com/' });`,
    );
    app.build();
    const server = await app.start();
    const stale = await request(server.origin, '/js/application.0000000000.js');
    expect(stale.status).toBe(404);
    expect(stale.cacheControl ?? 'no-store').toMatch(/no-store|max-age=0/);
    expect((await request(server.origin, '/js/application.46fb7aa72a.js')).cacheControl).toBe(IMMUTABLE);
    // Integrity and CORS only where the URL is on another origin, and the same on tag and preload.
    const html = (await request(server.origin, '/')).body.toString();
    const tags = html.match(/<(?:link|script)[^>]*cdn\.example\.com[^>]*>/g) ?? [];
    expect(tags.length).toBeGreaterThanOrEqual(2);
    for (const tag of tags) expect(tag).toMatch(/integrity="sha256-[^"]+"/);
    for (const tag of tags) expect(tag).toMatch(/crossorigin="(anonymous)?"/i);
  });
});

test("output: 'export' links the store directly, without a rewrite and without a warning", () => {
  app = createApp('scripts', { prebuild: false });
  app.write(
    'next.config.mjs',
    `import { withSmartCache } from 'next-smart-cache/config';
     export default withSmartCache({ output: 'export' });`,
  );
  const output = app.build();
  expect(output).not.toMatch(/rewrites/i);
  const url = '/_next/static/media/smart-cache/js/after.27897675f0.js';
  expect(app.read('out/ordered.html')).toContain(`src="${url}"`);
  expect(app.read(`out${url}`)).toBe(app.read('public/js/after.js'));
});

test('public/ is not touched by a build', () => {
  app = createApp('catch-all');
  const before = stampsUnder(path.join(app.dir, 'public'));
  app.build();
  expect(stampsUnder(path.join(app.dir, 'public'))).toEqual(before);
});
