import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { KNOWN_EXTENSIONS } from '../../src/core/content-types';
import { writeNginxExport } from '../../src/core/nginx-config';
import { ROUTERS, type Router } from '../integration/matrix';
import { launchBrowser } from '../support/browser';
import type { UrlSettings } from '../support/expected-urls';
import { listFiles } from '../support/folders';
import { type Answer, IMMUTABLE, isCacheable, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import { proxyTo, startNginx } from '../support/nginx';
import { freePort, type NodeServer } from '../support/node-server';
import { PAGE_CONTRACT } from '../support/page-contract';
import { plainPath, requestPaths } from '../support/request-paths';
import fc from '../support/seeded-fast-check';
import { temporaryFolder, writeFiles } from '../support/temporary-folder';

const MADE_UP = '0123456789';

/** Names with every sign that means something to nginx, to PCRE, or to a shell. */
const HOSTILE_FOLDERS = ['a b;c{d}', 'e"f\'g$1', 'h(i|j)+', 'k#l', 'q?r', 'm%20n', 'ünï', 'o..', '~p^'];

let browser: Browser;
const servers: NodeServer[] = [];
const apps: NextApp[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await Promise.all(servers.map((server) => server.stop()));
  await Promise.all(apps.map((app) => app.dispose()));
});

async function serve(server: string): Promise<NodeServer> {
  const started = await startNginx(temporaryFolder(), { server });
  servers.push(started);
  return started;
}

function build(layers: readonly string[], edit: (app: NextApp) => void = () => {}): NextApp {
  const app = createApp(layers);
  apps.push(app);
  edit(app);
  app.build();
  return app;
}

/** The printed configuration; everything that is not for nginx goes to `upstream`. */
function configured(app: NextApp, upstream: Pick<NodeServer, 'origin'>, ...args: string[]): { server: string; left: string[] } {
  const { status, stdout, stderr } = app.cli('nginx', ...args);
  expect([status, stderr]).toEqual([0, expect.stringContaining('include the configuration in the server block')]);
  const left = [...stderr.matchAll(/left to Next: (\S+), because (.+)/g)].map(([, folder, reason]) => `${folder} ${reason}`);
  return { server: `${stdout}\nlocation / { ${proxyTo(upstream)} }`, left };
}

interface ServedApp extends Partial<UrlSettings> {
  app: NextApp;
  server: NodeServer;
  basePath?: string;
}

/** @param served called when the servers run. */
function contract(served: () => ServedApp, routers: readonly Router[] = ['app-router', 'pages-router']): void {
  describe.each(routers)('%s', (router) => {
    test.each(PAGE_CONTRACT)('%s', (_, check) => {
      const { app, server, ...settings } = served();
      return check({ origin: server.origin, browser, publicDir: publicDir(app), ...ROUTERS[router], ...settings });
    });
  });
}

/** No process listens there, so nginx answers 502 to what it would pass on. */
const nobody = async () => ({ origin: `http://localhost:${await freePort()}` });

const publicDir = ({ dir }: NextApp) => path.join(dir, 'public');

/** The hashed URL of a file, encoded. Its name may have any sign in it. */
function urlOf(app: NextApp, assetPath: string, { prefix = '', delivery }: Pick<UrlSettings, 'prefix' | 'delivery'> = {}): string {
  const bytes = fs.readFileSync(path.join(publicDir(app), assetPath));
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10);
  const { dir, name, ext } = path.posix.parse(assetPath);
  const segments = [...dir.split('/').slice(1), `${name}.${hash}${ext}`].map((segment) => `/${encodeURIComponent(segment)}`);
  return prefix + (delivery === 'static' ? '/_next/static/media/smart-cache' : '') + segments.join('');
}

const withMadeUpHash = (url: string) => url.replace(/\.[0-9a-f]{10}(?=\.[^./]+$)/, `.${MADE_UP}`);

