import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ROUTERS, type Router } from '../integration/matrix';
import { launchBrowser } from '../support/browser';
import { expectedUrl } from '../support/expected-urls';
import { readFiles } from '../support/folders';
import { request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import { type NodeServer, startNodeServer } from '../support/node-server';
import { PAGE_CONTRACT } from '../support/page-contract';
import { installedTools } from './installed-tools';

/** The router that Next publishes for adapters, in its newest release. */
const ROUTING = { dependencies: { '@next/routing': '16.4.3' } };

const IMMUTABLE_STORE = '/_next/static/immutable/media/smart-cache';
const DEPLOYMENT_ID = 'dpl-test';

interface Row {
  name: string;
  env?: Record<string, string>;
  routers: readonly Router[];
  supportsImmutableAssets: boolean;
}

const ROWS: readonly Row[] = [
  {
    name: 'that supports immutable assets',
    env: { ADAPTER_SUPPORTS_IMMUTABLE: '1' },
    routers: ['app-router', 'pages-router'],
    supportsImmutableAssets: true,
  },
  { name: 'that does not', routers: ['app-router'], supportsImmutableAssets: false },
];

let browser: Browser;
let routing: string;
beforeAll(async () => {
  browser = await launchBrowser();
  routing = path.join(installedTools('next-routing', ROUTING), 'node_modules/@next/routing');
});
afterAll(() => browser.close());

describe.each(ROWS)('an adapter $name', ({ env = {}, routers, supportsImmutableAssets }) => {
  let app: NextApp;
  let server: NodeServer;
  let urlOf: (assetPath: string) => string;
  let deployment: { staticFiles: { pathname: string; immutableHash?: string }[] };

  beforeAll(async () => {
    app = createApp([...routers, 'adapter'], {
      env: { ...env, NEXT_OPTIONS: JSON.stringify({ reactStrictMode: true, deploymentId: DEPLOYMENT_ID }) },
    });
    expect(app.build()).toContain('next-smart-cache: delivery: static (a Next adapter)');
    const deployed = path.join(app.dir, 'deployed');
    deployment = JSON.parse(app.read('deployed/deployment.json')) as typeof deployment;
    const serverEnv = { ...process.env, NODE_ENV: 'production' as const, NEXT_DEPLOYMENT_ID: DEPLOYMENT_ID };
    server = await startNodeServer([path.join(__dirname, 'adapter-server.mjs'), deployed, routing], { cwd: deployed, env: serverEnv });
    urlOf = (assetPath) =>
      expectedUrl(assetPath, { publicDir: path.join(app.dir, 'public'), delivery: 'static', storeUrl: IMMUTABLE_STORE });
  });
  afterAll(async () => {
    await server.stop();
    await app.dispose();
  });

  test.each(routers.flatMap((router) => PAGE_CONTRACT.map(([name, check]) => ({ router, name, check }))))(
    '$router: $name',
    async ({ router, check }) => {
      const publicDir = path.join(app.dir, 'public');
      await check({ origin: server.origin, browser, publicDir, delivery: 'static', storeUrl: IMMUTABLE_STORE, ...ROUTERS[router] });
    },
  );

  test('next-smart-cache build and next build agree on the folder', () => {
    const { status, stderr } = app.cli('build');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('nothing changed') });
    expect(app.cli('check').status).toBe(0);
  });

  test('the adapter learns which files outlive the deploy', () => {
    const found = deployment.staticFiles.find(({ pathname }) => pathname === urlOf('/js/application.js'));
    const sha256 = createHash('sha256').update(app.read('public/js/application.js')).digest('hex');
    expect(found).toMatchObject({ pathname: urlOf('/js/application.js') });
    expect(found?.immutableHash).toBe(supportsImmutableAssets ? sha256 : undefined);
  });

  test(`next/image ${supportsImmutableAssets ? 'has the same URL in each deploy' : 'names the deploy in each URL'}`, async () => {
    const html = (await request(server.origin, '/image')).body.toString();
    const images = [...html.matchAll(/\/_next\/image\?url=([^&]+)[^" ]*/g)];
    expect(images.map(([, url]) => decodeURIComponent(url ?? ''))).toContain(urlOf('/img/photo.png'));
    expect(images.map(([url]) => url.includes(DEPLOYMENT_ID))).toEqual(images.map(() => !supportsImmutableAssets));
  });
});

describe('an adapter that fails', () => {
  let app: NextApp;
  beforeAll(() => {
    app = createApp(['tiny', 'adapter']);
    app.build();
  });
  afterAll(() => app.dispose());

  test.each(['modifyConfig', 'onBuildComplete'])('in %s stops the build with its own message, and loses nothing', (hook) => {
    const store = () => readFiles(path.join(app.dir, '.next/cache/next-smart-cache'));
    const before = store();
    app.write('public/js/added.js', `export const hook = '${hook}';`);
    app.write('adapter-fails-in.txt', hook);
    const { status, output } = app.tryBuild();
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining(`${hook} of the adapter fails`) });
    const after = store();
    // A failed build is not a deploy.
    expect(after['deploys.json']).toBe(before['deploys.json']);
    expect(Object.keys(after)).toEqual(expect.arrayContaining(Object.keys(before)));
    expect(Object.keys(JSON.parse(app.read('.smart-cache/manifest.json')).assets)).toContain('/js/added.js');

    app.write('adapter-fails-in.txt', 'none');
    app.build();
    expect(store()['deploys.json']).not.toBe(before['deploys.json']);
    expect(app.cli('check').status).toBe(0);
  });
});
