import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ROUTERS, type Router } from '../integration/matrix';
import { launchBrowser } from '../support/browser';
import { type BuiltImage, buildImage } from '../support/dockerfile';
import { expectedUrl } from '../support/expected-urls';
import { IMMUTABLE, request } from '../support/http';
import { NEXT_VERSIONS, packOnce } from '../support/installed-next';
import { type NodeServer, startNodeServer } from '../support/node-server';
import { PAGE_CONTRACT } from '../support/page-contract';
import { temporaryFolder } from '../support/temporary-folder';

const ROUTER_FIXTURES: readonly Router[] = ['app-router', 'pages-router'];

const docs = fs.readFileSync(path.resolve(__dirname, '../../docs/DEPLOYING.md'), 'utf8');
const [, dockerfile = ''] = /^```dockerfile\n(.*?)^```$/ms.exec(docs) ?? [];
const [, dockerignore = ''] = /^```\n# \.dockerignore\n(.*?)^```$/ms.exec(docs) ?? [];

let browser: Browser;
let context: string;
let mounts: string;
const servers: NodeServer[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  context = temporaryFolder();
  mounts = temporaryFolder();
  for (const router of ROUTER_FIXTURES) fs.cpSync(path.resolve(__dirname, '../fixtures', router), context, { recursive: true });
  const { next, react } = NEXT_VERSIONS.latest;
  const scripts = { prebuild: 'next-smart-cache build', build: 'next build' };
  const dependencies = { next, react, 'react-dom': react, 'next-smart-cache': `file:${packOnce()}` };
  write('package.json', JSON.stringify({ private: true, scripts, dependencies }));
  write(
    'next.config.mjs',
    `import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache({ output: 'standalone' });\n`,
  );
  execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--prefer-offline'], { cwd: context, stdio: 'pipe' });
  // A file that work on a laptop has left. It must not get into the image.
  for (const folder of ['node_modules/next', '.next', '.smart-cache']) write(`${folder}/package.json`, '{');
});
afterAll(async () => {
  await browser.close();
  await Promise.all(servers.map((server) => server.stop()));
});

function write(name: string, content: string): void {
  fs.mkdirSync(path.dirname(path.join(context, name)), { recursive: true });
  fs.writeFileSync(path.join(context, name), content);
}

function build(): BuiltImage {
  return buildImage({ dockerfile, dockerignore, context, target: temporaryFolder(), mounts });
}

async function start({ workdir, command: [program, ...args], env }: BuiltImage): Promise<NodeServer> {
  expect(program).toBe('node');
  const server = await startNodeServer(args, { cwd: workdir, env: { PATH: process.env.PATH, ...env } as unknown as NodeJS.ProcessEnv });
  servers.push(server);
  return server;
}

const publicDir = () => path.join(context, 'public');

describe('the image of the docs', () => {
  let first: NodeServer;
  beforeAll(async () => {
    first = await start(build());
  });

  describe.each(ROUTER_FIXTURES)('%s', (router) => {
    test.each(PAGE_CONTRACT)('%s', (_, check) => check({ origin: first.origin, browser, publicDir: publicDir(), ...ROUTERS[router] }));
  });

  test('the image of the next build, with the cache mount, still serves the hashed URLs of this one', async () => {
    const name = 'css/site.css';
    const before = { url: expectedUrl(`/${name}`, { publicDir: publicDir() }), bytes: fs.readFileSync(path.join(publicDir(), name)) };
    write(`public/${name}`, `${before.bytes}\n/* edited */\n`);
    const after = { url: expectedUrl(`/${name}`, { publicDir: publicDir() }), bytes: fs.readFileSync(path.join(publicDir(), name)) };
    const second = await start(build());
    for (const { url, bytes } of [before, after]) {
      const answer = await request(second.origin, url);
      expect([url, answer.status, answer.cacheControl, answer.body.equals(bytes)]).toEqual([url, 200, IMMUTABLE, true]);
    }
    // For the old image, the new URL has a stale hash.
    const answer = await request(first.origin, after.url);
    expect([answer.status, answer.cacheControl, answer.body.equals(before.bytes)]).toEqual([200, 'public, max-age=0', true]);
  });
});

test.each(['ADD . .', 'RUN --mount=type=secret,id=x npm ci', 'COPY --link . .', 'ARG X=1', 'USER root'])(
  'the interpreter refuses "%s"',
  (line) => {
    const input = { dockerignore, context: temporaryFolder(), target: temporaryFolder(), mounts };
    expect(() => buildImage({ ...input, dockerfile: `FROM node:22-slim\nWORKDIR /app\n${line}\n` })).toThrow(line);
  },
);
