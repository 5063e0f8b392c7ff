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

/** A folder with what `next build` leaves. */
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

test('prints the configuration on stdout, and what is left to Next on stderr', async () => {
  const root = builtApp();
  const { exitCode, stdout, stderr } = await runCommand(['nginx'], { cwd: root });
  expect(exitCode).toBe(0);
  expect(stderr).toBe(
    'next-smart-cache: left to Next: /members/, since the proxy sees its requests (matcher /members/:path*)\n' +
      'next-smart-cache: nginx serves 1 folder; include the configuration in the server block\n',
  );
  expect(stdout.replaceAll(root, '/srv/app').replace(/(types \{ text\/html html; ).+(?= \})/, '$1…')).toMatchInlineSnapshot(`
"# Printed by "next-smart-cache nginx". Include it in the server block of the app.
# Print it again after each "next build": it serves the files of one build, and of another build nothing.
# All other requests go on to the locations of the server block: pages, stale hashes, the files named here.
# Left to Next: /members/, since the proxy sees its requests (matcher /members/:path*).

set $smart_cache_1 "";
if ($uri ~ "^/(?<smart_cache>css/.+\\.[0-9a-f]{10}\\.[^./]+)$") { set $smart_cache_1 "media/smart-cache-rewrite/$smart_cache"; }
if ($uri !~* "\\.(?:apng|avif|bmp|css|csv|eot|gif|glb|gltf|ico|jpeg|jpg|js|json|m4a|map|md|mjs|mov|mp3|mp4|oga|ogg|ogv|otf|pdf|png|rss|svg|ttf|txt|vtt|wasm|wav|webm|webmanifest|webp|woff|woff2|xml|zip)$") { set $smart_cache_1 ""; }
# The folder of the build ID is in the path so that nothing is found in another build, whose proxy may guard other files.
if (-f "/srv/app/.next/static/the-build/../$smart_cache_1") { rewrite ^ "/_next/smart-cache-1/$smart_cache_1" last; }
location ^~ "/_next/smart-cache-1/" {
  internal;
  alias "/srv/app/.next/static/";
  disable_symlinks on "from=/srv/app/.next/static/";
  types { text/html html; … }
  default_type application/octet-stream;
  charset UTF-8;
  charset_types application/javascript application/json text/css text/csv text/markdown text/plain text/vtt;
  add_header Cache-Control "public, max-age=31536000, immutable";
}
"
`);
});

test('--app-dir names the folder as nginx finds it', async () => {
  const { stdout } = await runCommand(['nginx', '--app-dir', '/srv/my app/'], { cwd: builtApp() });
  expect(stdout).toContain('if (-f "/srv/my app/.next/static/the-build/../$smart_cache_1")');
  expect(stdout).toContain('alias "/srv/my app/.next/static/";');
  expect(await runCommand(['nginx', '--app-dir', 'app'], { cwd: builtApp() })).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('It must be an absolute path, such as /srv/app.'),
  });
});

test('--json prints the same as data', async () => {
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

test('with a proxy that sees every request, the configuration is comments alone', async () => {
  const everything = [{ regexp: '^/.*$', originalSource: '/:path*' }];
  const manifest = JSON.stringify({ version: 3, middleware: { '/': { matchers: everything } } });
  const { exitCode, stdout, stderr } = await runCommand(['nginx'], {
    cwd: builtApp({ '.next/server/middleware-manifest.json': manifest }),
  });
  expect([exitCode, stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'))]).toEqual([0, []]);
  expect(stderr).toContain('nginx serves nothing; all is left to Next');
});

test.each<[what: string, edit: (root: string) => void, why: string]>([
  ['there is no build', (root) => fs.rmSync(path.join(root, '.next'), { recursive: true }), 'BUILD_ID'],
  ['the build was refused', (root) => fs.rmSync(path.join(root, '.next/BUILD_ID')), 'BUILD_ID'],
  [
    'the routes have another form',
    (root) => writeFiles(root, { '.next/routes-manifest.json': JSON.stringify({ ...ROUTES, redirects: {} }) }),
    'routes-manifest.json has redirects of another form',
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

test("with output: 'export', serves the folder that Next exported to", async () => {
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
  expect((await run()).stderr).toBe('next-smart-cache: nginx serves the export alone; include the configuration in a server block\n');
});
