import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { checkHydrationOf, checkNavigation, inNewContext } from '../support/page-contract';
import { bundlerFlags } from './bundlers';
import { ROUTERS, type Router } from './matrix';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const BOTH: readonly Router[] = ['app-router', 'pages-router'];

/** React says far more in development: of every attribute that differs between server and browser. */
describe.each([
  { name: 'Turbopack', bundler: 'turbopack', line: 'latest', layers: [] },
  { name: 'webpack', bundler: 'webpack', line: 'latest', layers: [] },
  { name: 'Next 15 and React 18', bundler: 'webpack', line: 'previousReact18', routers: ['pages-router'], layers: [] },
  { name: 'static delivery', bundler: 'turbopack', line: 'latest', layers: ['set-ups/static-delivery'] },
  { name: 'cacheComponents', bundler: 'turbopack', line: 'latest', routers: ['app-router'], layers: ['set-ups/cache-components'] },
  { name: 'a basePath', bundler: 'turbopack', line: 'latest', layers: ['set-ups/base-path'], basePath: '/docs' },
] as const)('next dev with $name', ({ line, bundler, layers, ...rest }) => {
  const routers: readonly Router[] = 'routers' in rest ? rest.routers : BOTH;
  let app: NextApp;
  let server: NodeServer;

  beforeAll(async () => {
    app = createApp([...routers, ...layers], { line, bundler: bundlerFlags(line, bundler) });
    server = await app.dev();
  });
  afterAll(() => app.dispose());

  test.each(routers)('%s: pages hydrate without a word on the console, and navigation works', async (router) => {
    const underTest = {
      origin: server.origin,
      browser,
      publicDir: path.join(app.dir, 'public'),
      basePath: 'basePath' in rest ? rest.basePath : '',
      ...ROUTERS[router],
    };
    // Open the pages one by one: Next compiles each at its request, and notifies the open ones.
    await inNewContext(browser, async (context) => {
      for (const page of underTest.pages) await checkHydrationOf(underTest, page, context);
    });
    await checkNavigation(underTest);
    // Next prints this about code that it cannot prerender, such as a read of the clock.
    expect(server.output()).not.toContain('while prerendering');
  });
});
