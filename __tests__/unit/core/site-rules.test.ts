import { type BuiltRouting, compileSiteRules } from '../../../src/core/site-rules';

const STATIC = '/_next/static/media/smart-cache/site.0123456789.css';
const SPACED = '/sp%20ace/site.0123456789.css';
const PLAIN = '/css/site.0123456789.css';

function compile(parts: Partial<BuiltRouting>, assetPrefix = '') {
  const site = { buildId: 'id', basePath: '', locales: [], matchers: [], redirects: [], headers: [], beforeFiles: [], ...parts };
  return compileSiteRules(site, { name: 'the server', assetPrefix, canWrite: () => true });
}

/** One rule of `headers()`. */
const header = (regex: string, key = 'X-Policy', value = '1') => ({ headers: [{ source: 's', regex, headers: [{ key, value }] }] });
const SENT = [['X-Policy', '1']];

test.each<[why: string, parts: Partial<BuiltRouting>, assetPrefix: string, url: string, expected: unknown]>([
  ['has the headers of a rule', header('^/css/.*$'), '', PLAIN, SENT],
  ['has the headers of a rule in another case', header('^/CSS/.*$'), '', PLAIN, SENT],
  ['has the headers of a rule for the encoded path', header('^/sp%20ace/.*$'), '', SPACED, SENT],
  // Next decodes a path for the proxy, and not for rules of the config.
  ['has no header of a rule for the decoded path', header('^/sp ace/.*$'), '', SPACED, []],
  ['has headers that hold for each prefix', header('^/.*$'), '/cdn', STATIC, SENT],
  ['is for Next if one prefix has other headers', { ...header('^/docs/.*$'), basePath: '/docs' }, '/cdn', STATIC, expect.any(String)],
  ['may have other caching headers under one prefix', header('^/cdn/.*$', 'Cache-Control'), '/cdn', STATIC, []],
  ['has the headers of a rule for all locales', { ...header('^/(?:en|de)/css/.*$'), locales: ['en', 'de'] }, '', PLAIN, SENT],
  ['is for Next if one domain has other headers', { ...header('^/de/.*$'), locales: ['en', 'de'] }, '', PLAIN, expect.any(String)],
  ['is for Next if a header has no valid name', header('^/css/.*$', 'X Policy'), '', PLAIN, expect.any(String)],
])('a file %s', (_, parts, assetPrefix, url, expected) => {
  expect(compile(parts, assetPrefix).headersOf(url, url === STATIC ? 'direct' : 'rewrite')).toEqual(expected);
});

test('the proxy sees a request for a file if its matcher is for the default locale of one domain', () => {
  const matchers = [{ regexp: '^/de/css/.*$', originalSource: '/de/css/:path*' }];
  expect(compile({ matchers, locales: ['en', 'de'] }).takenBy(PLAIN, 'rewrite')).toMatch('the proxy sees its requests');
});

test('a rewrite of the app for /_next is not taken for the one that Next adds for an assetPrefix', () => {
  const beforeFiles = [{ source: '/_next/:path+', regex: '^/_next/.*$', destination: 'https://other.example/:path+' }];
  expect(compile({ beforeFiles }).takenBy(STATIC, 'direct')).toMatch('a rewrite of the app matches');
});
