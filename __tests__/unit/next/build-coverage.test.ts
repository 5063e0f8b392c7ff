import fs from 'node:fs';
import path from 'node:path';
import { measureBuild } from '../../../src/next/build-coverage';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import { recordDeploy } from '../../../src/pipeline/deploys';
import { type ProjectInput, resolveProject } from '../../../src/pipeline/project';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

const PUBLIC = {
  'public/img/a.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'public/img/b.svg': '<svg xmlns="http://www.w3.org/2000/svg"><title>b</title></svg>',
  'public/css/site.css': '.a { background: url(../img/a.svg) }',
};

/** Writes the files of Next that coverage reads, for an app with one page. */
const BUILD = {
  '.next/BUILD_ID': 'id',
  '.next/images-manifest.json': '{ "images": { "path": "/_next/image" } }',
  '.next/prerender-manifest.json': '{ "routes": { "/": { "srcRoute": "/" } } }',
  '.next/app-path-routes-manifest.json': '{ "/page": "/" }',
};

/** A finished build of an app with these files; `%/img/a.svg` in a page is its hashed URL. */
function finishedBuild(files: Record<string, string>, input: Omit<ProjectInput, 'root'> = {}) {
  const root = temporaryFolder();
  writeFiles(root, { ...PUBLIC, ...files });
  const project = resolveProject({ root, isApp: true, env: {}, ...input });
  const built = buildManifest(project);
  const urlOf = (assetPath: string) => built.manifest.assets[assetPath]?.url ?? '';
  const texts = Object.entries({ ...BUILD, ...files }).filter(([name]) => !name.startsWith('public/'));
  writeFiles(root, Object.fromEntries(texts.map(([name, text]) => [name, text.replace(/%(\/[\w./]+)/g, (_, written) => urlOf(written))])));
  recordDeploy(project, built);
  return { root, project, built };
}

function measure(files: Record<string, string>, input?: Omit<ProjectInput, 'root'>) {
  const { project, built } = finishedBuild(files, input);
  const measured = measureBuild(project, built);
  if ('whyNot' in measured) throw new Error(measured.whyNot);
  return measured;
}

const onPage = (html: string) => ({ '.next/server/app/index.html': html });

test('follows the stylesheets of public/, hashed and plain', () => {
  const hashed = measure(onPage('<link rel="stylesheet" href="%/css/site.css">'));
  expect(hashed.coverage).toEqual({ hashed: 2, total: 2, plain: [] });
  const plain = measure(onPage('<link rel="stylesheet" href="/css/site.css">'));
  expect(plain.coverage).toMatchObject({
    hashed: 0,
    total: 2,
    plain: [{ assetPath: '/css/site.css' }, { assetPath: '/img/a.svg', place: 'reference', label: '/css/site.css', pages: ['/'] }],
  });
});

test('leaves what data-no-hash leaves alone, with what that loads', () => {
  const { coverage } = measure(onPage('<link rel="stylesheet" data-no-hash href="/css/site.css"><img src="%/img/b.svg">'));
  expect(coverage).toEqual({ hashed: 1, total: 1, plain: [] });
});

test('reads the stylesheets that Next bundles, and not those of public/ beside them', () => {
  const { coverage } = measure({
    ...onPage('<p>no file</p>'),
    '.next/static/chunks/x.css': '.b { background: url(/img/b.svg) }',
    '.next/static/media/smart-cache-rewrite/css/old.css': '.a { background: url(/img/a.svg) }',
  });
  expect(coverage.plain).toEqual([{ assetPath: '/img/b.svg', place: 'stylesheet', label: 'url()', pages: ['x.css'] }]);
});

test('lists the pages that Next renders on request, and neither routes nor pages of Next', () => {
  const { pages, notMeasured } = measure({
    ...onPage('<p>home</p>'),
    '.next/server/app/blog/first.html': '',
    '.next/server/app/shell/[id].html': '',
    '.next/server/pages/en/about.html': '',
    '.next/server/pages/500.html': '',
    '.next/prerender-manifest.json':
      '{ "routes": { "/": { "srcRoute": "/" }, "/blog/first": { "srcRoute": "/blog/[slug]" }, "/old": { "srcRoute": null } } }',
    '.next/app-path-routes-manifest.json': JSON.stringify({
      '/page': '/',
      '/_not-found/page': '/_not-found',
      '/blog/[slug]/page': '/blog/[slug]',
      '/shell/[id]/page': '/shell/[id]',
      '/(shop)/cart/page': '/cart',
      '/@modal/(.)photo/page': '/(.)photo',
      '/api/data/route': '/api/data',
    }),
    '.next/server/pages-manifest.json': JSON.stringify({
      '/_app': 'pages/_app.js',
      '/404': 'pages/404.html',
      '/500': 'pages/500.js',
      '/en/about': 'pages/en/about.html',
      '/old': 'pages/old.js',
      '/account': 'pages/account.js',
      '/apis': 'pages/apis.js',
      '/api': 'pages/api.js',
      '/api/hello': 'pages/api/hello.js',
    }),
  });
  expect({ pages, notMeasured }).toEqual({ pages: 5, notMeasured: ['/account', '/apis', '/cart'] });
});

