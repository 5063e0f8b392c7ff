import { listAppRoutes } from '../../../src/app-source/app-routes';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

function routesOf(files: readonly string[], pageExtensions: readonly string[] = ['tsx', 'ts', 'jsx', 'js']): string[] {
  const root = temporaryFolder();
  writeFiles(root, Object.fromEntries(files.map((file) => [file, ''])));
  return listAppRoutes(root, pageExtensions).map(({ path, isHandler }) => (isHandler ? `${path} handler` : path));
}

test.each([
  ['app/page.tsx', '/'],
  ['app/js/lib.0123456789.js/route.js', '/js/lib.0123456789.js handler'],
  ['src/app/js/page.jsx', '/js'],
  ['app/(shop)/img/[...slug]/page.tsx', '/img/[...slug]'],
  ['app/img/@modal/[id]/page.tsx', '/img/[id]'],
  ['app/%5Fnext-door/page.tsx', '/_next-door'],
  ['pages/index.tsx', '/'],
  ['pages/js/index.jsx', '/js'],
  ['pages/js/lib.0123456789.js.jsx', '/js/lib.0123456789.js'],
  ['src/pages/img/[[...slug]].tsx', '/img/[[...slug]]'],
  ['pages/api/hello.ts', '/api/hello handler'],
  ['pages/apiary.tsx', '/apiary'],
])('%s makes the route %s', (file, route) => {
  expect(routesOf([file])).toEqual([route]);
});

test.each([
  'app/layout.tsx',
  'app/js/helper.ts',
  'app/js/page.css',
  'app/_private/page.tsx',
  'app/feed/(.)photo/[id]/page.tsx',
  'app/feed/(...)photo/page.tsx',
  'pages/_app.tsx',
  'pages/_document.tsx',
  'pages/_error.tsx',
  'pages/styles.css',
  'lib/app/js/page.tsx',
])('%s makes no route', (file) => {
  expect(routesOf([file])).toEqual([]);
});

test('counts only files with one of the pageExtensions as pages', () => {
  expect(routesOf(['app/a/page.tsx', 'app/b/page.mdx', 'pages/c.page.tsx', 'pages/d.tsx'], ['mdx', 'page.tsx'])).toEqual(['/b', '/c']);
});

test('looks into src/ only if the app has no such folder, for each router', () => {
  expect(routesOf(['app/a/page.tsx', 'src/app/b/page.tsx', 'src/pages/c.tsx'])).toEqual(['/a', '/c']);
});

test.each(['app', 'pages'])('a file with the name %s has no routes, and hides the folder in src/ from Next too', (name) => {
  expect(routesOf([name, `src/${name}/a/page.tsx`, 'src/pages/b.tsx'])).toEqual(name === 'app' ? ['/b'] : []);
});

test('finds no routes without an app', () => {
  expect(routesOf([])).toEqual([]);
});
