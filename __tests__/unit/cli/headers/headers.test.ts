import fs from 'node:fs';
import path from 'node:path';
import type { SmartCacheOptions } from '../../../../src/core/options';
import { resolveProject } from '../../../../src/pipeline/project';
import { temporaryFolder, writeFiles } from '../../../support/temporary-folder';
import { runCommand } from '../../support/command-line';

const RULE = '/_next/static/*\n  Cache-Control: public, max-age=31536000, immutable\n';

interface NextSettings {
  basePath?: string;
  output?: string;
  options?: SmartCacheOptions;
}

function app(files: Record<string, string>): string {
  const root = temporaryFolder();
  const own = {
    'package.json': '{"dependencies":{"next-smart-cache":"1"},"scripts":{"prebuild":"next-smart-cache build"}}',
    'jsconfig.json': '{"compilerOptions":{"jsxImportSource":"next-smart-cache"}}',
  };
  writeFiles(root, { ...own, 'next.config.mjs': CONFIG, ...files });
  return root;
}

const CONFIG = "import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache();\n";

function run(root: string, argv: readonly string[], { basePath, output, options }: NextSettings = {}) {
  // init loads the config if the package is installed.
  fs.mkdirSync(path.join(root, 'node_modules/next-smart-cache'), { recursive: true });
  return runCommand(argv, { cwd: root, loadProject: async () => resolveProject({ root, env: {}, basePath, output, options }) });
}

const readHeaders = (root: string) => {
  const file = path.join(root, 'public/_headers');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
};

test('headers prints only the rule on stdout, with the basePath', async () => {
  expect((await run(app({}), ['headers'])).stdout).toBe(RULE);
  const { exitCode, stdout, stderr } = await run(app({}), ['headers'], { basePath: '/docs', options: { delivery: 'static' } });
  expect([exitCode, stdout, stderr]).toEqual([0, `/docs${RULE}`, '']);
  const { stdout: json } = await run(app({}), ['headers', '--json']);
  expect(JSON.parse(json)).toEqual({
    rules: [{ path: '/_next/static/*', headers: { 'Cache-Control': 'public, max-age=31536000, immutable' } }],
  });
});

