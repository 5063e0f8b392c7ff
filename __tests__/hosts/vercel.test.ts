import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ROUTERS, type Router } from '../integration/matrix';
import { launchBrowser } from '../support/browser';
import { expectedUrl } from '../support/expected-urls';
import { type Answer, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import { PAGE_CONTRACT } from '../support/page-contract';
import { type BuildOutputServer, startBuildOutputServer } from './build-output-server';
import { installedTools } from './installed-tools';

/** The current version. It depends on a `sandbox` that npm does not have and builds do not use. */
const VERCEL = { dependencies: { vercel: '64.0.2' }, overrides: { sandbox: '4.5.0' } };

const IMMUTABLE_STORE = '/_next/static/immutable/media/smart-cache';

interface Row {
  name: string;
  env?: Record<string, string>;
  options?: Record<string, unknown>;
  routers: readonly Router[];
}

const ROWS: readonly Row[] = [
  { name: "Vercel's builder", routers: ['app-router', 'pages-router'] },
  { name: "Vercel's adapter", routers: ['app-router', 'pages-router'], env: { NEXT_ENABLE_ADAPTER: '1' } },
  {
    name: "Vercel's adapter, static delivery, immutable assets",
    routers: ['app-router'],
    env: { NEXT_ENABLE_ADAPTER: '1', VERCEL_IMMUTABLE_STATIC_FILES_ENABLED: '1', NEXT_DEPLOYMENT_ID: 'dpl_test' },
    options: { delivery: 'static' },
  },
];

/** Every header about caching that a rule of the app sets, but for `Cache-Control`. */
const OTHER_HEADERS = ['cdn-cache-control', 'surrogate-control', 'expires', 'x-accel-expires', 'last-modified'];
const NEVER_ISSUED = '0000000000';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each(ROWS)('$name', ({ env = {}, options = {}, routers }) => {
  const delivery = options.delivery === 'static' ? 'static' : 'rewrite';
  const storeUrl = delivery === 'static' ? IMMUTABLE_STORE : undefined;
  let app: NextApp;
  let server: BuildOutputServer;
  let get: (url: string, headers?: Record<string, string>) => Promise<Answer>;
  let urlOf: (assetPath: string) => string;

  beforeAll(async () => {
    app = createApp(routers);
    app.write('rules.mjs', fs.readFileSync(path.resolve(__dirname, '../fixtures/app-headers/rules.mjs')));
    app.write(
      'next.config.mjs',
      `import { withSmartCache } from 'next-smart-cache/config';
       import { headers } from './rules.mjs';
       export default withSmartCache({ reactStrictMode: true, headers }, ${JSON.stringify(options)});`,
    );
    const reason = delivery === 'static' ? 'set in the options' : 'Vercel';
    expect(vercelBuild(app, env)).toContain(`next-smart-cache: delivery: ${delivery} (${reason})`);
    server = await startBuildOutputServer(path.join(app.dir, '.vercel/output'), path.resolve(app.dir, '../..'), env);
    get = (url, headers = {}) => request(server.origin, url, { headers });
    urlOf = (assetPath) => expectedUrl(assetPath, { publicDir: path.join(app.dir, 'public'), delivery, storeUrl });
  });
  afterAll(async () => {
    await server.stop();
    await app.dispose();
  });

  test.each(routers.flatMap((router) => PAGE_CONTRACT.map(([name, check]) => ({ router, name, check }))))(
    '$router: $name',
    async ({ router, check }) => {
      const publicDir = path.join(app.dir, 'public');
      await check({ origin: server.origin, browser, publicDir, delivery, storeUrl, hasNoStaleFiles: true, ...ROUTERS[router] });
    },
  );

  test('functions answer with only the files that the build gives them', async () => {
    expect((await get('/api/asset')).body.toString()).toContain(urlOf('/img/photo.png'));
    expect(server.startedFunctions()).toContain('api/asset.func');
  });

  test('a hashed URL is immutable, whatever the header rules of the app say', async () => {
    for (const assetPath of ['/js/application.js', '/css/site.css', '/img/photo.png']) {
      const { status, headers } = await get(urlOf(assetPath));
      expect([assetPath, status, headers['cache-control']]).toEqual([assetPath, 200, 'public,max-age=31536000,immutable']);
      expect(OTHER_HEADERS.map((name) => headers[name] || undefined)).toEqual(OTHER_HEADERS.map(() => undefined));
    }
  });

  test('a stale hash is a 404 that no cache keeps, under every path that reaches it', async () => {
    const stale = urlOf('/js/application.js').replace(/[0-9a-f]{10}\.js$/, `${NEVER_ISSUED}.js`);
    const folders = ['/_next/static/media/smart-cache', '/_next/static/media/smart-cache-rewrite', IMMUTABLE_STORE];
    const urls = [stale, ...folders.map((folder) => `${folder}/js/application.${NEVER_ISSUED}.js`)];
    for (const url of urls) {
      for (const sent of [{}, { rsc: '1' }]) {
        const { status, headers } = await get(url, sent);
        expect([url, status, headers['cache-control']]).toEqual([url, 404, expect.stringContaining('no-store')]);
        expect(OTHER_HEADERS.map((name) => headers[name] || undefined)).toEqual(OTHER_HEADERS.map(() => undefined));
      }
    }
  });

  test('a file that the rewrites look up cannot be requested in their own folder', async () => {
    const hashed = urlOf('/js/application.js').replace(storeUrl ?? '', '');
    for (const folder of ['smart-cache-rewrite', 'smart-cache%2Drewrite', 'SMART-CACHE-REWRITE']) {
      expect([folder, (await get(`/_next/static/media/${folder}${hashed}`)).status]).toEqual([folder, 404]);
    }
  });

  test('a plain path has the headers that the app gives it', async () => {
    const { status, headers } = await get('/js/application.js');
    expect([status, headers['cache-control'], headers.etag, headers['x-kept']]).toEqual([200, 'max-age=3600', '"same"', 'yes']);
  });

  test('the optimizer is left to the host', () => {
    const sources = server.config.routes.map(({ src = '' }) => src).filter((src) => src.includes('image'));
    expect(sources.filter((src) => !src.startsWith('/_next/static/') && !src.startsWith('/_next/data'))).toEqual([
      expect.stringMatching(/^\^\\?\/_next\\?\/image\(\?:\\?\/\)\?\$$/),
    ]);
  });

  if (delivery === 'static') {
    test('the host learns which files outlive the deploy, and next/image leaves out the name of the deploy', async () => {
      const { hashes } = JSON.parse(app.read('.vercel/output/immutable.json')) as { hashes: Record<string, string> };
      const sha256 = createHash('sha256').update(app.read('public/js/application.js')).digest('hex');
      expect(hashes[urlOf('/js/application.js')]).toBe(sha256);
      const html = (await get('/image')).body.toString();
      expect(html).toMatch(/\/_next\/image\?url=%2F_next%2Fstatic%2Fimmutable%2Fmedia%2Fsmart-cache%2Fimg%2F/);
      expect(html).not.toContain('dpl=dpl_test');
    });
  }
});

/** `vercel build`, offline: the project's settings are in a file, and no login is needed to build. */
function vercelBuild({ dir }: NextApp, env: Record<string, string>): string {
  const tools = installedTools('vercel', VERCEL);
  // The folder in which Next and the package are installed is the repository, and the app a folder in it.
  const repoRoot = path.resolve(dir, '../..');
  const settings = { framework: 'nextjs', rootDirectory: path.relative(repoRoot, dir), installCommand: 'true' };
  fs.mkdirSync(path.join(repoRoot, '.vercel'), { recursive: true });
  fs.writeFileSync(path.join(repoRoot, '.vercel/project.json'), JSON.stringify({ projectId: 'none', orgId: 'none', settings }));
  const bin = path.join(tools, 'node_modules/.bin/vercel');
  const args = [
    'build',
    '--yes',
    '--token',
    'none',
    '--global-config',
    path.join(tools, 'config'),
    '--output',
    path.join(dir, '.vercel/output'),
  ];
  const buildEnv: NodeJS.ProcessEnv = { ...process.env, ...env, NEXT_TELEMETRY_DISABLED: '1', VERCEL_TELEMETRY_DISABLED: '1' };
  Reflect.deleteProperty(buildEnv, 'NODE_ENV');
  const { status, stdout, stderr } = spawnSync(bin, args, { cwd: repoRoot, env: buildEnv, encoding: 'utf8' });
  if (status !== 0) throw new Error(`vercel build failed:\n${stdout}${stderr}`);
  return stdout + stderr;
}
