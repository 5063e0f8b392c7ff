import path from 'node:path';
import { type ProjectInput, resolveProject } from '../../../src/pipeline/project';
import { smartCacheError } from '../support/smart-cache-error';

const ROOT = path.resolve('/app');

test('the folders of an app', () => {
  expect(resolveProject({ root: ROOT })).toMatchObject({
    root: ROOT,
    publicDir: path.join(ROOT, 'public'),
    outputDir: path.join(ROOT, '.smart-cache'),
    manifestPath: path.join(ROOT, '.smart-cache/manifest.json'),
    cacheDir: path.join(ROOT, '.next/cache/next-smart-cache'),
    delivery: 'rewrite',
  });
});

test('the store follows distDir', () => {
  expect(resolveProject({ root: ROOT, distDir: 'build/out' }).cacheDir).toBe(path.join(ROOT, 'build/out/cache/next-smart-cache'));
});

test('under output: "export", distDir is what Next exports to, and the store stays where Next builds', () => {
  expect(resolveProject({ root: ROOT, distDir: 'dist', output: 'export' }).cacheDir).toBe(path.join(ROOT, '.next/cache/next-smart-cache'));
});

test.each<[Omit<ProjectInput, 'root'>, string]>([
  [{}, 'rewrite'],
  [{ output: 'standalone' }, 'rewrite'],
  [{ output: 'export' }, 'static'],
  [{ options: { delivery: 'static' } }, 'static'],
])('%j: delivery is %s', (input, delivery) => {
  expect(resolveProject({ root: ROOT, ...input }).delivery).toBe(delivery);
});

test('the host is told by the environment, and by the adapter of the config', () => {
  const env = { NETLIFY: 'true' };
  expect(resolveProject({ root: ROOT, env })).toMatchObject({ delivery: 'static', deliveryChoice: { reason: 'Netlify' } });
  expect(resolveProject({ root: ROOT, env: {}, adapterPath: './adapter.js' }).delivery).toBe('static');
  expect(resolveProject({ root: ROOT, env, options: { delivery: 'rewrite' } }).deliveryChoice.warning).toBeDefined();
});

test('an export has no server that could rewrite', () => {
  expect(() => resolveProject({ root: ROOT, output: 'export', options: { delivery: 'rewrite' } })).toThrow(
    smartCacheError('ERR_SMART_CACHE_OPTION_INVALID', { where: 'delivery', fix: expect.stringContaining('"static"') }),
  );
});

test('options are checked', () => {
  expect(() => resolveProject({ root: ROOT, options: { keep: -1 } })).toThrow(
    smartCacheError('ERR_SMART_CACHE_OPTION_INVALID', { where: 'keep' }),
  );
});
