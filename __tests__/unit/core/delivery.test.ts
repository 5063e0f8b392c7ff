import { chooseDelivery, chooseStoreUrl } from '../../../src/core/delivery';
import type { BuildSettings } from '../../../src/core/hosts';
import { IMMUTABLE_STORE_URL, STORE_URL } from '../../../src/core/rewrite-rules';

const on = (env: BuildSettings['env'], others: Omit<BuildSettings, 'env'> = {}) => chooseDelivery('auto', { env, ...others });

test.each<[string, BuildSettings, string, string | undefined]>([
  ['a laptop', { env: { CI: 'true', HOME: '/home/me' } }, 'rewrite', undefined],
  ['a standalone server', { env: {}, output: 'standalone' }, 'rewrite', undefined],
  ['an export', { env: {}, output: 'export' }, 'static', "output: 'export'"],
  ['an export on Vercel', { env: { VERCEL: '1' }, output: 'export' }, 'static', "output: 'export'"],
  ['Vercel', { env: { VERCEL: '1' } }, 'rewrite', 'Vercel'],
  ['Vercel with its own adapter', { env: { VERCEL: '1', NEXT_ADAPTER_PATH: '/vercel/adapter.js' } }, 'rewrite', 'Vercel'],
  ['Netlify', { env: { NETLIFY: 'true', NEXT_PRIVATE_STANDALONE: 'true' } }, 'static', 'Netlify'],
  ['Netlify, built on a laptop', { env: { NETLIFY_LOCAL: 'true', NEXT_PRIVATE_STANDALONE: 'true' } }, 'static', 'Netlify'],
  ['Cloudflare Pages', { env: { CF_PAGES: '1' } }, 'static', 'Cloudflare'],
  ['Cloudflare Workers Builds', { env: { WORKERS_CI: '1', NEXT_PRIVATE_STANDALONE: 'true' } }, 'static', 'Cloudflare'],
  ['AWS Amplify', { env: { AWS_APP_ID: 'd1a2b3' } }, 'static', 'AWS Amplify'],
  ['Azure Static Web Apps', { env: { INPUT_AZURE_STATIC_WEB_APPS_API_TOKEN: 'a1b2c3' } }, 'static', 'Azure Static Web Apps'],
  ['Firebase App Hosting', { env: { X_GOOGLE_TARGET_PLATFORM: 'fah', NEXT_PRIVATE_STANDALONE: 'true' } }, 'static', 'Firebase App Hosting'],
  ["Google's buildpacks for Cloud Run", { env: { X_GOOGLE_TARGET_PLATFORM: 'gcp' } }, 'rewrite', undefined],
  ['OpenNext on a laptop', { env: { NEXT_PRIVATE_STANDALONE: 'true' } }, 'static', 'OpenNext'],
  ['OpenNext for Cloudflare, after "next build"', { env: {}, output: 'standalone', hasWranglerConfig: true }, 'static', 'OpenNext'],
  ['a wrangler configuration alone', { env: {}, hasWranglerConfig: true }, 'rewrite', undefined],
  ['an adapter of the config', { env: {}, adapterPath: './adapter.js' }, 'static', 'a Next adapter'],
  ['an adapter of the environment', { env: { NEXT_ADAPTER_PATH: '/adapter.js' } }, 'static', 'a Next adapter'],
])('chooses for %s the delivery that works there', (_, build, delivery, reason) => {
  expect(chooseDelivery('auto', build)).toEqual({ delivery, reason });
});

test.each([
  'NETLIFY',
  'NETLIFY_LOCAL',
  'CF_PAGES',
  'WORKERS_CI',
  'AWS_APP_ID',
  'INPUT_AZURE_STATIC_WEB_APPS_API_TOKEN',
  'NEXT_PRIVATE_STANDALONE',
])('chooses static delivery if %s marks a second host beside Vercel, since it works on both', (variable) => {
  // `vercel env pull` writes VERCEL into .env.local, which a build for another host reads too.
  expect(on({ VERCEL: '1', [variable]: '1' }).delivery).toBe('static');
});

test.each(['', '0', 'false', 'FALSE'])('finds no host in a variable that is %j', (value) => {
  const variables = [
    'NETLIFY',
    'NETLIFY_LOCAL',
    'CF_PAGES',
    'AWS_APP_ID',
    'X_GOOGLE_TARGET_PLATFORM',
    'NEXT_PRIVATE_STANDALONE',
    'NEXT_ADAPTER_PATH',
  ];
  expect(on(Object.fromEntries(variables.map((variable) => [variable, value])))).toEqual({ delivery: 'rewrite', reason: undefined });
});

test('prefers the option to the host', () => {
  expect(chooseDelivery('static', { env: { VERCEL: '1' } })).toEqual({ delivery: 'static', reason: 'set in the options' });
  expect(chooseDelivery('rewrite', { env: { VERCEL: '1' } })).toEqual({ delivery: 'rewrite', reason: 'set in the options' });
});

test.each([
  ['Netlify', 'NETLIFY'],
  ['Cloudflare', 'WORKERS_CI'],
  ['AWS Amplify', 'AWS_APP_ID'],
  ['OpenNext', 'NEXT_PRIVATE_STANDALONE'],
])('warns of rewrite delivery on %s, and names the 404s', (name, variable) => {
  const { delivery, warning } = chooseDelivery('rewrite', { env: { [variable]: '1' } });
  expect(delivery).toBe('rewrite');
  expect(warning).toMatchObject({
    what: expect.stringContaining(name),
    why: expect.stringContaining('404'),
    fix: expect.stringContaining("'static'"),
  });
});

test.each([
  ['Vercel', { VERCEL: '1' }],
  ['Firebase App Hosting', { X_GOOGLE_TARGET_PLATFORM: 'fah', NEXT_PRIVATE_STANDALONE: 'true' }],
  ['Azure Static Web Apps', { INPUT_AZURE_STATIC_WEB_APPS_API_TOKEN: 'a1b2c3' }],
])('does not warn of rewrite delivery on %s, which is not known to break it', (_, env) => {
  expect(chooseDelivery('rewrite', { env })).toEqual({ delivery: 'rewrite', reason: 'set in the options' });
});

test.each<[string, string, Omit<BuildSettings, 'env'> & { env?: BuildSettings['env'] }]>([
  ['without an adapter', STORE_URL, {}],
  ['with an adapter of the config, which decides later', IMMUTABLE_STORE_URL, { adapterPath: './adapter.js' }],
  ['with an adapter of the environment', IMMUTABLE_STORE_URL, { env: { NEXT_ADAPTER_PATH: '/adapter.js' } }],
  ['where the config forbids it', STORE_URL, { adapterPath: './adapter.js', supportsImmutableAssets: false }],
  ['where the config asks for it', IMMUTABLE_STORE_URL, { supportsImmutableAssets: true }],
])('chooses the folder of static delivery %s: %s', (_, storeUrl, { env = {}, ...build }) => {
  expect(chooseStoreUrl('static', { env, ...build }, true)).toBe(storeUrl);
});

test('uses the folder for immutable assets only for a URL that has the same bytes in all deploys', () => {
  const build: BuildSettings = { env: {}, supportsImmutableAssets: true };
  expect(chooseStoreUrl('static', build, false)).toBe(STORE_URL);
  expect(chooseStoreUrl('rewrite', build, true)).toBe(STORE_URL);
});
