import { type BuildSettings, chooseDelivery, HOSTS } from '../../../src/core/delivery';

const on = (env: BuildSettings['env'], others: Omit<BuildSettings, 'env'> = {}) => chooseDelivery('auto', { env, ...others });

test.each<[string, BuildSettings, string, string | undefined]>([
  ['a laptop', { env: { CI: 'true', HOME: '/home/me' } }, 'rewrite', undefined],
  ['a standalone server', { env: {}, output: 'standalone' }, 'rewrite', undefined],
  ['an export', { env: {}, output: 'export' }, 'static', "output: 'export'"],
  ['an export on Vercel', { env: { VERCEL: '1' }, output: 'export' }, 'static', "output: 'export'"],
  ['Vercel', { env: { VERCEL: '1' } }, 'rewrite', 'Vercel'],
  ['Vercel with its own adapter', { env: { VERCEL: '1', NEXT_ADAPTER_PATH: '/vercel/adapter.js' } }, 'rewrite', 'Vercel'],
  ['Netlify', { env: { NETLIFY: 'true', NEXT_PRIVATE_STANDALONE: 'true' } }, 'static', 'Netlify'],
  ['Cloudflare Pages', { env: { CF_PAGES: '1' } }, 'static', 'Cloudflare'],
  ['Cloudflare Workers Builds', { env: { WORKERS_CI: '1', NEXT_PRIVATE_STANDALONE: 'true' } }, 'static', 'Cloudflare'],
  ['AWS Amplify', { env: { AWS_APP_ID: 'd1a2b3' } }, 'static', 'AWS Amplify'],
  ['OpenNext on a laptop', { env: { NEXT_PRIVATE_STANDALONE: 'true' } }, 'static', 'OpenNext'],
  ['an adapter of the config', { env: {}, adapterPath: './adapter.js' }, 'static', 'a Next adapter'],
  ['an adapter of the environment', { env: { NEXT_ADAPTER_PATH: '/adapter.js' } }, 'static', 'a Next adapter'],
])('%s gets the delivery that works there', (_, build, delivery, reason) => {
  expect(chooseDelivery('auto', build)).toEqual({ delivery, reason });
});

test('static delivery wins where two hosts are recognised, since it works on both', () => {
  // `vercel env pull` writes VERCEL into .env.local, which a build for another host reads too.
  for (const { name } of HOSTS.filter(({ delivery }) => delivery === 'static').slice(0, 4)) {
    const marker = { Netlify: 'NETLIFY', Cloudflare: 'CF_PAGES', 'AWS Amplify': 'AWS_APP_ID', OpenNext: 'NEXT_PRIVATE_STANDALONE' }[name];
    expect(on({ VERCEL: '1', [String(marker)]: '1' })).toEqual({ delivery: 'static', reason: name });
  }
});

test.each(['', '0', 'false', 'FALSE'])('a variable that is %j marks no host', (value) => {
  expect(on({ NETLIFY: value, CF_PAGES: value, AWS_APP_ID: value, NEXT_PRIVATE_STANDALONE: value, NEXT_ADAPTER_PATH: value })).toEqual({
    delivery: 'rewrite',
    reason: undefined,
  });
});

test('the option wins over the host', () => {
  expect(chooseDelivery('static', { env: { VERCEL: '1' } })).toEqual({ delivery: 'static', reason: 'set in the options' });
  expect(chooseDelivery('rewrite', { env: { VERCEL: '1' } })).toEqual({ delivery: 'rewrite', reason: 'set in the options' });
});

test.each(HOSTS.filter(({ brokenRewrites }) => brokenRewrites).map(({ name }) => name))(
  'rewrite delivery on %s is a warning that names the 404s',
  (name) => {
    const host = HOSTS.find((candidate) => candidate.name === name);
    const env = { NETLIFY: '', CF_PAGES: '', AWS_APP_ID: '', NEXT_PRIVATE_STANDALONE: '' };
    const marker = Object.keys(env).find((variable) => host?.isRecognised({ env: { [variable]: '1' } })) ?? '';
    const { delivery, warning } = chooseDelivery('rewrite', { env: { [marker]: '1' } });
    expect(delivery).toBe('rewrite');
    expect(warning).toMatchObject({
      what: expect.stringContaining(name),
      why: expect.stringContaining('404'),
      fix: expect.stringContaining("'static'"),
    });
  },
);
