import fs from 'node:fs';
import path from 'node:path';
import { resolveProject } from '../../../../src/pipeline/project';
import { temporaryFolder, writeFiles } from '../../../support/temporary-folder';
import { runCommand } from '../../support/command-line';

const STORE = '.next/static/media/smart-cache-rewrite';
const ROUTES = {
  version: 3,
  basePath: '',
  redirects: [],
  headers: [],
  rewrites: {
    beforeFiles: [{ source: 's', regex: '^/(?:css|members)/.*$', destination: '/_next/static/media/smart-cache-rewrite/:path' }],
  },
};
const MATCHERS = [{ regexp: '^/members/.*$', originalSource: '/members/:path*' }];

/** A folder with the output of `next build`. */
function builtApp(files: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  writeFiles(root, {
    '.next/BUILD_ID': 'the-build',
    '.next/routes-manifest.json': JSON.stringify(ROUTES),
    '.next/server/middleware-manifest.json': JSON.stringify({ version: 3, middleware: { '/': { matchers: MATCHERS } } }),
    '.next/server/functions-config-manifest.json': JSON.stringify({ version: 1, functions: {} }),
    [`${STORE}/css/site.0123456789.css`]: '',
    [`${STORE}/members/handbook.0123456789.pdf`]: '',
    ...files,
  });
  return root;
}

const docs = fs.readFileSync(path.resolve(__dirname, '../../../../docs/FROM-NGINX-AND-DJANGO.md'), 'utf8');
const [, documented] = /^```nginx\n(# Printed by .*?)^```$/ms.exec(docs) ?? [];

test('prints the configuration of the docs on stdout, and the folders left to Next on stderr', async () => {
  const root = builtApp();
  const { exitCode, stdout, stderr } = await runCommand(['nginx'], { cwd: root });
  expect(exitCode).toBe(0);
  expect(stderr).toBe(
    'next-smart-cache: left to Next: /members/, because the proxy sees its requests (matcher /members/:path*)\n' +
      'next-smart-cache: nginx serves 1 folder; include the configuration in the server block\n',
  );
  expect(
    stdout
      .replaceAll(root, '/srv/app')
      .replace(/(types \{ text\/html html; ).+(?= \})/, '$1…')
      .replace(/(\(\?:apng\|).+(?=\|zip\))/, '$1…'),
  ).toBe(documented);
});

test('uses the folder of --app-dir in the configuration', async () => {
  const { stdout } = await runCommand(['nginx', '--app-dir', '/srv/my app/'], { cwd: builtApp() });
  expect(stdout).toContain('if (-f "/srv/my app/.next/static/the-build/../$smart_cache_1")');
  expect(stdout).toContain('alias "/srv/my app/.next/static/";');
  expect(await runCommand(['nginx', '--app-dir', 'app'], { cwd: builtApp() })).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('It must be an absolute path, such as /srv/app.'),
  });
});

test('prints the same as data with --json', async () => {
  const root = builtApp();
  const text = (await runCommand(['nginx'], { cwd: root })).stdout;
  const { exitCode, stdout } = await runCommand(['nginx', '--json'], { cwd: root });
  expect([exitCode, JSON.parse(stdout)]).toEqual([
    0,
    {
      config: text,
      groups: [{ headers: [], areas: [{ kind: 'rewrite', folder: 'css' }] }],
      leftToNext: [{ path: '/members/', reason: 'the proxy sees its requests (matcher /members/:path*)' }],
    },
  ]);
});

test("prints only comments if the app's proxy sees every request", async () => {
  const everything = [{ regexp: '^/.*$', originalSource: '/:path*' }];
  const manifest = JSON.stringify({ version: 3, middleware: { '/': { matchers: everything } } });
  const { exitCode, stdout, stderr } = await runCommand(['nginx'], {
    cwd: builtApp({ '.next/server/middleware-manifest.json': manifest }),
  });
  expect([exitCode, stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'))]).toEqual([0, []]);
  expect(stderr).toContain('nginx serves no folder; all are left to Next');
});

test.each<[what: string, edit: (root: string) => void, why: string]>([
  ['there is no build', (root) => fs.rmSync(path.join(root, '.next'), { recursive: true }), 'BUILD_ID'],
  ['the build was refused', (root) => fs.rmSync(path.join(root, '.next/BUILD_ID')), 'BUILD_ID'],
  [
    'the routes have another form',
    (root) => writeFiles(root, { '.next/routes-manifest.json': JSON.stringify({ ...ROUTES, redirects: {} }) }),
    'routes-manifest.json has redirects in a form that this package does not know',
  ],
  [
    'the matchers have another form',
    (root) => writeFiles(root, { '.next/server/middleware-manifest.json': '{"version":9}' }),
    'middleware-manifest.json has version 9',
  ],
])('prints nothing when %s', async (_, edit, why) => {
  const root = builtApp();
  edit(root);
  const { exitCode, stdout, stderr } = await runCommand(['nginx'], { cwd: root });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain(`There is no finished build to read: ${path.join(root, '.next')}\n  Why: `);
  expect(stderr).toContain(why);
  expect(stderr).toContain('Code: ERR_SMART_CACHE_BUILD_UNUSABLE');
});

test("serves the export folder with output: 'export'", async () => {
  const root = temporaryFolder();
  const run = (distDir?: string) =>
    runCommand(['nginx'], { cwd: root, loadProject: async () => resolveProject({ root, output: 'export', distDir, basePath: '/docs' }) });
  expect(await run()).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringContaining(`There is no export to serve: ${root}/out`),
  });
  writeFiles(root, { 'out/index.html': '', 'site/index.html': '' });
  expect((await run()).stdout).toContain(`root "${root}/out/";`);
  expect((await run('site')).stdout).toContain(`root "${root}/site/";`);
  expect((await run()).stderr).toBe(
    'next-smart-cache: nginx serves the export without Next; include the configuration in a server block\n',
  );
});
