import { findStrongComponents } from '../../../../src/pipeline/graph/reference-graph';
import fc from '../../../support/seeded-fast-check';

type Graph = Record<string, readonly string[]>;

const componentsOf = (graph: Graph) => findStrongComponents(Object.keys(graph), (node) => graph[node] ?? []);

test.each<[string, Graph, string[][]]>([
  ['an empty graph', {}, []],
  ['a chain, from its end', { a: ['b'], b: ['c'], c: [] }, [['c'], ['b'], ['a']]],
  ['a node that refers to itself', { a: ['a'] }, [['a']]],
  ['two nodes that refer to each other, and a third that refers to one of them', { a: ['b'], b: ['c'], c: ['b'] }, [['b', 'c'], ['a']]],
  [
    'two circles, of which one refers to the other',
    { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] },
    [
      ['c', 'd'],
      ['a', 'b'],
    ],
  ],
  ['a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, [['d'], ['b'], ['c'], ['a']]],
  ['circles that share a node', { a: ['b', 'c'], b: ['a'], c: ['a'] }, [['a', 'b', 'c']]],
  ['a node that refers to another twice', { a: ['b', 'b'], b: [] }, [['b'], ['a']]],
])('finds the components of %s', (_, graph, components) => {
  expect(componentsOf(graph).map((component) => component.sort())).toEqual(components);
});

const NODES = ['a', 'b', 'c', 'd', 'e', 'f'];
const anyGraph = fc.record(
  Object.fromEntries(NODES.map((node) => [node, fc.uniqueArray(fc.constantFrom(...NODES), { maxLength: 4 })])),
) as fc.Arbitrary<Graph>;

/** Returns all nodes that a node reaches, over any number of steps. */
function below(graph: Graph, node: string): Set<string> {
  const reached = new Set<string>();
  const queue = [...(graph[node] ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (!reached.has(next)) queue.push(...(graph[next] ?? []));
    reached.add(next);
  }
  return reached;
}

test('puts each node into one component, with the nodes that it reaches and that reach it', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const components = componentsOf(graph);
      expect(components.flat().sort()).toEqual(NODES);
      for (const component of components) {
        const [first = ''] = component;
        const mates = NODES.filter((node) => node === first || (below(graph, first).has(node) && below(graph, node).has(first)));
        expect(component.sort()).toEqual(mates);
      }
    }),
  );
});

test('lists each component after its successors', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const seen = new Set<string>();
      for (const component of componentsOf(graph)) {
        for (const node of component) seen.add(node);
        for (const node of component) expect([...seen]).toEqual(expect.arrayContaining([...(graph[node] ?? [])]));
      }
    }),
  );
});

test('handles a chain and a circle of 50,000 nodes, which no stack could hold', () => {
  const count = 50_000;
  const nodes = Array.from({ length: count }, (_, index) => String(index));
  expect(findStrongComponents(nodes, (node) => (Number(node) + 1 < count ? [String(Number(node) + 1)] : []))).toHaveLength(count);
  expect(findStrongComponents(nodes, (node) => [String((Number(node) + 1) % count)])).toHaveLength(1);
});
