import { type OutputRoute, resolveRoutes } from './build-output-routes';

const OUTPUTS = new Set(['/', '/a.js', '/b.js', '/page/[id]', '/404', '/gone.txt']);
const resolve = (routes: readonly OutputRoute[], url: string, headers: Record<string, string> = {}) => {
  const { output, query, ...rest } = resolveRoutes(routes, { url, headers }, (path) => OUTPUTS.has(path));
  return { output, query: query.toString(), ...rest };
};

/** Routes with one header for each phase that a request passes, in this order. */
const TRACED: readonly OutputRoute[] = [
  { src: '/.*', headers: { start: '1' }, continue: true },
  { handle: 'filesystem' },
  { src: '/.*', headers: { filesystem: '1' }, continue: true },
  { handle: 'resource' },
  { src: '/.*', headers: { resource: '1' }, status: 404 },
  { handle: 'miss' },
  { src: '/.*', headers: { miss: '1' }, continue: true },
  { src: '/static/.+', dest: '/gone.txt', check: true, status: 404 },
  { handle: 'rewrite' },
  { src: '/page/(?<id>[^/]+)', headers: { rewrite: '1' }, dest: '/page/[id]?id=$id', check: true },
  { handle: 'hit' },
  { src: '/.*', headers: { hit: '1' }, continue: true },
  { handle: 'error' },
  { src: '/.*', headers: { error: '1' }, dest: '/404', status: 404 },
];

test.each([
  ['an output', '/a.js', ['start', 'hit'], '/a.js', undefined],
  ['a miss that a rule ends', '/static/x', ['start', 'miss', 'hit'], '/gone.txt', 404],
  ['a dynamic page', '/page/7?q=1', ['start', 'miss', 'filesystem', 'rewrite', 'hit'], '/page/[id]', undefined],
  ['nothing', '/nothing', ['start', 'miss', 'filesystem', 'error'], '/404', 404],
])('a request for %s passes its phases in their order', (_, url, phases, output, status) => {
  const resolved = resolve(TRACED, url);
  expect([Object.keys(resolved.headers), resolved.output, resolved.status]).toEqual([phases, output, status]);
});

test('a request for a folder passes the phase of resources after all others', () => {
  const { headers, status } = resolveRoutes(
    TRACED,
    { url: '/folder' },
    (path) => OUTPUTS.has(path),
    (path) => path === '/folder',
  );
  expect([Object.keys(headers), status]).toEqual([['start', 'miss', 'filesystem', 'resource', 'error'], 404]);
});

test('groups of the pattern and of conditions are filled in, and the query is kept', () => {
  const has = [{ type: 'header' as const, key: 'X-Id', value: '(?<id>\\d+)' }];
  const routes: OutputRoute[] = [{ src: '/(x|y)', has, dest: '/page/[id]?from=$1&id=$id', headers: { etag: '"$1"' } }];
  expect(resolve(routes, '/x?q=1', { 'x-id': '12' })).toMatchObject({
    output: '/page/[id]',
    query: 'from=x&id=12&q=1',
    headers: { etag: '"x"' },
  });
  expect(resolve(routes, '/x', { 'x-id': 'none' }).output).toBeUndefined();
});

test('a route with `missing` applies to a request without it', () => {
  const routes: OutputRoute[] = [{ src: '/x', missing: [{ type: 'header', key: 'x-own' }], dest: '/a.js' }];
  expect([resolve(routes, '/x').output, resolve(routes, '/x', { 'x-own': '1' }).output]).toEqual(['/a.js', undefined]);
});

test('a header of an earlier phase stays, unless the later one is important', () => {
  const routes: OutputRoute[] = [
    { src: '/.*', headers: { 'Cache-Control': '', 'X-Own': 'first' }, continue: true },
    { src: '/.*', headers: { 'x-own': 'second' }, continue: true },
    { handle: 'hit' },
    { src: '/.*', headers: { 'cache-control': 'immutable', 'x-late': '1' }, important: true, continue: true },
    { src: '/.*', headers: { 'x-own': 'late' }, continue: true },
  ];
  expect(resolve(routes, '/a.js').headers).toEqual({ 'cache-control': 'immutable', 'x-own': 'second', 'x-late': '1' });
});

test('a checked destination that does not exist passes the phase "miss" before the next route', () => {
  const routes: OutputRoute[] = [
    { handle: 'filesystem' },
    { src: '/x', dest: '/static/y', check: true },
    { src: '/static/y', dest: '/b.js' },
    { handle: 'miss' },
    { src: '/static/.+', dest: '/gone.txt', check: true, status: 404 },
  ];
  expect(resolve(routes, '/x')).toMatchObject({ output: '/gone.txt', status: 404 });
  expect(resolve(routes.slice(0, 3), '/x')).toMatchObject({ output: '/b.js', status: undefined });
});

test('a redirect ends the search, and patterns match the whole path in any case', () => {
  const routes: OutputRoute[] = [{ src: '/(.*)/', headers: { Location: '/$1' }, status: 308, continue: true }];
  expect(resolve(routes, '/x/')).toMatchObject({ output: undefined, status: 308, headers: { location: '/x' } });
  expect(resolve([{ src: '/A', dest: '/a.js' }], '/a').output).toBe('/a.js');
  expect(resolve([{ src: '/a', dest: '/a.js' }], '/a/more').output).toBeUndefined();
  expect(resolve([{ src: '/A', dest: '/a.js', caseSensitive: true }], '/a').output).toBeUndefined();
});
