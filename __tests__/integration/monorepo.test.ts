import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expectedUrl } from '../support/expected-urls';
import { IMMUTABLE, request } from '../support/http';
import { NEXT_VERSIONS, packOnce } from '../support/installed-next';
import { type NodeServer, startNodeServer } from '../support/node-server';
import { temporaryFolder } from '../support/temporary-folder';

const PNPM = ['npx', '--yes', 'pnpm@10.34.9'];

/** The app is two folders down, the lockfile at the top, and a component of a workspace package names an asset path. */
describe.each([
  {
    name: 'npm',
    workspaceVersion: '*',
    install: ['npm', 'install', '--no-audit', '--no-fund'],
    build: ['npm', 'run', 'build', '-w', 'web'],
  },
  { name: 'pnpm', workspaceVersion: 'workspace:*', install: [...PNPM, 'install'], build: [...PNPM, '--filter', 'web', 'run', 'build'] },
])('a monorepo with $name', ({ workspaceVersion, install, build }) => {
  let root: string;
  let web: string;
  let server: NodeServer;

  beforeAll(async () => {
    root = temporaryFolder();
    web = path.join(root, 'apps/web');
    fs.cpSync(path.resolve(__dirname, '../fixtures/monorepo'), root, { recursive: true });
    const { next: version, react } = NEXT_VERSIONS.latest;
    const smartCache = `file:${packOnce()}`;
    addTo(path.join(root, 'packages/ui/package.json'), { devDependencies: { react, 'next-smart-cache': smartCache } });
    addTo(path.join(web, 'package.json'), {
      dependencies: { '@repo/ui': workspaceVersion, next: version, react, 'react-dom': react, 'next-smart-cache': smartCache },
    });
    runIn(root, install);
    runIn(root, build);
    // npm puts Next at the top, pnpm beside the app.
    const next = [web, root].map((folder) => path.join(folder, 'node_modules/next/dist/bin/next')).find((file) => fs.existsSync(file));
    server = await startNodeServer([next ?? 'no next', 'start'], { cwd: web, env: environment() });
  });
  afterAll(() => server?.stop());

  test('server and client code link hashed URLs, also those that a workspace package names', async () => {
    const settings = { publicDir: path.join(web, 'public') };
    const script = expectedUrl('/js/application.js', settings);
    expect((await request(server.origin, '/')).body.toString()).toContain(script);
    const flag = expectedUrl('/img/flag.svg', settings);
    expect((await request(server.origin, '/client')).body.toString()).toContain(`src="${flag}"`);
    for (const url of [script, flag]) expect((await request(server.origin, url)).cacheControl).toBe(IMMUTABLE);
  });

  test('the build writes into the folder of the app', () => {
    expect(fs.existsSync(path.join(web, '.smart-cache/manifest.json'))).toBe(true);
    expect(fs.existsSync(path.join(root, '.smart-cache'))).toBe(false);
  });
});

function addTo(file: string, more: object): void {
  const own = JSON.parse(fs.readFileSync(file, 'utf8')) as object;
  fs.writeFileSync(file, JSON.stringify({ ...own, ...more }, null, 2));
}

function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  // Jest sets NODE_ENV to a value that Next warns about.
  Reflect.deleteProperty(env, 'NODE_ENV');
  return env;
}

function runIn(cwd: string, [program = '', ...args]: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env: environment() });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
}
