import { findModuleStates } from '../../../../src/pipeline/graph/loaded-files';
import { processorMs } from '../../support/processor-ms';
import { graphOf, repeated } from '../../support/references';

const FILES = {
  '/main.js': "import './part.js'; import('./later.js');",
  '/part.js': "import './leaf.js'; export const map = new URL('./a.png', import.meta.url);\n//# sourceMappingURL=part.js.map",
  '/later.js': 'export {};',
  '/leaf.js': 'export {};',
  '/other.js': "import './more.js';",
  '/more.js': 'export {};',
  '/site.css': 'a { background: url(a.png) }',
  '/a.png': '',
  '/part.js.map': '{}',
};

function statesOf(files: Readonly<Record<string, string>>, edited: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(findModuleStates(graphOf(files), Object.keys(files), new Map(Object.entries(edited))));
}

test('gives a state to every module that reaches an edited file, and to no other', () => {
  expect(Object.keys(statesOf(FILES, { '/leaf.js': '1' })).sort()).toEqual(['/main.js', '/part.js']);
  expect(Object.keys(statesOf(FILES, { '/later.js': '1' }))).toEqual(['/main.js']);
  expect(Object.keys(statesOf(FILES, { '/a.png': '1' })).sort()).toEqual(['/main.js', '/part.js']);
  expect(statesOf(FILES, { '/main.js': '1', '/part.js.map': '1', '/gone.js': '1' })).toEqual({});
});

test('changes the state whenever a file that the module reaches changes', () => {
  const states = (edited: Record<string, string>) => statesOf(FILES, edited)['/main.js'];
  const seen = [{ '/leaf.js': '1' }, { '/leaf.js': '2' }, { '/leaf.js': '2', '/part.js': '1' }, { '/leaf.js': '2', '/later.js': '1' }].map(
    states,
  );
  expect(new Set(seen).size).toBe(4);
  expect(states({ '/leaf.js': '1', '/main.js': '7', '/more.js': '8' })).toBe(seen[0]);
  expect(states({ '/part.js': '1', '/leaf.js': '2' })).toBe(seen[2]);
});

test('treats modules in a circle as reaching each other', () => {
  const files = { '/a.js': "import './b.js';", '/b.js': "import './a.js'; import './c.js';", '/c.js': 'export {};' };
  const [first, second] = ['1', '2'].map((hash) => statesOf(files, { '/a.js': hash }));
  expect(Object.keys(first ?? {}).sort()).toEqual(['/a.js', '/b.js']);
  for (const file of ['/a.js', '/b.js']) expect(first?.[file]).not.toBe(second?.[file]);
});

test('visits each module of a long chain once, although all of them were edited', () => {
  const count = 3_000;
  const files = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`/${index}.js`, repeated(3, (further) => `import './${index + 1 + further}.js';`)]),
  );
  const graph = graphOf({ ...files, ...Object.fromEntries([0, 1, 2].map((further) => [`/${count + further}.js`, 'export {};'])) });
  const edited = new Map(Object.keys(files).map((file) => [file, file]));
  let states = new Map<string, string>();
  expect(processorMs(() => (states = findModuleStates(graph, Object.keys(files), edited)))).toBeLessThan(10_000);
  expect(Math.max(...[...states.values()].map(({ length }) => length))).toBe(10);
});

test('gives a state to a classic script that imports an edited module', () => {
  const files = { '/classic.js': "import('./part.js')", '/part.js': 'export {};', '/site.css': 'a { background: url(part.js) }' };
  expect(Object.keys(statesOf(files, { '/part.js': '1' }))).toEqual(['/classic.js']);
});
