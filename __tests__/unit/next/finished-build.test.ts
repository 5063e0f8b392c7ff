import { readBuiltProxy, readBuiltRouting } from '../../../src/next/finished-build';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

const MATCHERS = [{ regexp: '^/a$', originalSource: '/a', missing: [{ type: 'cookie', key: 'x' }] }];
const NO_EDGE = { version: 3, middleware: {}, functions: {}, sortedMiddleware: [] };
const NO_NODE = { version: 1, functions: {} };

function write(edge: unknown, node: unknown, routes: unknown): string {
  const distDir = temporaryFolder();
  const documents = {
    'server/middleware-manifest.json': edge,
    'server/functions-config-manifest.json': node,
    BUILD_ID: 'id',
    'routes-manifest.json': routes,
  };
  writeFiles(
    distDir,
    Object.fromEntries(
      Object.entries(documents)
        .filter(([, document]) => document !== undefined)
        .map(([name, document]) => [name, typeof document === 'string' ? document : JSON.stringify(document)]),
    ),
  );
  return distDir;
}

const read = (edge: unknown, node: unknown, routes: unknown = { version: 3, basePath: '' }) => readBuiltProxy(write(edge, node, routes));

test.each([
  ['none', NO_EDGE, NO_NODE, []],
  ['in the edge runtime', { ...NO_EDGE, middleware: { '/': { matchers: MATCHERS } } }, NO_NODE, MATCHERS],
  ['in Node', NO_EDGE, { version: 1, functions: { '/_middleware': { runtime: 'nodejs', matchers: MATCHERS } } }, MATCHERS],
  ['in Node, without a matcher', NO_EDGE, { version: 1, functions: { '/_middleware': {} } }, [expect.objectContaining({ regexp: '.*' })]],
])('a proxy: %s', (_, edge, node, matchers) => {
  expect(read(edge, node)).toEqual({ matchers, prefixes: { basePath: '', locales: [] } });
});

test('the prefixes that Next puts in front of paths are read', () => {
  const routes = { basePath: '/docs', i18n: { locales: ['en', 'de'], defaultLocale: 'en' } };
  expect(read(NO_EDGE, NO_NODE, routes).prefixes).toEqual({ basePath: '/docs', locales: ['en'] });
});

test('the default locales of domains are read, since Next puts them in front of paths too', () => {
  const domains = [
    { domain: 'example.de', defaultLocale: 'de' },
    { domain: 'example.com', defaultLocale: 'en' },
  ];
  const distDir = write(NO_EDGE, NO_NODE, {
    version: 3,
    basePath: '',
    redirects: [],
    headers: [],
    i18n: { locales: ['en', 'de', 'fr'], defaultLocale: 'en', domains },
  });
  expect(readBuiltRouting(distDir).locales).toEqual(['en', 'de']);
});

test.each<[string, edge: unknown, node: unknown, routes: unknown, message: RegExp]>([
  ['is missing', undefined, NO_NODE, {}, /ENOENT.*middleware-manifest\.json/],
  ['is missing, of Node', NO_EDGE, undefined, {}, /ENOENT.*functions-config-manifest\.json/],
  ['is cut short, of the routes', NO_EDGE, NO_NODE, '{', /routes-manifest\.json is not JSON/],
  ['is cut short', '{"version":3', NO_NODE, {}, /middleware-manifest\.json.*JSON/],
  ['is empty', NO_EDGE, '', {}, /functions-config-manifest\.json.*JSON/],
  ['is not an object', 'null', NO_NODE, {}, /middleware-manifest\.json is not an object/],
  ['has another version', { ...NO_EDGE, version: 4 }, NO_NODE, {}, /middleware-manifest\.json has version 4, .* 3/],
  ['has no version', NO_EDGE, { functions: {} }, {}, /functions-config-manifest\.json has version undefined/],
  ['lacks its middleware', { version: 3 }, NO_NODE, {}, /middleware-manifest\.json/],
  ['has matchers of another form', { ...NO_EDGE, middleware: { '/': { matchers: [{ source: '/a' }] } } }, NO_NODE, {}, /matchers/],
  ['has no list of matchers', { ...NO_EDGE, middleware: { '/': { matchers: 'all' } } }, NO_NODE, {}, /matchers/],
  ['has none', { ...NO_EDGE, middleware: { '/': {} } }, NO_NODE, {}, /matchers/],
  [
    'has no regular expression',
    { ...NO_EDGE, middleware: { '/': { matchers: [{ ...MATCHERS[0], regexp: '(' }] } } },
    NO_NODE,
    {},
    /matchers/,
  ],
])('a manifest that %s', (_, edge, node, routes, message) => {
  expect(() => read(edge, node, routes)).toThrow(message);
});
