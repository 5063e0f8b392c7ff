import fs from 'node:fs';
import path from 'node:path';
import { expectedUrl } from '../support/expected-urls';
import { request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';

let app: NextApp;
let servers: NodeServer[];

beforeAll(async () => {
  app = createApp('hot');
  // The system notifies one server of changes; the other polls.
  servers = await Promise.all([app.dev(), app.dev({ DIST_DIR: '.next-other', CHOKIDAR_USEPOLLING: '1', CHOKIDAR_INTERVAL: '100' })]);
});
afterAll(() => app.dispose());

const pagesOf = () => Promise.all(servers.map(async ({ origin }) => (await request(origin, '/server')).body.toString()));

/** Repeats a request, as a person would reload. The timeout of the test is the limit. */
async function untilAllLink(assetPath: string): Promise<void> {
  const url = expectedUrl(assetPath, { publicDir: path.join(app.dir, 'public') });
  while (!(await pagesOf()).every((page) => page.includes(url))) await new Promise((resolve) => setTimeout(resolve, 100));
}

const manyInManifest = () => (app.read('.smart-cache/manifest.json').match(/"\/many\/\d+\.js"/g) ?? []).length;

test('two dev servers on one checkout both follow edits', async () => {
  await untilAllLink('/css/first.css');
  for (const color of ['red', 'green']) {
    app.write('public/css/first.css', `h1 { color: ${color} }`);
    await untilAllLink('/css/first.css');
  }
});

test('a checkout that changes 500 files at once ends in one consistent state', async () => {
  for (let count = 0; count < 500; count++) app.write(`public/many/${count}.js`, `export default ${count};`);
  app.write('public/css/first.css', 'h1 { color: blue }');
  while (manyInManifest() < 500) await new Promise((resolve) => setTimeout(resolve, 50));
  await untilAllLink('/css/first.css');
  fs.rmSync(path.join(app.dir, 'public/many'), { recursive: true });
  while (manyInManifest() > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const { origin } of servers) expect((await request(origin, '/css/first.css')).body.toString()).toBe('h1 { color: blue }');
  expect(servers.map((server) => /next-smart-cache: .*(?:cannot|Error)/.exec(server.output())?.[0])).toEqual([undefined, undefined]);
});

test('a server that polls follows edits by itself', async () => {
  await servers.shift()?.stop();
  app.write('public/css/first.css', 'h1 { color: white }');
  await untilAllLink('/css/first.css');
});
