import { deriveHashedPathShape } from '../../../src/core/hashed-path-shape';
import { deriveHeaders, type HeaderRulesInput, isAboutCaching } from '../../../src/core/header-rules';
import { matchSource } from '../support/rewrites';

const PATHS = ['/js/app.js', '/css/my site.css', '/js/LICENSE', '/note.txt'];
const derive = (input: Partial<HeaderRulesInput> = {}) =>
  deriveHeaders({
    shape: deriveHashedPathShape(PATHS, PATHS, 10),
    hashLength: 10,
    deploy: 'abc',
    optimizerPath: undefined,
    ownKeys: [],
    ...input,
  });
/** The values for a path, as Next fills them in. */
const headersFor = (path: string, input?: Partial<HeaderRulesInput>) =>
  derive(input).flatMap(({ source, headers }) => {
    const parameters = matchSource(source, path);
    return parameters ? headers.map(({ key, value }) => `${key}: ${value.replace(':hash', parameters.hash ?? '')}`) : [];
  });

const VALIDATORS = ['ETag: W/"0123456789.abc"', 'Last-Modified:  '];

test.each([
  '/js/app.0123456789.js',
  '/JS/app.0123456789.js',
  '/js/nothing.0123456789.js',
  '/css/my%20site.0123456789.css',
  '/js/LICENSE.0123456789',
  '/note.0123456789.txt',
  '/_next/static/media/smart-cache/js/app.0123456789.js',
  '/_next/static/media/smart-cache/js/LICENSE.0123456789',
  '/_next/static/media/smart-cache-rewrite/js/app.0123456789.js',
  '/_next/static/immutable/media/smart-cache/js/app.0123456789.js',
  '/docs/_next/static/media/smart-cache/js/app.0123456789.js',
  '/cdn/assets/_next/static/media/smart-cache/js/app.0123456789.js',
])('%s gets a validator of this deploy', (path) => {
  expect(headersFor(path)).toEqual(VALIDATORS);
});

test.each(['/', '/js/app.js', '/account/x.0123456789.js', '/_next/static/chunks/app.0123456789.js', '/_next/image', '/x.0123456789.txt'])(
  '%s gets nothing',
  (path) => {
    expect(headersFor(path)).toEqual([]);
  },
);

test('headers about caching that the app sets are emptied, in each of its spellings, and no others', () => {
  const ownKeys = ['cache-control', 'Cache-Control', 'Expires', 'X-Frame-Options', 'etag', 'Vercel-CDN-Cache-Control'];
  expect(headersFor('/js/app.0123456789.js', { ownKeys })).toEqual([
    'cache-control: ',
    'Cache-Control: ',
    'Expires: ',
    'etag: W/"0123456789.abc"',
    'Vercel-CDN-Cache-Control: ',
    ...VALIDATORS,
  ]);
});

test.each(['/js/app.0123456789.js', '/_next/static/media/smart-cache-rewrite/js/app.0123456789.js'])(
  'forbids caches to store stale hashes where the host sets Cache-Control on the files it finds: %s',
  (path) => {
    const noStore = 'private, no-cache, no-store, max-age=0, must-revalidate';
    expect(headersFor(path, { isOverruledByHost: true })).toEqual([`Cache-Control: ${noStore}`, 'ETag: W/"0123456789.abc"']);
    expect(headersFor(path, { isOverruledByHost: true, ownKeys: ['cache-control', 'Expires'] })).toEqual([
      `cache-control: ${noStore}`,
      'Expires: ',
      `Cache-Control: ${noStore}`,
      'ETag: W/"0123456789.abc"',
    ]);
  },
);

test.each<[string, boolean]>([
  ['Cache-Control', true],
  ['cdn-cache-control', true],
  ['Cloudflare-CDN-Cache-Control', true],
  ['Surrogate-Control', true],
  ['X-Accel-Expires', true],
  ['Last-Modified', true],
  ['Access-Control-Allow-Origin', false],
  ['Cache-Tag', false],
  ['X-Cache-Control-Note', false],
])('%s is about caching: %s', (key, expected) => {
  expect(isAboutCaching(key)).toBe(expected);
});

test('an error of the optimizer is not kept, where the URL of the image looks hashed', () => {
  const rule = derive({ optimizerPath: '/_next/image', ownKeys: ['cache-control', 'CDN-Cache-Control'] }).at(-1);
  const noStore = 'private, no-cache, no-store, max-age=0, must-revalidate';
  expect(rule?.headers).toEqual([
    { key: 'cache-control', value: noStore },
    { key: 'CDN-Cache-Control', value: '' },
    { key: 'Cache-Control', value: noStore },
  ]);
  const { key, value } = rule?.has?.[0] ?? { key: '', value: '' };
  expect(key).toBe('url');
  const urls = ['/img/a.0123456789.png', '/docs/img/a.0123456789.png', '/img/a.0123456789', '/img/a.0123456789.png?v=1', '/img/a.png'];
  expect(urls.filter((url) => new RegExp(`^${value}$`).test(url))).toEqual(urls.slice(0, 4));
});

test('there are as many rules for 10,000 files as for one, none too long for Next', () => {
  const paths = Array.from({ length: 10_000 }, (_, index) => `/folder-${index % 500}/some-file-${index}${index % 3 ? '.js' : ''}`);
  const rules = derive({ shape: deriveHashedPathShape(paths, paths, 10), optimizerPath: '/_next/image' });
  expect(rules).toHaveLength(3);
  for (const { source } of rules) expect(source.length).toBeLessThan(1_000);
});
