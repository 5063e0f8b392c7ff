import { findGuardGaps, type ProxyMatcher } from '../../../src/core/guarded-files';
import { STORE_URL } from '../../../src/core/rewrite-rules';

const NO_PREFIX = { basePath: '', locales: [] };
const HASHED = '/members/handbook.0123456789.pdf';
const DIRECT = STORE_URL + HASHED;
const hashed = (url: string) => ({ url, storeFolder: url.startsWith(STORE_URL) ? STORE_URL : '' });
const handbook = (...urls: string[]) => [{ assetPath: '/members/handbook.pdf', urls: urls.map(hashed) }];

/** Next 15.4 to 16.4 write matchers like these. */
const MATCHERS = {
  file: {
    originalSource: '/members/handbook.pdf',
    regexp: '^(?:\\/(_next\\/data\\/[^/]{1,}))?\\/members\\/handbook\\.pdf(\\.json)?[\\/#\\?]?$',
  },
  folder: {
    originalSource: '/members/:path*',
    regexp: '^(?:\\/(_next\\/data\\/[^/]{1,}))?\\/members(?:\\/((?:[^\\/#\\?]+?)(?:\\/(?:[^\\/#\\?]+?))*))?(\\.json)?[\\/#\\?]?$',
  },
  site: {
    originalSource: '/((?!api|_next/static).*)',
    regexp: '^(?:\\/(_next\\/data\\/[^/]{1,}))?(?:\\/((?!api|_next/static).*))(\\.json)?[\\/#\\?]?$',
  },
  withoutRootFiles: {
    originalSource: '/((?!api|_next|[\\w-]+\\.\\w+).*)',
    regexp: '^(?:\\/(_next\\/data\\/[^/]{1,}))?(?:\\/((?!api|_next|[\\w-]+\\.\\w+).*))(\\.json)?[\\/#\\?]?$',
  },
  everything: { originalSource: '/:path*', regexp: '.*' },
  direct: { originalSource: `${STORE_URL}/members/:path*`, regexp: `^${STORE_URL}/members/.*$` },
} as const satisfies Record<string, ProxyMatcher>;
const { file, folder, site, withoutRootFiles, everything, direct } = MATCHERS;
const withoutCookie = { missing: [{ type: 'cookie', key: 'session' }] };
const prefetch = { missing: [{ type: 'header', key: 'next-router-prefetch' }] };

const gapsOf = (matchers: readonly ProxyMatcher[], urls: readonly string[], prefixes: Parameters<typeof findGuardGaps>[2] = NO_PREFIX) =>
  findGuardGaps(matchers, handbook(...urls), prefixes);
const gap = (url: string, { originalSource }: ProxyMatcher) => [
  { assetPath: '/members/handbook.pdf', ...hashed(url), matcher: originalSource },
];

test.each<[string, ProxyMatcher[], string[]]>([
  ['no matcher', [], [HASHED, DIRECT]],
  ['a matcher for other files', [{ ...file, regexp: '^/other\\.pdf$' }], [HASHED, DIRECT]],
  ['a folder, and hashed paths in it', [folder], [HASHED]],
  ['the name, and a whole site that has the hashed path', [file, site], [HASHED]],
  ['a whole site, and hashed paths in it', [site], [HASHED]],
  ['every path', [everything], [HASHED, DIRECT]],
  ['a folder, and the one it is linked in', [folder, direct], [HASHED, DIRECT]],
  [
    'the same conditions',
    [
      { ...file, ...withoutCookie },
      { ...folder, ...withoutCookie },
    ],
    [HASHED],
  ],
  ['a file without a hashed URL', [file], []],
])('finds no gap: %s', (_, matchers, urls) => {
  expect(gapsOf(matchers, urls)).toEqual({ unguarded: [], beyondWholeSite: [] });
});

test.each<[string, ProxyMatcher[], string[], found: string]>([
  ['a name', [file], [HASHED], HASHED],
  ['a name, with conditions', [{ ...file, ...withoutCookie }], [HASHED], HASHED],
  ['a folder that is linked directly', [folder], [DIRECT], DIRECT],
  ['the same under a whole-site matcher', [folder, site], [DIRECT], DIRECT],
  ['a folder, and the URL of an older deploy', [folder], [HASHED, DIRECT], DIRECT],
  ['a name, where the client can keep the other matcher from applying', [file, { ...site, ...prefetch }], [HASHED], HASHED],
])('finds the open URL of a file that is guarded by %s', (_, matchers, urls, found) => {
  expect(gapsOf(matchers, urls)).toEqual({ unguarded: gap(found, matchers[0] as ProxyMatcher), beyondWholeSite: [] });
});

