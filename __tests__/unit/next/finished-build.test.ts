import { REWRITE_STORE_URL } from '../../../src/core/rewrite-rules';
import { findDroppedKeys } from '../../../src/next/finished-build';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import { writeFiles } from '../../support/temporary-folder';
import { projectWith, withOptions } from '../support/project';

const HOOK = 'compiler.runAfterProductionCompile';
const LINKED = { 'static/media/smart-cache/js/app.2cf24dba5f.js': 'hello' };
const routes = (...destinations: string[]) => ({
  'routes-manifest.json': JSON.stringify({ rewrites: { beforeFiles: destinations.map((destination) => ({ source: '/a', destination })) } }),
});
const OURS = `/docs${REWRITE_STORE_URL}/:path`;

function droppedIn(
  files: Readonly<Record<string, string>>,
  { startedAt = 0, publicFiles = { 'js/app.js': 'hello' } as Record<string, string> } = {},
) {
  const project = projectWith(publicFiles);
  buildManifest(project);
  writeFiles(project.buildDir, files);
  return findDroppedKeys(project, startedAt);
}

test.each<[string, Record<string, string>, dropped: string[]]>([
  ['all is used', { ...LINKED, ...routes('/own', OURS) }, []],
  ['the rewrites are not', { ...LINKED, ...routes('/own') }, ['rewrites']],
  ['the hook is not', routes(OURS), [HOOK]],
  ['neither is', routes(), [HOOK, 'rewrites']],
  ['no build was finished', LINKED, []],
])('%s', (_, files, dropped) => {
  expect(droppedIn(files)).toEqual(dropped);
});

test('a build of an earlier process is not ours to judge', () => {
  expect(droppedIn(routes(), { startedAt: Date.now() + 60_000 })).toEqual([]);
});

test('with nothing hashed, no rewrites are missed', () => {
  expect(droppedIn({ ...LINKED, ...routes() }, { publicFiles: { 'robots.txt': '' } })).toEqual([]);
});

test('static delivery has none', () => {
  const project = withOptions(projectWith({ 'js/app.js': 'hello' }), { delivery: 'static' });
  writeFiles(project.buildDir, { ...LINKED, ...routes() });
  expect(findDroppedKeys(project, 0)).toEqual([]);
});

test('without a manifest the rewrites cannot have been asked for', () => {
  const project = projectWith({ 'js/app.js': 'hello' });
  writeFiles(project.buildDir, routes());
  expect(findDroppedKeys(project, 0)).toEqual([HOOK, 'rewrites']);
});
