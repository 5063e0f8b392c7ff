import { deriveHashedPathShape } from '../../../src/core/hashed-path-shape';
import { deriveHeaders } from '../../../src/core/header-rules';
import { REWRITE_STORE_URL } from '../../../src/core/rewrite-rules';
import { checkWhenFinished, findDroppedKeys } from '../../../src/next/build-checks';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import { type Project, resolveProject } from '../../../src/pipeline/project';
import { writeFiles } from '../../support/temporary-folder';
import { projectWith, withOptions } from '../support/project';
import { smartCacheError } from '../support/smart-cache-error';

let endBuild: (() => void) | undefined;
jest.mock('../../../src/next/environment', () => ({
  ...jest.requireActual<object>('../../../src/next/environment'),
  whenBuildSucceeds: (task: () => void) => {
    endBuild = task;
  },
}));

const HOOK = 'compiler.runAfterProductionCompile';
const LINKED = { 'static/media/smart-cache/js/app.2cf24dba5f.js': 'hello' };
const OWN_HEADERS = { source: '/:stem', regex: '^/ours$', headers: [{ key: 'ETag', value: 'W/":hash.0123456789"' }] };
const routesWith = (headers: readonly unknown[], destinations: readonly string[], more = {}) => ({
  'routes-manifest.json': JSON.stringify({
    headers,
    rewrites: { beforeFiles: destinations.map((destination) => ({ source: '/a', destination })) },
    ...more,
  }),
});
const routes = (...destinations: string[]) => routesWith([OWN_HEADERS], destinations);
const [, , OPTIMIZER] = deriveHeaders({
  shape: deriveHashedPathShape(['/js/app.js'], [], 10),
  hashLength: 10,
  deploy: 'x',
  optimizerPath: '/_next/image',
  ownKeys: [],
});
const OWN_OPTIMIZER = { ...OPTIMIZER, regex: '^(?:/((?:.+/)?))_next/image$' };
/** A header rule of another package. */
const rule = (regex: string, key: string) => ({ source: '/theirs', regex, headers: [{ key, value: 'max-age=60' }] });
const OURS = `/docs${REWRITE_STORE_URL}/:path`;

function droppedIn(
  files: Readonly<Record<string, string>>,
  { startedAt = 0, publicFiles = { 'js/app.js': 'hello' } as Record<string, string> } = {},
) {
  const project = projectWith(publicFiles);
  buildManifest(project);
  writeFiles(project.buildDir, files);
  return findDroppedKeys(project, true, startedAt);
}

test.each<[string, Record<string, string>, dropped: string[]]>([
  ['the build used all of them', { ...LINKED, ...routes('/own', OURS) }, []],
  ['the build did not use the rewrites', { ...LINKED, ...routes('/own') }, ['rewrites']],
  ['the build did not use the hook', routes(OURS), [HOOK]],
  ['the build used neither hook nor rewrites', routes(), [HOOK, 'rewrites']],
  ['the build did not use the headers', { ...LINKED, ...routesWith([], [OURS]) }, ['headers']],
  [
    'a later rule changes what caches do',
    { ...LINKED, ...routesWith([OWN_HEADERS, rule('^/js/.*$', 'cdn-cache-control')], [OURS]) },
    ['headers (the rule for "/theirs" comes after them and sets cdn-cache-control)'],
  ],
  [
    'a later rule changes what caches do, with basePath and i18n',
    {
      ...LINKED,
      ...routesWith([OWN_HEADERS, rule('^/docs/(de|en)/js/.*$', 'ETag')], [OURS], { basePath: '/docs', i18n: { locales: ['de', 'en'] } }),
    },
    ['headers (the rule for "/theirs" comes after them and sets ETag)'],
  ],
  ['our rule for the optimizer comes last', { ...LINKED, ...routesWith([OWN_HEADERS, OWN_OPTIMIZER], [OURS]) }, []],
  [
    'a later rule is for the optimizer',
    { ...LINKED, ...routesWith([OWN_HEADERS, OWN_OPTIMIZER, rule('^/_next/image$', 'Cache-Control')], [OURS]) },
    ['headers (the rule for "/theirs" comes after them and sets Cache-Control)'],
  ],
  ['a later rule is for other paths', { ...LINKED, ...routesWith([OWN_HEADERS, rule('^/api/.*$', 'Cache-Control')], [OURS]) }, []],
  ['a later rule sets another header', { ...LINKED, ...routesWith([OWN_HEADERS, rule('^/.*$', 'X-Frame-Options')], [OURS]) }, []],
  ['an earlier rule is about caching', { ...LINKED, ...routesWith([rule('^/.*$', 'Cache-Control'), OWN_HEADERS], [OURS]) }, []],
  ['no build was finished', LINKED, []],
])('finds the dropped keys if %s', (_, files, dropped) => {
  expect(droppedIn(files)).toEqual(dropped);
});

test('ignores a build of an earlier process', () => {
  expect(droppedIn(routes(), { startedAt: Date.now() + 60_000 })).toEqual([]);
});

test('needs no rewrites if nothing is hashed', () => {
  expect(droppedIn({ ...LINKED, ...routes() }, { publicFiles: { 'robots.txt': '' } })).toEqual([]);
});

test('needs no rewrites under static delivery', () => {
  const project = withOptions(projectWith({ 'js/app.js': 'hello' }), { delivery: 'static' });
  writeFiles(project.buildDir, { ...LINKED, ...routes() });
  expect(findDroppedKeys(project, true, 0)).toEqual([]);
});

test('needs no headers if the config got none', () => {
  const project = projectWith({ 'js/app.js': 'hello' }, {}, { output: 'export' });
  writeFiles(project.buildDir, { ...LINKED, ...routesWith([], []) });
  expect(findDroppedKeys(project, false, 0)).toEqual([]);
});

test('reports the rewrites if there is no manifest, since they would have written it', () => {
  const project = projectWith({ 'js/app.js': 'hello' });
  writeFiles(project.buildDir, routes());
  expect(findDroppedKeys(project, true, 0)).toEqual([HOOK, 'rewrites']);
});

describe('when the build has ended', () => {
  const ended = (projects: readonly Project[]) => {
    for (const project of projects) checkWhenFinished(project, true);
    return () => endBuild?.();
  };
  const appWith = (files: Readonly<Record<string, string>>) => {
    const project = projectWith({ 'js/app.js': 'hello' });
    buildManifest(project);
    writeFiles(project.buildDir, files);
    return project;
  };
  test('ignores a config that was wrapped but not exported', () => {
    const web = appWith({ ...LINKED, ...routes() });
    const mobile = resolveProject({ root: web.root, output: 'export' });
    expect(ended([mobile, web])).not.toThrow();
  });

  test('throws, and so fails the build, for a dropped key', () => {
    expect(ended([appWith({ ...LINKED, ...routes() })])).toThrow(smartCacheError('ERR_SMART_CACHE_CONFIG_DROPPED'));
  });
});
