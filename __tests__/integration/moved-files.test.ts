import fs from 'node:fs';
import path from 'node:path';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';

/** A name that would move the cursor, turn text around and begin a line. */
const HOSTILE = '/img/\x1b[2J\u202egnp.\x9b\nall is well.png';
const LONG = `/img/${'x'.repeat(250)}.png`;

/** Files, each with what a browser asks for because of it, as paths below the basePath. */
const REFERRING: Record<string, { text: string; names: RegExp; loads: string[] }> = {
  '/css/site.css': {
    text: 'a{b:url(../img/a.png)} c{d:url(../img/plain/b.png?v=1#x)} e{f:url(../api/badge)} @import "left-alone.css";',
    names: /url\(([^)]*)\)|"([^"]*)"/g,
    loads: ['/img/a.png', '/img/plain/b.png', '/api/badge', '/css/left-alone.css'],
  },
  '/css/left-alone.css': { text: '/* as it is */ a{b:url(../img/a.png)}', names: /url\(([^)]*)\)/g, loads: ['/img/a.png'] },
  '/css/large.css': {
    text: `a{b:url(../img/a.png)}${' '.repeat(4 * 1024 * 1024)}`,
    names: /url\(([^)]*)\)/g,
    loads: ['/img/a.png'],
  },
  '/js/main.js': {
    text: "import './dep.js'; new URL('../img/a.png', import.meta.url); new URL('./', import.meta.url);",
    names: /'([^']*[^/'])'/g,
    loads: ['/js/dep.js', '/img/a.png'],
  },
  '/app/site.webmanifest': {
    text: '{"start_url":"../","scope":"..","icons":[{"src":"../img/a.png"}]}',
    names: /"((?:\.\.|\/)[^"]*)"/g,
    loads: ['/', '/', '/img/a.png'],
  },
  '/video/list.m3u8': { text: '#EXTM3U\nlow/1.ts\n', names: /^([^#\n]+)$/gm, loads: ['/video/low/1.ts'] },
  '/img/atlas.json': { text: '{"meta":{"image":"a.png"}}', names: /"(a[^"]*)"/g, loads: ['/img/a.png'] },
};

const FILES: Record<string, string> = {
  ...Object.fromEntries(Object.entries(REFERRING).map(([assetPath, { text }]) => [assetPath, text])),
  '/img/a.png': 'image a',
  '/img/plain/b.png': 'image b',
  '/js/dep.js': 'export {};',
  '/video/low/1.ts': 'segment',
  '/_headers': '/*\n  X-Frame-Options: DENY\n',
  '/_worker.js/index.js': 'export default {};',
  [HOSTILE]: 'hostile',
  [LONG]: 'long',
};

/** A static host also has these under `basePath`: the page, and a route of the app. */
const ROUTE = 'export const dynamic = "force-static"; export const GET = () => new Response("badge");';

const KEPT_PLAIN = [LONG, '/css/large.css', '/css/left-alone.css', '/img/atlas.json', '/video/list.m3u8'];

const SET_UPS: readonly { title: string; basePath: string; env?: Record<string, string>; folders: number }[] = [
  { title: 'static delivery below a basePath, chosen by the host', basePath: '/docs', env: { CF_PAGES: '1' }, folders: 0 },
  { title: 'rewrite delivery with more top-level folders than the rules hold', basePath: '', folders: 40 },
];

describe.each(SET_UPS)('$title', ({ basePath, env = {}, folders }) => {
  let app: NextApp;
  let server: NodeServer;
  let built: ReturnType<NextApp['cli']>;
  let output: string;

  beforeAll(async () => {
    app = createApp('tiny', { env });
    app.write('proxy.js', "export const proxy = () => {};\nexport const config = { matcher: '/((?!_next/static|favicon.ico).*)' };\n");
    app.write(
      'next.config.mjs',
      `import { withSmartCache } from 'next-smart-cache/config';
       export default withSmartCache(${JSON.stringify({ basePath })}, { references: { exclude: 'left-alone.css' } });`,
    );
    app.write('app/api/badge/route.js', ROUTE);
    for (const [assetPath, content] of Object.entries(FILES)) app.write(`public${assetPath}`, content);
    // They come first in the alphabet, and so leave no room for the folders of the files above.
    for (let index = 0; index < folders; index++) app.write(`public/a-folder-of-the-app-${index}/a.txt`, 'x');
    built = app.cli('build');
    output = app.build();
    server = await app.start();
  });
  afterAll(() => app.dispose());

  const urlOf = (assetPath: string): string => {
    const { assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string }> };
    return basePath + (assets[assetPath]?.url ?? assetPath.split('/').map(encodeURIComponent).join('/'));
  };
  const isHashed = (assetPath: string) => urlOf(assetPath) !== basePath + assetPath.split('/').map(encodeURIComponent).join('/');

  test.each(Object.entries(REFERRING))('every file that a browser requests because of %s exists', async (assetPath, { names, loads }) => {
    const url = new URL(urlOf(assetPath), server.origin);
    const answer = await request(server.origin, url.pathname);
    expect([answer.status, answer.cacheControl === IMMUTABLE]).toEqual([200, isHashed(assetPath)]);
    const written = [...answer.body.toString().matchAll(names)].map((found) => found.slice(1).find((name) => name !== undefined) ?? '');
    expect(written).toHaveLength(loads.length);
    for (const [index, target] of loads.entries()) {
      const { pathname, search } = new URL(written[index] ?? '', url);
      // Next leads from a page with a slash at its end to the one without.
      const asked = target === '/' && basePath !== '' ? pathname.replace(/\/$/, '') : pathname;
      const loaded = await request(server.origin, asked + search);
      const direct = await request(server.origin, target === '/' ? basePath || '/' : urlOf(target));
      expect([written[index], loaded.status, loaded.body.toString()]).toEqual([written[index], 200, direct.body.toString()]);
      if (FILES[target] !== undefined && !(target in REFERRING)) expect(loaded.body.toString()).toBe(FILES[target]);
    }
  });

  test('files that would not work elsewhere keep their plain URLs, and the build says so', () => {
    expect(Object.keys(FILES).filter((assetPath) => !isHashed(assetPath))).toEqual(
      expect.arrayContaining([...KEPT_PLAIN, '/_headers', '/_worker.js/index.js']),
    );
    expect(Object.keys(FILES).filter(isHashed)).toHaveLength(Object.keys(FILES).length - KEPT_PLAIN.length - 2);
    for (const assetPath of KEPT_PLAIN) expect(built.stderr).toContain(`public${assetPath}`);
    expect(output.match(/public under a URL with a hash/g)).toHaveLength(1);
    expect(output.includes('delivery: static (Cloudflare)')).toBe(env.CF_PAGES === '1');
    expect(built.stderr).toMatch(/A file keeps its plain URL, since its references cannot be read: public\/css\/large\.css:1\n/);
  });

  test('control files of hosts are not hashed, and stay where they were', async () => {
    for (const assetPath of ['/_headers', '/_worker.js/index.js']) {
      expect(isHashed(assetPath)).toBe(false);
      expect((await request(server.origin, basePath + assetPath)).body.toString()).toBe(FILES[assetPath]);
    }
    const store = path.join(app.dir, '.next/static/media');
    const linked = fs.readdirSync(store, { recursive: true }).map(String);
    expect(linked.filter((name) => /_headers|_worker/.test(name))).toEqual([]);
  });

  test('control characters of a file name reach no terminal', async () => {
    app.write(`public/css/${path.basename(HOSTILE)}.css`, `a{b:url("none\\1b [2J.png")} c{d:url(a"\x1b[2J)}`);
    const { stderr, stdout } = app.cli('build', '--json');
    for (const text of [built.stderr, stderr, stdout, app.cli('check').stderr, output]) {
      expect(text).not.toMatch(/(?![\n\t\r])[\p{Cc}\p{Bidi_Control}]|^all is well/mu);
    }
    expect(stderr).toContain('\\u{1b}[2J\\u{202e}gnp.\\u{9b}\\u{a}all is well.png.css');
    fs.rmSync(path.join(app.dir, `public/css/${path.basename(HOSTILE)}.css`));
  });
});