test('headers explains the rule under rewrite delivery, by the host or by the option', async () => {
  expect((await run(app({}), ['headers'])).stderr).toMatch(/on this machine, delivery is "rewrite".* static delivery, which needs it\n$/);
  const { stderr } = await run(app({}), ['headers'], { options: { delivery: 'rewrite' } });
  expect(stderr).toMatch(/the rule is for Next's own files only.*remove "delivery"/);
});

const OPEN_NEXT = '{ "main": ".open-next/worker.js", "assets": { "directory": ".open-next/assets" } }';

test.each<[string, Record<string, string>]>([
  ['wrangler.json', { 'wrangler.json': OPEN_NEXT }],
  ['wrangler.jsonc', { 'wrangler.jsonc': `// Cloudflare\n${OPEN_NEXT.replace(' } }', ', }, }')}` }],
  ['wrangler.toml', { 'wrangler.toml': 'main = ".open-next/worker.js"\n[assets]\ndirectory = ".open-next/assets"\n' }],
  ['wrangler.toml of Pages', { 'wrangler.toml': 'pages_build_output_dir = "out"\n' }],
  ['open-next.config.ts', { 'open-next.config.ts': "import { defineCloudflareConfig } from '@opennextjs/cloudflare';\n" }],
  ['netlify.toml', { 'netlify.toml': '[build]\ncommand = "npm run build"\n' }],
  ['.netlify', { '.netlify/state.json': '{}' }],
])('init adds the rule for an app with %s, once', async (_, files) => {
  const root = app({ ...files, 'public/_headers': '/\n  X-Own: 1\n' });
  const dry = await run(root, ['init', '--dry-run']);
  expect(dry.stderr).toContain('would write public/_headers (rule for /_next/static)\n');
  expect(readHeaders(root)).toBe('/\n  X-Own: 1\n');
  const { exitCode, stderr } = await run(root, ['init']);
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('wrote public/_headers (rule for /_next/static)\n')]);
  expect(readHeaders(root)).toBe(`/\n  X-Own: 1\n\n${RULE}`);
  const again = await run(root, ['init', '--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ written: [], headers: { outcome: 'present', messages: [] } });
  expect(again.stderr).toContain('everything is set up already; nothing was written\n');
});

test.each<[string, Record<string, string>]>([
  ['a server of its own', {}],
  ['OpenNext for AWS', { 'open-next.config.ts': "import type { OpenNextConfig } from '@opennextjs/aws/types/open-next.js';\n" }],
])('init does not mention _headers in an app for %s', async (_, files) => {
  const root = app(files);
  const { stdout, stderr } = await run(root, ['init', '--json']);
  expect([JSON.parse(stdout).headers, stderr.includes('_headers'), readHeaders(root)]).toEqual([undefined, false, undefined]);
});

test('init keeps a conflicting rule, and prints what to add', async () => {
  const own = '/*\n  X-Own: 1\n  Cache-Control: no-cache\n';
  const root = app({ 'wrangler.jsonc': OPEN_NEXT, 'public/_headers': own });
  const { exitCode, stdout, stderr } = await run(root, ['init', '--json']);
  expect(readHeaders(root)).toBe(own);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('public/_headers:3 sets "Cache-Control: no-cache" for /*');
  const overruling = /(\/_next\/static\/\*\n {2}! Cache-Control\n {2}Cache-Control: .*\n)/.exec(stderr)?.[1] ?? '';
  expect(JSON.parse(stdout)).toMatchObject({ written: [], headers: { hosts: ['Cloudflare (wrangler.jsonc)'], outcome: 'by-hand' } });
  // Following the advice makes init accept the file.
  fs.appendFileSync(path.join(root, 'public/_headers'), overruling);
  expect((await run(root, ['init'])).stderr).toContain('everything is set up already; nothing was written\n');
});

test.each<[string, string, string]>([
  ['wrangler.jsonc', '{ "main": "w.js", "assets": { "run_worker_first": true } }', 'added'],
  ['wrangler.json', '{ "main": "w.js", "env": { "production": { "assets": { "run_worker_first": ["/*"] } } } }', 'added'],
  ['wrangler.toml', 'main = "w.js"\n[assets]\nrun_worker_first = true # all\n', 'added'],
  ['wrangler.toml', "main = 'w.js'\nassets = { run_worker_first = [\n  '/*',\n] }\n", 'added'],
  ['wrangler.jsonc', '{ "main": "w.js", "assets": { "run_worker_first": ["/api/*", "!/api/docs"] } }', 'plain'],
  ['wrangler.toml', 'main = "w.js"\n[assets]\nrun_worker_first = false\n', 'plain'],
  ['wrangler.toml', 'main = "w.js"\n# run_worker_first = true\n', 'plain'],
  ['wrangler.toml', '\ufeffmain = "w.js"\n', 'plain'],
  // Seen in workerd: without a Worker, 404s get the header too.
  ['wrangler.jsonc', '{ "assets": { "directory": "out", "not_found_handling": "404-page" } }', 'add "main"'],
  ['wrangler.toml', '# main = "w.js"\n[assets]\ndirectory = "out"\n', 'add "main"'],
  ['wrangler.jsonc', '{ "main": "w.js", "assets": { "run_worker_first": ["/*", "!/_next/static/*"] } }', 'remove "!/_next/static/*"'],
  ['wrangler.toml', 'main = "w.js"\n[assets]\nrun_worker_first = ["/*", "!/_next/*"]\n', 'remove "!/_next/*"'],
])('init decides about the rule by %s with %j', async (file, text, outcome) => {
  const root = app({ [file]: text });
  const { stderr } = await run(root, ['init']);
  const isAdded = outcome === 'added' || outcome === 'plain';
  expect([readHeaders(root), stderr.includes('run_worker_first: Cloudflare ignores _headers')]).toEqual([
    isAdded ? RULE : undefined,
    outcome === 'added',
  ]);
  if (!isAdded) expect(stderr).toMatch(/with 404s, which browsers then keep for a year/);
  if (!isAdded) expect(stderr).toContain(outcome);
});

test('with basePath, init prints where the host finds the rule, and writes none elsewhere', async () => {
  const onCloudflare = app({ 'wrangler.jsonc': OPEN_NEXT });
  const { stderr } = await run(onCloudflare, ['init'], { basePath: '/docs' });
  expect(stderr).toContain('"next-smart-cache headers > .open-next/assets/_headers"');
  const onNetlify = app({ 'netlify.toml': '' });
  expect((await run(onNetlify, ['init'], { basePath: '/docs' })).stderr).toContain('sets the header without a rule');
  expect([readHeaders(onCloudflare), readHeaders(onNetlify)]).toEqual([undefined, undefined]);
});

test('an export gets the rule at the top, even with basePath', async () => {
  const root = app({ 'netlify.toml': '' });
  await run(root, ['init'], { basePath: '/docs', output: 'export' });
  expect(readHeaders(root)).toBe(`/docs${RULE}`);
});

test('an unreadable wrangler configuration is an error that names it, and init writes nothing', async () => {
  const root = app({ 'wrangler.jsonc': '{ "assets": { "directory": }', 'app/page.jsx': '' });
  fs.rmSync(path.join(root, 'next.config.mjs'));
  for (const command of ['init', 'headers']) {
    const { exitCode, stdout, stderr } = await run(root, [command]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/cannot be read as JSON with comments; nothing was written: .*wrangler\.jsonc\n {2}Why: .*\(1:\d+\)\n {2}Fix: /);
  }
  expect(fs.existsSync(path.join(root, 'next.config.mjs'))).toBe(false);
});