const sizeOf = ({ status, cacheControl, body }: Answer) => [status, cacheControl, body.length];

async function statusesOf({ origin }: NodeServer, urls: readonly string[]): Promise<Record<string, number>> {
  return Object.fromEntries(await Promise.all(urls.map(async (url) => [url, (await request(origin, url)).status] as const)));
}

const allWith = (urls: readonly string[], status: number) => Object.fromEntries(urls.map((url) => [url, status]));

describe('in front of next start', () => {
  let app: NextApp;
  let next: NodeServer;
  let plain: NodeServer;
  let site: NodeServer;
  /** Starts nginx with the configuration, and without Next. */
  let alone: NodeServer;
  let left: string[];
  /** URL → bytes of all that nginx should send. */
  let issued: Map<string, Buffer>;

  beforeAll(async () => {
    app = build(['app-router', 'pages-router', 'hosts/nginx'], ({ write }) => {
      for (const extension of KNOWN_EXTENSIONS) write(`public/types/file.${extension}`, /json|map|gltf/.test(extension) ? '{}' : 'text');
      for (const folder of HOSTILE_FOLDERS) write(`public/${folder}/${folder}.txt`, folder);
    });
    next = await app.start();
    plain = await serve(`location / { ${proxyTo(next)} }`);
    const configuration = configured(app, next);
    left = configuration.left;
    site = await serve(configuration.server);
    alone = await serve(configured(app, await nobody()).server);
    const assetPaths = listFiles(publicDir(app)).map((name) => `/${name}`);
    const served = assetPaths.filter((assetPath) => !/^\/(?:members|moved|secret)\//.test(assetPath));
    const { assets } = JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string }> };
    const deliveryOf = (assetPath: string) => (assets[assetPath]?.url.startsWith('/_next/') ? 'static' : 'rewrite');
    // A route handler answers in data/, so the URL of its file points to the store without a rewrite.
    expect(['/data/file.json', '/css/site.css'].map(deliveryOf)).toEqual(['static', 'rewrite']);
    issued = new Map(
      served.map((name) => [urlOf(app, name, { delivery: deliveryOf(name) }), fs.readFileSync(path.join(publicDir(app), name))]),
    );
    for (const name of listFiles(path.join(app.dir, '.next/static/chunks')).slice(0, 3))
      issued.set(`/_next/static/chunks/${name}`, fs.readFileSync(path.join(app.dir, '.next/static/chunks', name)));
  });

  describe('with proxy_pass alone', () => contract(() => ({ app, server: plain })));
  describe('with the configuration', () => contract(() => ({ app, server: site })));

  test('nginx sends every hashed file by itself, with the headers and the type that Next would send', async () => {
    const names = ['content-type', 'x-content-type-options', 'x-odd', 'access-control-allow-origin', 'cache-control'];
    const headersOf = ({ headers }: Answer) => names.map((name) => [name, headers[name]]);
    expect(issued.size).toBeGreaterThan(KNOWN_EXTENSIONS.size + HOSTILE_FOLDERS.length);
    for (const [url, bytes] of issued) {
      const [answer, wanted] = await Promise.all([alone, next].map(({ origin }) => request(origin, url)));
      expect([url, answer?.status, answer?.cacheControl, answer?.body.equals(bytes)]).toEqual([url, 200, IMMUTABLE, true]);
      expect([url, headersOf(answer as Answer)]).toEqual([url, headersOf(wanted as Answer)]);
    }
  });

  test('Next answers everything else, and the folders that nginx leaves to Next are listed', async () => {
    expect(left).toEqual([
      '/members/ the proxy sees its requests (matcher /members/:path*)',
      '/moved/ a redirect of the app matches (source /moved/:path*)',
    ]);
    const ofNext = [
      '/',
      '/legacy',
      '/no-such-page',
      '/css/site.css',
      '/_next/static/no-such-file.js',
      ...['/members/handbook.txt', '/moved/site.css'].map((assetPath) => urlOf(app, assetPath)),
      ...[...issued.keys(), urlOf(app, '/secret/plan.txt')].map(withMadeUpHash).filter((url) => !issued.has(url)),
    ];
    expect(await statusesOf(alone, ofNext)).toEqual(allWith(ofNext, 502));
    const statuses = {
      [urlOf(app, '/members/handbook.txt')]: 401,
      [urlOf(app, '/moved/site.css')]: 307,
      [`/secret/plan.${MADE_UP}.txt`]: 404,
    };
    expect(await statusesOf(site, Object.keys(statuses))).toEqual(statuses);
    expect((await request(site.origin, `/data/file.${MADE_UP}.json`)).body.toString()).toBe('from the handler');
    expect((await request(site.origin, `/img/no-such-file.${MADE_UP}.png`)).body.toString()).toContain('the page of');
    const stale = await request(site.origin, `/css/site.${MADE_UP}.css`);
    const current = fs.readFileSync(path.join(publicDir(app), 'css/site.css'));
    expect(sizeOf(stale)).toEqual([200, 'public, max-age=0', current.length]);
    expect(stale.headers.etag).toMatch(new RegExp(`^W/"${MADE_UP}\\.[0-9a-f]{10}"$`));
  });

  test('a request near a hashed URL gets nothing cacheable but the right bytes, and no guarded or excluded file', async () => {
    const hidden = ['/members/handbook.txt', '/secret/plan.txt'].map((assetPath) => urlOf(app, assetPath));
    // nginx decodes a path before it merges slashes and resolves dots.
    const normalize = (url: string) => path.posix.normalize(plainPath(url));
    const byPath = new Map([...issued].map(([url, bytes]) => [decodeURIComponent(url), bytes]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(requestPaths([...issued.keys()]), requestPaths(hidden)), async (url) => {
        const answer = await request(site.origin, url);
        const text = answer.body.toString();
        if (text === 'for members only') throw new Error(`${url} gets around the guard`);
        if (text === 'a plan') expect(normalize(url)).toBe('/secret/plan.txt');
        if (answer.status >= 300 || !isCacheable(answer.cacheControl) || byPath.get(normalize(url))?.equals(answer.body)) return;
        // The app makes pages, optimized images and some of its plain paths cacheable itself.
        const ofNext = await request(next.origin, url);
        expect([url, answer.cacheControl, answer.body.equals(ofNext.body)]).toEqual([url, ofNext.cacheControl, true]);
      }),
      { numRuns: 500 },
    );
  });

  test('no request leaves the folders', async () => {
    const folders = [
      '/css',
      '/_next/static/chunks',
      '/_next/static/media/smart-cache-rewrite',
      '/_next/smart-cache-1',
      '/_next/smart-cache-1/chunks',
    ];
    const ups = ['/../', '/..%2f', '/%2e%2e/', '/.%2e/', '../', '/..%5c', '/..;/', '/%252e%252e/', '/..%00/'];
    const targets = ['BUILD_ID', 'package.json', 'media/smart-cache-rewrite/members/handbook.txt', 'css/site.css'];
    const paths = folders.flatMap((folder) =>
      ups.flatMap((up) => [1, 2, 4].flatMap((times) => targets.map((target) => folder + up.repeat(times) + target))),
    );
    const inside = [urlOf(app, '/members/handbook.txt'), urlOf(app, '/css/site.css')].flatMap((url) => [
      `/_next/static/media/smart-cache-rewrite${url}`,
      `/_next/smart-cache-1/media/smart-cache-rewrite${url}`,
      `/_next/static/media/smart-cache-rewrite${url}`.replace('-', '%2d'),
      `${url}%00`,
      `${url}/`,
    ]);
    const statuses = await statusesOf(alone, [...paths, ...inside]);
    expect([...new Set(Object.values(statuses))].sort()).toEqual([400, 404, 502]);
  });

  test('nginx follows no symbolic link, and serves nothing of another build', async () => {
    const statics = path.join(app.dir, '.next/static');
    const link = path.join(statics, `media/smart-cache-rewrite/css/link.${MADE_UP}.css`);
    fs.symlinkSync(path.join(app.dir, 'package.json'), link);
    expect(await statusesOf(alone, [`/css/link.${MADE_UP}.css`])).toEqual({ [`/css/link.${MADE_UP}.css`]: 403 });
    fs.rmSync(link);

    const folder = path.join(statics, app.read('.next/BUILD_ID'));
    fs.renameSync(folder, `${folder}-2`);
    expect(await statusesOf(alone, [...issued.keys()])).toEqual(allWith([...issued.keys()], 502));
    fs.renameSync(`${folder}-2`, folder);
  });

  test('a folder of the app with any name is served, or refused with a message', async () => {
    for (const name of HOSTILE_FOLDERS.map((folder) => folder.replace('$', ''))) {
      const folder = path.join(temporaryFolder(), name);
      fs.cpSync(path.join(app.dir, '.next/static'), path.join(folder, '.next/static'), { recursive: true });
      const moved = await serve(configured(app, await nobody(), '--app-dir', folder).server);
      const url = urlOf(app, '/css/site.css');
      expect([name, await statusesOf(moved, [url])]).toEqual([name, { [url]: 200 }]);
    }
    for (const name of ['a$b', 'a\nb']) {
      const { status, stdout, stderr } = app.cli('nginx', '--app-dir', `/srv/${name}`);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toContain('A name cannot be written in a configuration of nginx');
    }
  });
});

