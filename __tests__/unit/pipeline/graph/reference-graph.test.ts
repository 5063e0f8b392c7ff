import { reach } from '../../../../src/pipeline/graph/reference-graph';
import { graphOf } from '../../support/references';

type Files = Readonly<Record<string, string>>;

/** Lists the references of a file in short; `~` precedes a reference that stays as it is written. */
function followed(files: Files, assetPath: string, settings?: Parameters<typeof graphOf>[1]): string[] {
  return graphOf(files, settings)
    .followed(assetPath)
    .map(({ kind, target, isRewritten }) => `${isRewritten ? '' : '~'}${kind} ${target}`);
}

test('lists references to public files in the order of the text', () => {
  const files = { '/a.css': '@import "b.css";a{b:url(c.png),url(missing.png),url(https://x/c.png)}', '/b.css': '', '/c.png': '' };
  expect(followed(files, '/a.css')).toEqual(['style-import /b.css', 'url /c.png']);
  expect(followed(files, '/b.css')).toEqual([]);
  expect(followed(files, '/unknown.css')).toEqual([]);
});

test('lists references to missing files, except source maps', () => {
  const graph = graphOf({ '/a.css': 'a{b:url(missing.png),url(#x)}/*# sourceMappingURL=a.css.map */' });
  expect(graph.deadReferencesOf('/a.css').map(({ url }) => url)).toEqual(['missing.png']);
});

test('rewrites the import of a classic script like that of a module', () => {
  const files = { '/classic.js': "import('./store.js').then(start)", '/main.js': "import './store.js'", '/store.js': 'export {}' };
  expect(followed(files, '/classic.js')).toEqual(['dynamic-import /store.js']);
  expect(followed(files, '/main.js')).toEqual(['import /store.js']);
  expect(graphOf({ '/classic.js': "import('./missing.js')" }).deadReferencesOf('/classic.js')).toHaveLength(1);
});

describe('with an import map', () => {
  const MODULES = {
    '/main.js': "import './a.js';import('./b.js');new URL('./c.png', import.meta.url);\n//# sourceMappingURL=main.js.map",
    '/main.js.map': '',
    '/a.js': "import './b.js'",
    '/b.js': 'export {}',
    '/c.png': '',
  };

  test('imports stay as they are written, and all other references are rewritten', () => {
    expect(followed(MODULES, '/main.js', { importMap: true })).toEqual([
      '~import /a.js',
      '~dynamic-import /b.js',
      'module-url /c.png',
      'source-map /main.js.map',
    ]);
    expect(followed(MODULES, '/main.js')).toEqual(['import /a.js', 'dynamic-import /b.js', 'module-url /c.png', 'source-map /main.js.map']);
  });

  test('imports of a worker are rewritten, since it has no import map', () => {
    const files = {
      '/main.js': "import './shared.js';new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })",
      '/worker.js': "import './shared.js'",
      '/shared.js': "import './leaf.js'",
      '/leaf.js': 'export {}',
    };
    expect(followed(files, '/main.js', { importMap: true })).toEqual(['~import /shared.js', 'module-url /worker.js']);
    expect(followed(files, '/worker.js', { importMap: true })).toEqual(['import /shared.js']);
    expect(followed(files, '/shared.js', { importMap: true })).toEqual(['import /leaf.js']);
    expect([...graphOf(files, { importMap: true }).importedByUrl()]).toEqual(['/shared.js', '/leaf.js']);
  });

  test('imports of a classic worker are rewritten, but not those of a classic script of a page', () => {
    const files = {
      '/main.js': "new Worker(new URL('./worker.js', import.meta.url))",
      '/worker.js': "import('./shared.js')",
      '/page.js': "import('./shared.js')",
      '/shared.js': 'export {}',
    };
    expect(followed(files, '/worker.js', { importMap: true })).toEqual(['dynamic-import /shared.js']);
    expect(followed(files, '/page.js', { importMap: true })).toEqual(['~dynamic-import /shared.js']);
  });
});

test('leaves bare specifiers to an import map, even if the package makes none', () => {
  const files = { '/main.js': "import 'three';import 'react'", '/three.js': 'export {}' };
  const imports = { three: '/three.js' };
  expect(followed(files, '/main.js', { imports })).toEqual(['~import /three.js']);
  expect(followed(files, '/main.js', { imports, importMap: true })).toEqual(['~import /three.js']);
  expect(graphOf(files, { imports }).deadReferencesOf('/main.js')).toEqual([]);
});

test('lists reachable nodes in the order of discovery', () => {
  const graph: Record<string, string[]> = { a: ['c', 'b'], b: ['a'], c: ['d'], d: [], e: ['a'] };
  expect([...reach(['a'], (node) => graph[node] ?? [])]).toEqual(['a', 'c', 'b', 'd']);
  expect(reach([], () => []).size).toBe(0);
});

test('follows a chain of 50,000 modules that a worker loads', () => {
  const count = 50_000;
  const files = Object.fromEntries(Array.from({ length: count }, (_, index) => [`/${index}.js`, `import('./${index + 1}.js')`]));
  const graph = graphOf({ ...files, '/main.js': "new Worker(new URL('./0.js', import.meta.url))" }, { importMap: true });
  expect(graph.followed(`/${count - 2}.js`)).toMatchObject([{ target: `/${count - 1}.js`, isRewritten: true }]);
});