test('a whole-site matcher leaves its files public below /_next/static', () => {
  expect(gapsOf([site], [HASHED, DIRECT])).toEqual({ unguarded: [], beyondWholeSite: gap(DIRECT, site) });
});

test('a matcher for a kind of file is one of the whole site', () => {
  const pdfs = { originalSource: '/:file(.*\\.pdf)', regexp: '^/((?!_next/).*\\.pdf)$' };
  expect(gapsOf([pdfs], [DIRECT])).toEqual({ unguarded: [], beyondWholeSite: gap(DIRECT, pdfs) });
});

test('paths are those that Next gives to a matcher: with basePath and locale, and decoded', () => {
  const regexp = '^\\/docs(?:\\/((?!_next/)[^/.]{1,}))\\/members\\/(?:handbook)\\.pdf$';
  const prefixes = { basePath: '/docs', locales: ['en'] };
  expect(gapsOf([{ ...file, regexp }], [HASHED], prefixes).unguarded).toEqual(gap(HASHED, file));
  expect(gapsOf([{ ...file, regexp }], [HASHED]).unguarded).toEqual([]);
  const direct = { originalSource: 'direct', regexp: `^/docs${STORE_URL}/.*$` };
  const withoutLocale = { ...file, regexp: '^/docs/members/handbook\\.pdf$' };
  expect(gapsOf([withoutLocale, direct], [DIRECT], { basePath: '/docs', locales: [] }).unguarded).toEqual([]);
  expect(gapsOf([withoutLocale], [DIRECT], { basePath: '/docs', locales: [] }).unguarded).toEqual(gap(DIRECT, file));
  const [decoded] = findGuardGaps(
    [{ ...file, regexp: '^/my photo.png$' }],
    [{ assetPath: '/my photo.png', urls: [hashed('/my%20photo.1.png')] }],
    NO_PREFIX,
  ).unguarded;
  expect(decoded?.url).toBe('/my%20photo.1.png');
});

test('the default locale of each domain is asked about, since a matcher may cover a file only there', () => {
  const german = { originalSource: '/de/members/handbook.pdf', regexp: '^/de/members/handbook\\.pdf$' };
  const inGerman = { originalSource: '/de/members/:path*', regexp: '^/de/members/.*$' };
  const prefixes = { basePath: '', locales: ['en', 'de'] };
  expect(gapsOf([german], [HASHED], { basePath: '', locales: ['en'] }).unguarded).toEqual([]);
  expect(gapsOf([german], [HASHED], prefixes).unguarded).toEqual(gap(HASHED, german));
  expect(gapsOf([german, inGerman], [HASHED], prefixes).unguarded).toEqual([]);
  // Next writes the matcher of a default like this: it covers every locale.
  const anyLocale = { ...file, regexp: '^(?:\\/((?!_next/)[^/.]{1,}))\\/members\\/handbook\\.pdf$' };
  expect(gapsOf([anyLocale], [HASHED], prefixes).unguarded).toEqual(gap(HASHED, file));
});

test('a site without the files of its root is a whole site', () => {
  expect(gapsOf([withoutRootFiles], [DIRECT])).toEqual({ unguarded: [], beyondWholeSite: gap(DIRECT, withoutRootFiles) });
});

test.each([
  ['the default locale', { basePath: '', locales: ['en'] }],
  ['an assetPrefix', { ...NO_PREFIX, hasAssetPrefix: true }],
])('no matcher guards a file of the store where Next serves it under %s too', (_, prefixes) => {
  const anyLocale = { ...folder, regexp: '^(?:/en)?/members/.*$' };
  expect(gapsOf([anyLocale, direct], [DIRECT], prefixes).unguarded).toEqual(gap(DIRECT, folder));
  expect(gapsOf([anyLocale], [HASHED], prefixes).unguarded).toEqual([]);
});
