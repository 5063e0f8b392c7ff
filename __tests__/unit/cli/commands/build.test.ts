import fs from 'node:fs';
import path from 'node:path';
import type { SmartCacheOptions } from '../../../../src/core/options';
import { buildManifest } from '../../../../src/pipeline/build-manifest';
import { recordDeploy } from '../../../../src/pipeline/deploys';
import { resolveProject } from '../../../../src/pipeline/project';
import { writeFiles } from '../../../support/temporary-folder';
import { appWithPublic, runCommand } from '../../support/command-line';

const projectOf = (root: string, env: Record<string, string> = {}, options?: SmartCacheOptions) => resolveProject({ root, env, options });

const run = (root: string, argv: readonly string[], env: Record<string, string> = {}, options?: SmartCacheOptions) =>
  runCommand(argv, { cwd: root, loadProject: async () => projectOf(root, env, options) });

/** Edits files, and updates the record as `next build` does. */
function deploy(root: string, files: Record<string, string> = {}): void {
  writeFiles(path.join(root, 'public'), files);
  const project = projectOf(root);
  recordDeploy(project, buildManifest(project));
}

test('reports the files of older deploys only if there are some', async () => {
  const root = appWithPublic({ 'a.css': 'a{}', 'b.css': 'b{}' });
  deploy(root);
  expect((await run(root, ['build'])).stderr).toBe('next-smart-cache: 2 files, 6 B: nothing changed\n');
  deploy(root, { 'a.css': 'a{b:c}' });
  fs.rmSync(path.join(root, 'public/b.css'));
  deploy(root, { 'a.css': 'a{b:d}' });
  expect((await run(root, ['build'])).stderr).toBe(
    'next-smart-cache: next build will serve 4 files, 18 B, 3 of them (12 B) for 2 older deploys\n' +
      'next-smart-cache: 1 file, 6 B: nothing changed\n',
  );
  expect((await run(root, ['build'], {}, { keep: 0 })).stderr).not.toContain('older');
});

test('names a file that the host does not accept, on this host only', async () => {
  const root = appWithPublic({ 'a.css': 'a{}', 'robots.txt': '' });
  const video = path.join(root, 'public/video.mp4');
  fs.writeFileSync(video, '');
  fs.truncateSync(video, 25 * 1024 ** 2 + 1);
  expect((await run(root, ['build'])).stderr).not.toContain('video');
  const warning = /Cloudflare does not accept files of more than 25 MiB: public\/video\.mp4 \(25.1 MiB\)\n {2}Why: .*\n {2}Fix: .*bucket/;
  expect((await run(root, ['build'], { CF_PAGES: '1' })).stderr).toMatch(warning);
  fs.writeFileSync(path.join(root, 'wrangler.jsonc'), '{}');
  const { stdout, stderr } = await run(root, ['build', '--json']);
  expect(stderr).toMatch(warning);
  expect(JSON.parse(stdout).warnings).toHaveLength(1);
  fs.truncateSync(video, 25 * 1024 ** 2);
  expect((await run(root, ['build'])).stderr).not.toContain('video');
});

test('counts files that only an older deploy has', async () => {
  const root = appWithPublic({ 'a.css': 'a{}' });
  const video = path.join(root, 'public/video.mp4');
  fs.writeFileSync(video, '');
  fs.truncateSync(video, 25 * 1024 ** 2 + 1);
  deploy(root);
  fs.rmSync(video);
  const { stderr } = await run(root, ['build'], { CF_PAGES: '1' });
  expect(stderr).toMatch(/than 25 MiB: \/video\.[0-9a-f]{10}\.mp4 of an older deploy \(25.1 MiB\)\n.*\n {2}Fix: set "keep: 0"/);
});

test('warns about the number of files before the host refuses the deploy', async () => {
  const files = Object.fromEntries(Array.from({ length: 9_001 }, (_, index) => [`${index}.txt`, '']));
  const root = appWithPublic(files);
  // A file with a fixed name is uploaded once.
  writeFiles(path.join(root, 'public'), { 'robots.txt': '' });
  jest.spyOn(require('node:os'), 'availableParallelism').mockReturnValue(1);
  const { stderr } = await run(root, ['build'], { CF_PAGES: '1' });
  expect(stderr).toContain('Cloudflare accepts 20,000 files in a deploy');
  expect(stderr).toContain('public/ and its hashed copies have 18,003\n');
});

test('reports a manifest that was built for another delivery, in check and in the next build', async () => {
  const root = appWithPublic({ 'a.css': 'a{}' });
  await run(root, ['build']);
  const { exitCode, stderr } = await run(root, ['check'], { CF_PAGES: '1' });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('next-smart-cache: delivery: static (Cloudflare)\n');
  expect(stderr).toContain(
    '.smart-cache/manifest.json  is outdated: it is for rewrite delivery, and this build uses static; run "next-smart-cache build"\n',
  );
  await run(root, ['build'], { CF_PAGES: '1' });
  expect(await run(root, ['check'], { CF_PAGES: '1' })).toMatchObject({ exitCode: 0 });
  expect((await run(root, ['check'])).stderr).toContain('it is for static delivery, and this build uses rewrite');
});

test.each<[Record<string, string>, string[]]>([
  [{}, []],
  [{ NETLIFY: 'true', CI: 'true' }, ['delivery: static (Netlify)']],
  [{ NEXT_PRIVATE_STANDALONE: 'true' }, ['delivery: static (OpenNext)']],
  [{ VERCEL: '1' }, ['delivery: rewrite (Vercel)']],
  // Netlify's runtime sets both.
  [{ NEXT_PRIVATE_STANDALONE: 'true', NETLIFY: 'true', CI: 'true' }, ['delivery: static (Netlify)']],
  [{ VERCEL: '1', NEXT_ADAPTER_PATH: '/adapter.js' }, ['delivery: rewrite (Vercel)']],
  [
    { NETLIFY: 'true' },
    [
      'delivery: static (Netlify)',
      'NETLIFY is set, and CI is not: if this build is not for Netlify, unset NETLIFY, or set "delivery" in the options',
    ],
  ],
  [
    { VERCEL: '1', WORKERS_CI: '1', CI: 'true' },
    ['delivery: static (Cloudflare)', 'VERCEL, which marks Vercel, is set too, and ignored: static delivery works on both'],
  ],
])('prints with %j: %j', async (env, lines) => {
  const { stderr } = await run(appWithPublic({ 'a.css': 'a{}' }), ['build'], env);
  const said = stderr.split('\n').slice(0, -2);
  expect(said).toEqual(lines.map((line) => `next-smart-cache: ${line}`));
});
