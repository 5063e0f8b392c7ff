import { findHostLimits, type Upload, warnOfHostLimits } from '../../../src/core/hosts';

const MIB = 1024 ** 2;
const upload = (changes: Partial<Upload> = {}): Upload => ({ files: 10, bytes: 100, olderFiles: 0, olderBytes: 0, bySize: [], ...changes });
const file = (name: string, bytes: number, isOlder = false) => ({ name, bytes, isOlder });

const limitsOf = (env: Record<string, string>, others = {}) => {
  const limits = findHostLimits({ env, ...others });
  if (limits === undefined) throw new Error('no limits');
  return limits;
};

test.each([
  [{ CF_PAGES: '1' }, {}, 'Cloudflare'],
  [{ WORKERS_CI: '1' }, {}, 'Cloudflare'],
  [{ NEXT_PRIVATE_STANDALONE: 'true' }, { hasWranglerConfig: true }, 'Cloudflare'],
  [{}, { hasWranglerConfig: true, output: 'export' }, 'Cloudflare'],
  [{ AWS_APP_ID: 'd1' }, {}, 'AWS Amplify'],
  [{ AWS_APP_ID: 'd1' }, { output: 'export' }, undefined],
  [{ INPUT_AZURE_STATIC_WEB_APPS_API_TOKEN: 'a1' }, {}, 'Azure Static Web Apps'],
  [{ NEXT_PRIVATE_STANDALONE: 'true' }, {}, undefined],
  [{ NETLIFY: 'true' }, {}, undefined],
  [{}, {}, undefined],
])('with %j and %j, the limits are those of %s', (env: Record<string, string>, others, host) => {
  expect(findHostLimits({ env, ...others })?.host).toBe(host);
});

test('warns about the number of files near the limit, and says how many only older deploys need', () => {
  const cloudflare = limitsOf({ CF_PAGES: '1' });
  expect(warnOfHostLimits(cloudflare, upload({ files: 18_000 }))).toEqual([]);
  const [warning, ...others] = warnOfHostLimits(cloudflare, upload({ files: 18_001, olderFiles: 4_000 }));
  expect(others).toEqual([]);
  expect(warning).toMatchObject({
    what: 'Cloudflare accepts 20,000 files in a deploy on its free plan, and 100,000 on paid ones',
    where: 'public/ and its hashed copies have 18,001, 4,000 of them for older deploys',
    why: expect.stringContaining('https://developers.cloudflare.com/workers/platform/limits/'),
    fix: expect.stringMatching(/^lower "keep", .*"exclude"$/),
  });
  expect(warnOfHostLimits(cloudflare, upload({ files: 18_001 }))[0]?.fix).not.toContain('keep');
});

test('names the files that the host does not accept, and the fix', () => {
  const cloudflare = limitsOf({ CF_PAGES: '1' });
  expect(warnOfHostLimits(cloudflare, upload({ bySize: [file('public/a.mp4', 25 * MIB)] }))).toEqual([]);
  const six = Array.from({ length: 6 }, (_, index) => file(`public/${index}.mp4`, 26 * MIB));
  expect(warnOfHostLimits(cloudflare, upload({ bySize: six }))).toEqual([
    {
      what: 'Cloudflare does not accept files of more than 25 MiB',
      where: 'public/0.mp4 (26 MiB), public/1.mp4 (26 MiB), public/2.mp4 (26 MiB), public/3.mp4 (26 MiB), public/4.mp4 (26 MiB) and 1 more',
      why: expect.stringContaining('https://'),
      fix: expect.stringContaining('bucket'),
    },
  ]);
  expect(warnOfHostLimits(cloudflare, upload({ bySize: [file('/a.0123456789.mp4', 26 * MIB, true)] }))[0]?.fix).toContain('keep: 0');
});

test('warns about the size of a deploy with a server on AWS Amplify', () => {
  const amplify = limitsOf({ AWS_APP_ID: 'd1' });
  expect(warnOfHostLimits(amplify, upload({ bytes: 198e6, bySize: [file('public/a.mp4', 190e6)] }))).toEqual([]);
  expect(warnOfHostLimits(amplify, upload({ bytes: 199e6, olderFiles: 1, olderBytes: 20e6 }))).toMatchObject([
    {
      what: 'AWS Amplify accepts 220 MB in a deploy with a server',
      where: expect.stringContaining('have 199 MB, 20 MB of them for older'),
    },
  ]);
});
