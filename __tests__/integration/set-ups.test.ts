import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { startOutFolderServer } from '../support/out-folder-server';
import { PAGE_CONTRACT } from '../support/page-contract';
import { type RecordingProxy, startProxy } from '../support/proxy';
import { temporaryFolder } from '../support/temporary-folder';
import { bundlerFlags } from './bundlers';
import { ROUTERS } from './matrix';
import { SET_UPS, type SetUp } from './set-ups';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each(SET_UPS.map((setUp) => ({ ...setUp, name: nameOf(setUp) })))('$name', (setUp) => {
  const { routers, line = 'latest', bundler, basePath, delivery } = setUp;
  let app: NextApp;
  let server: NodeServer;
  let cdn: RecordingProxy;
  const toWritten = <T extends { path: string }>(page: T): T =>
    setUp.trailingSlash && !page.path.endsWith('/') && path.extname(page.path) === '' ? { ...page, path: `${page.path}/` } : page;

  beforeAll(async () => {
    cdn = await startProxy(() => server.origin, { 'access-control-allow-origin': '*' });
    app = createApp([...routers, `set-ups/${setUp.fixture}`], {
      line,
      bundler: bundler ? bundlerFlags(line, bundler) : [],
      env: { CDN_ORIGIN: cdn.origin },
    });
    app.build();
    server = await serve(app, setUp);
  });
  afterAll(async () => {
    await server?.stop();
    await cdn.close();
    await app.dispose();
  });

  describe.each(routers)('%s', (router) => {
    test.each(PAGE_CONTRACT)('%s', async (_, check) => {
      const { pages, documents, navigation } = ROUTERS[router];
      await check({
        origin: server.origin,
        browser,
        publicDir: path.join(app.dir, 'public'),
        pages: [...pages, ...(setUp.pages ?? [])].filter((page) => !setUp.without?.includes(page.path)).map(toWritten),
        documents: [...(documents ?? []), ...(setUp.documents ?? [])].map(toWritten),
        navigation: { ...navigation, from: toWritten({ path: navigation.from }).path },
        basePath,
        prefix: setUp.onCdn ? cdn.origin : basePath,
        delivery,
      });
    });
  });
});

function nameOf({ fixture, line, bundler }: SetUp): string {
  return [fixture, line, bundler].filter(Boolean).join(', ');
}

function serve(app: NextApp, { serve: how, basePath }: SetUp): Promise<NodeServer> {
  if (how === 'out-folder') return startOutFolderServer(path.join(app.dir, 'out'), basePath);
  if (how === 'custom-server') return app.run('server.js', { env: { NODE_ENV: 'production' } });
  if (how === 'standalone') return app.run(moveStandalone(app), { cwd: os.tmpdir() });
  return app.start();
}

/** Follows Next's documentation: copies `public` and `.next/static` beside `server.js`, and nothing else of the app. */
function moveStandalone({ dir }: NextApp): string {
  const target = temporaryFolder();
  fs.cpSync(path.join(dir, '.next/standalone'), target, { recursive: true });
  const moved = path.join(target, 'apps', path.basename(dir));
  for (const folder of ['public', '.next/static']) fs.cpSync(path.join(dir, folder), path.join(moved, folder), { recursive: true });
  for (const folder of ['.next', '.smart-cache']) fs.rmSync(path.join(dir, folder), { recursive: true });
  return path.join(moved, 'server.js');
}
