import path from 'node:path';
import { type ProjectInput, resolveProject } from '../../../src/pipeline/project';
import { smartCacheError } from '../support/smart-cache-error';

const ROOT = path.resolve('/app');

test('resolves the folders of an app', () => {
  expect(resolveProject({ root: ROOT })).toMatchObject({
    root: ROOT,
    publicDir: path.join(ROOT, 'public'),
    outputDir: path.join(ROOT, '.smart-cache'),
    manifestPath: path.join(ROOT, '.smart-cache/manifest.json'),
    cacheDir: path.join(ROOT, '.next/cache/next-smart-cache'),
    delivery: 'rewrite',
  });
});

test('puts the store into distDir', () => {
  expect(resolveProject({ root: ROOT, distDir: 'build/out' }).cacheDir).toBe(path.join(ROOT, 'build/out/cache/next-smart-cache'));
});

test('exports to distDir with output: "export", and keeps the store in .next', () => {
  expect(resolveProject({ root: ROOT, distDir: 'dist', output: 'export' }).cacheDir).toBe(path.join(ROOT, '.next/cache/next-smart-cache'));
});

test.each<[Omit<ProjectInput, 'root'>, string]>([
  [{}, 'rewrite'],
  [{ output: 'standalone' }, 'rewrite'],
  [{ output: 'export' }, 'static'],
  [{ options: { delivery: 'static' } }, 'static'],
])('chooses the delivery: %j → %s', (input, delivery) => {
  expect(resolveProject({ root: ROOT, ...input }).delivery).toBe(delivery);
});

test('recognises the host by the environment and by the adapter of the config', () => {
  const env = { NETLIFY: 'true' };
  expect(resolveProject({ root: ROOT, env })).toMatchObject({ delivery: 'static', deliveryChoice: { reason: 'Netlify' } });
  expect(resolveProject({ root: ROOT, env: {}, adapterPath: './adapter.js' }).delivery).toBe('static');
  expect(resolveProject({ root: ROOT, env, options: { delivery: 'rewrite' } }).deliveryChoice.warning).toBeDefined();
});

test('rejects delivery "rewrite" for an export', () => {
  expect(() => resolveProject({ root: ROOT, output: 'export', options: { delivery: 'rewrite' } })).toThrow(
    smartCacheError('ERR_SMART_CACHE_OPTION_INVALID', { where: 'delivery', fix: expect.stringContaining('"static"') }),
  );
});

test('checks the options', () => {
  expect(() => resolveProject({ root: ROOT, options: { keep: -1 } })).toThrow(
    smartCacheError('ERR_SMART_CACHE_OPTION_INVALID', { where: 'keep' }),
  );
});
