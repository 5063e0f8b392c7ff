import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ROUTERS, type Router } from '../integration/matrix';
import { launchBrowser } from '../support/browser';
import { IMMUTABLE, isCacheable, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import { PAGE_CONTRACT } from '../support/page-contract';
import { type BuildOutputServer, startBuildOutputServer } from './build-output-server';
import { installedTools } from './installed-tools';

/** Today's. No release of `sandbox` satisfies the exact version that it names, and no build needs that. */
const VERCEL = { dependencies: { vercel: '64.0.2' }, overrides: { sandbox: '4.5.0' } };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const HEADERS = path.resolve(__dirname, '../fixtures/app-headers');

describe.each([
  { name: "Vercel's builder", env: {} },
  { name: "Vercel's adapter", env: { NEXT_ENABLE_ADAPTER: '1' } },
])('$name', ({ env }) => {
  describe('the page contract', () => {
    const routers: readonly Router[] = ['app-router', 'pages-router'];
    let app: NextApp;
    let server: BuildOutputServer;
    beforeAll(async () => {
      app = createApp(routers);
      server = await buildAndServe(app, env);
    });
    afterAll(() => dispose(app, server));

    test.each(routers.flatMap((router) => PAGE_CONTRACT.map(([name, check]) => ({ router, name, check }))))(
      '$router: $name',
      async ({ router, check }) => {
        await check({ origin: server.origin, browser, publicDir: path.join(app.dir, 'public'), hasNoStaleFiles: true, ...ROUTERS[router] });
      },
    );
  });
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

async function buildAndServe(app: NextApp, env: Record<string, string>): Promise<BuildOutputServer> {
  expect(vercelBuild(app, env)).toContain('next-smart-cache: delivery: rewrite (Vercel)');
  return startBuildOutputServer(path.join(app.dir, '.vercel/output'), path.resolve(app.dir, '../..'));
}

async function dispose(app: NextApp, server: BuildOutputServer): Promise<void> {
  await server.stop();
  await app.dispose();
}