test('reads the exported pages, and not the HTML files of public/ among them', () => {
  const files = {
    'public/own.html': '<img src="/img/a.svg">',
    'out/own.html': '<img src="/img/a.svg">',
    'out/index.html': '<img src="img/b.svg">',
    'out/blog/first/index.html': '<img src="../../img/b.svg">',
    '.next/server/app/index.html': '<img src="/img/a.svg">',
  };
  const { coverage, pages } = measure(files, { output: 'export' });
  expect({ pages, plain: coverage.plain }).toEqual({
    pages: 2,
    plain: [{ assetPath: '/img/b.svg', place: 'relative', label: '<img src>', pages: ['/', '/blog/first'] }],
  });
});

test('reads the page for unknown paths once, of which Next makes a copy', () => {
  const notFound = '<img src="/img/b.svg">';
  const { coverage } = measure({ '.next/server/app/_not-found.html': notFound, '.next/server/pages/404.html': notFound });
  expect(coverage.plain).toMatchObject([{ pages: ['/_not-found'] }]);
});

test('takes the path of the optimizer from what Next has written', () => {
  const { coverage } = measure({
    ...onPage('<img src="/optimized?url=%2Fimg%2Fa.svg&amp;w=16" srcset="/optimized?url=%2Fimg%2Fa.svg&amp;w=32 2x">'),
    '.next/images-manifest.json': '{ "images": { "path": "/optimized" } }',
  });
  expect(coverage.plain).toMatchObject([{ assetPath: '/img/a.svg', place: 'same-origin' }]);
});

test.each([
  [false, 'jsxImportSource'],
  [true, 'asset()'],
])('names the fix of an app whose use of the JSX runtime is %s', (usesJsxRuntime, fix) => {
  const { groups } = measure(onPage('<img src="/img/a.svg">'), { usesJsxRuntime });
  expect(groups).toMatchObject([{ fix: expect.stringContaining(fix), files: [{ assetPath: '/img/a.svg' }] }]);
});

test('leaves modules to an import map, through which they find each other', () => {
  const files = {
    'public/js/main.js': "import './part.js';",
    'public/js/part.js': 'export {};',
    ...onPage(
      '<script type="importmap">{ "imports": { "/js/part.js": "%/js/part.js" } }</script><script type="module" src="%/js/main.js"></script>',
    ),
  };
  expect(measure(files, { options: { modules: { importMap: true } } }).coverage).toEqual({ hashed: 2, total: 2, plain: [] });
});

describe('is not measured', () => {
  const whyNot = ({ project, built }: Pick<ReturnType<typeof finishedBuild>, 'project' | 'built'>) => {
    const measured = measureBuild(project, built);
    return 'whyNot' in measured ? measured.whyNot : 'measured';
  };
  const page = onPage('<img src="/img/a.svg">');

  test('if there is no finished build', () => {
    const build = finishedBuild(page);
    fs.rmSync(path.join(build.root, '.next/BUILD_ID'));
    expect(whyNot(build)).toBe('there is no finished build; run "next build"');
  });

  test('if the build left no record, or is of other files', () => {
    const build = finishedBuild(page);
    fs.appendFileSync(path.join(build.root, 'public/img/a.svg'), '\n');
    const { project } = build;
    expect(whyNot({ project, built: buildManifest(project, { write: false }) })).toMatch(/have changed since the last build/);
    fs.rmSync(path.join(build.root, '.next/cache'), { recursive: true });
    expect(whyNot(build)).toMatch(/^the last build left no record: wrap next\.config in withSmartCache/);
  });

  test('if all pages are dynamic, or what Next has written cannot be read', () => {
    expect(whyNot(finishedBuild({}))).toMatch(/^"next build" rendered no page; .+verify URL/);
    expect(whyNot(finishedBuild({ ...page, '.next/images-manifest.json': '{' }))).toMatch(
      /cannot be read: images-manifest\.json is not JSON/,
    );
  });
});