describe('in front of next start, with basePath, assetPrefix, i18n and distDir', () => {
  const settings = { basePath: '/docs', assetPrefix: '/cdn', distDir: 'build', i18n: { locales: ['en', 'de'], defaultLocale: 'en' } };
  let app: NextApp;
  let first: NodeServer;
  let site: NodeServer;

  beforeAll(async () => {
    app = build(['pages-router'], ({ write }) => {
      write(
        'next.config.mjs',
        `import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache(${JSON.stringify(settings)});\n`,
      );
      write('public/members/handbook.txt', 'for members only');
    });
    const { server, left } = configured(app, await nobody());
    expect(left).toEqual([]);
    first = await serve(server);
  });

  const chunkOf = () => listFiles(path.join(app.dir, 'build/static/chunks'))[0];

  test('the next build takes the place of this one: older files stay, and a new guard holds at once', async () => {
    const member = urlOf(app, '/members/handbook.txt', { prefix: '/docs' });
    const before = urlOf(app, '/legacy/site.css', { prefix: '/docs' });
    const chunks = [`/docs/_next/static/chunks/${chunkOf()}`, `/cdn/_next/static/chunks/${chunkOf()}`];
    expect(await statusesOf(first, [member, before, ...chunks])).toEqual(allWith([member, before, ...chunks], 200));

    app.write('public/legacy/site.css', `${app.read('public/legacy/site.css')}\n/* edited */\n`);
    app.write(
      'proxy.js',
      `export const proxy = () => new Response('no', { status: 401 });\nexport const config = { matcher: '/members/:path*' };\n`,
    );
    app.build();
    const after = urlOf(app, '/legacy/site.css', { prefix: '/docs' });
    expect(await statusesOf(first, [member, before, after])).toEqual(allWith([member, before, after], 502));

    const { server, left } = configured(app, await app.start());
    site = await serve(server);
    const alone = await serve(configured(app, await nobody()).server);
    expect(left).toEqual(['/members/ the proxy sees its requests (matcher /members/:path*)']);
    expect(await statusesOf(alone, [member, before, after])).toEqual({ [member]: 502, [before]: 200, [after]: 200 });
    expect(await statusesOf(site, [member, before, after])).toEqual({ [member]: 401, [before]: 200, [after]: 200 });
  });

  contract(() => ({ app, server: site, basePath: '/docs', prefix: '/docs' }), ['pages-router']);
});

