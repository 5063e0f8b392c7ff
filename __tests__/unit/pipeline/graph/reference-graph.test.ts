import { reach } from '../../../../src/pipeline/graph/reference-graph';
import { graphOf } from '../../support/references';

type Files = Readonly<Record<string, string>>;

/** What a file refers to, in short; `~` in front of what stays as it is written. */
function followed(files: Files, assetPath: string, settings?: Parameters<typeof graphOf>[1]): string[] {
  return graphOf(files, settings)
    .followed(assetPath)
    .map(({ kind, target, isRewritten }) => `${isRewritten ? '' : '~'}${kind} ${target}`);
}

test('references lead to files of public/, in the order of the text', () => {
  const files = { '/a.css': '@import "b.css";a{b:url(c.png),url(missing.png),url(https://x/c.png)}', '/b.css': '', '/c.png': '' };
  expect(followed(files, '/a.css')).toEqual(['style-import /b.css', 'url /c.png']);
  expect(followed(files, '/b.css')).toEqual([]);
  expect(followed(files, '/unknown.css')).toEqual([]);
});

test('those that lead nowhere are told, but for source maps', () => {
  const graph = graphOf({ '/a.css': 'a{b:url(missing.png),url(#x)}/*# sourceMappingURL=a.css.map */' });
  expect(graph.dead('/a.css').map(({ url }) => url)).toEqual(['missing.png']);
});

describe('what a module alone may say', () => {
  const SAYS = "import('./b.js')";
  const OTHERS = { '/b.js': '', '/c.png': '' };

  test.each<[string, Files, string[]]>([
    ['a classic script: left alone', { '/a.js': SAYS }, []],
    ['by its syntax', { '/a.js': `export {};${SAYS}` }, ['dynamic-import /b.js']],
    ['imported by a module', { '/a.js': SAYS, '/main.js': "import './a.js'" }, ['dynamic-import /b.js']],
    [
      'imported by way of others',
      { '/a.js': SAYS, '/main.mjs': "import('./c.js')", '/c.js': "import('./a.js')" },
      ['dynamic-import /b.js'],
    ],
    ['imported by a classic script: nobody can tell', { '/a.js': SAYS, '/classic.js': "import('./a.js')" }, []],
    ['a URL beside a module is no import of it', { '/a.js': SAYS, '/main.js': "new URL('./a.js', import.meta.url)" }, []],
  ])('%s', (_, files, expected) => {
    expect(followed({ ...OTHERS, ...files }, '/a.js')).toEqual(expected);
  });

  test('the source map of a classic script counts', () => {
    expect(followed({ '/a.js': `${SAYS}\n//# sourceMappingURL=a.js.map`, '/a.js.map': '', '/b.js': '' }, '/a.js')).toEqual([
      'source-map /a.js.map',
    ]);
  });

  test('what a classic script says leads nowhere for nobody', () => {
    expect(graphOf({ '/a.js': "import('./missing.js')" }).dead('/a.js')).toEqual([]);
  });
});

describe('with an import map', () => {
  const MODULES = {
    '/main.js': "import './a.js';import('./b.js');new URL('./c.png', import.meta.url);\n//# sourceMappingURL=main.js.map",
    '/main.js.map': '',
    '/a.js': "import './b.js'",
    '/b.js': 'export {}',
    '/c.png': '',
  };

  test('imports stay as they are written, and all else is rewritten', () => {
    expect(followed(MODULES, '/main.js', { importMap: true })).toEqual([
      '~import /a.js',
      '~dynamic-import /b.js',
      'module-url /c.png',
      'source-map /main.js.map',
    ]);
    expect(followed(MODULES, '/main.js')).toEqual(['import /a.js', 'dynamic-import /b.js', 'module-url /c.png', 'source-map /main.js.map']);
  });

  test('what a worker may load is rewritten, since it knows no import map', () => {
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
});

test('bare specifiers are left to an import map, with or without one of ours', () => {
  const files = { '/main.js': "import 'three';import 'react'", '/three.js': 'export {}' };
  const imports = { three: '/three.js' };
  expect(followed(files, '/main.js', { imports })).toEqual(['~import /three.js']);
  expect(followed(files, '/main.js', { imports, importMap: true })).toEqual(['~import /three.js']);
  expect(graphOf(files, { imports }).dead('/main.js')).toEqual([]);
});

test('what can be reached, in the order in which it is met', () => {
  const graph: Record<string, string[]> = { a: ['c', 'b'], b: ['a'], c: ['d'], d: [], e: ['a'] };
  expect([...reach(['a'], (node) => graph[node] ?? [])]).toEqual(['a', 'c', 'b', 'd']);
  expect(reach([], () => []).size).toBe(0);
});

test('a chain of 50,000 modules, of which only the first says that it is one', () => {
  const count = 50_000;
  const files = Object.fromEntries(Array.from({ length: count }, (_, index) => [`/${index}.js`, `import('./${index + 1}.js')`]));
  const graph = graphOf({ ...files, '/0.js': "export {};import('./1.js')" });
  expect(graph.followed(`/${count - 2}.js`).map(({ target }) => target)).toEqual([`/${count - 1}.js`]);
});