describe('alone in front of an export', () => {
  let app: NextApp;
  let site: NodeServer;

  beforeAll(async () => {
    app = build(['app-router', 'set-ups/export-base-path']);
    const { status, stdout, stderr } = app.cli('nginx');
    expect([status, stderr]).toEqual([0, expect.stringContaining('nginx serves the export without Next')]);
    site = await serve(stdout);
    // A file beside the folder, which a careless mapping would serve.
    fs.writeFileSync(path.join(app.dir, 'out.html'), 'beside the export');
  });

  contract(() => ({ app, server: site, basePath: '/docs', prefix: '/docs', delivery: 'static' }), ['app-router']);

  test('pages are revalidated, and no cache keeps the 404 of a missing file', async () => {
    // trailingSlash: true gives such paths.
    fs.cpSync(path.join(app.dir, 'out/second.html'), path.join(app.dir, 'out/third/index.html'));
    for (const url of ['/docs', '/docs/', '/docs/second', '/docs/second/', '/docs/third', '/docs/third/']) {
      const { status, cacheControl, headers } = await request(site.origin, url);
      expect([url, status, cacheControl, headers['content-type']]).toEqual([
        url,
        200,
        'public, max-age=0, must-revalidate',
        'text/html; charset=UTF-8',
      ]);
    }
    const stale = withMadeUpHash(urlOf(app, '/css/site.css', { prefix: '/docs', delivery: 'static' }));
    for (const url of [stale, '/docs/no-such-page', '/docs/404/x', '/docs/_next/static/chunks/no-such-file.js']) {
      const answer = await request(site.origin, url);
      expect([url, answer.status, answer.cacheControl]).toEqual([url, 404, 'no-store']);
      expect(answer.body.toString()).toContain('<html');
    }
  });

  test('no request leaves the export, also without a basePath', async () => {
    const root = await serve(writeNginxExport({ exportDir: path.join(app.dir, 'out'), basePath: '' }));
    expect(await statusesOf(root, ['/', '/second', '/css/site.css'])).toEqual({ '/': 200, '/second': 200, '/css/site.css': 200 });
    const ups = ['', '/..', '/%2e%2e', '/..%2f', '..', '/css/../..', '/_next/static/../../..', '/_next/static/chunks/..%2f..%2f..%2f..'];
    for (const { origin } of [site, root])
      for (const base of ['/docs', ''])
        for (const url of ups.flatMap((up) =>
          ['', '/package.json', '/out.html', 'out.html', '.html'].map((target) => base + up + target),
        )) {
          const text = (await request(origin, url.startsWith('/') ? url : `/${url}`)).body.toString();
          // The second is in package.json.
          expect([url, ['beside the export', '"private":true'].filter((secret) => text.includes(secret))]).toEqual([url, []]);
        }
  });
});

test('the recipe of FROM-NGINX-AND-DJANGO.md keeps the wrong bytes for 30 days, as the page says', async () => {
  const docs = fs.readFileSync(path.resolve(__dirname, '../../docs/FROM-NGINX-AND-DJANGO.md'), 'utf8');
  const [, recipe = ''] = /^```nginx\n(location .*?)^```$/ms.exec(docs) ?? [];
  const folder = temporaryFolder();
  writeFiles(folder, { 'static/js/application.js': 'yesterday' });
  const { origin } = await serve(recipe.replace('/srv/site', folder));
  writeFiles(folder, { 'static/js/application.js': 'today' });
  for (const hash of [createHash('md5').update('yesterday').digest('hex'), '0', '00']) {
    const { status, cacheControl, body } = await request(origin, `/static/js/application.${hash}.js`);
    expect([status, cacheControl, body.toString()]).toEqual([200, 'max-age=2592000', 'today']);
  }
});
