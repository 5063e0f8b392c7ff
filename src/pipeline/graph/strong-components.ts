/**
 * The strongly connected components of a graph, each after all that it leads
 * to: what does not go in circles is a component of one node (R. Tarjan,
 * "Depth-first search and linear graph algorithms", 1972).
 *
 * Without recursion: a chain of modules may be longer than the stack.
 *
 * @param successorsOf must name nodes of `nodes` alone.
 */
export function strongComponents(nodes: Iterable<string>, successorsOf: (node: string) => Iterable<string>): string[][] {
  const components: string[][] = [];
  const visits = new Map<string, Visit>();
  const open: string[] = [];
  for (const root of nodes) if (!visits.has(root)) walkFrom(root);
  return components;

  function walkFrom(root: string): void {
    const path = [enter(root)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const { done, value: successor } = visit.successors.next();
      if (done) {
        path.pop();
        if (visit.lowest === visit.order) close(visit);
        const parent = path.at(-1);
        if (parent) parent.lowest = Math.min(parent.lowest, visit.lowest);
        continue;
      }
      const known = visits.get(successor);
      if (known === undefined) path.push(enter(successor));
      else if (known.isOpen) visit.lowest = Math.min(visit.lowest, known.order);
    }
  }

  function enter(node: string): Visit {
    const visit = { node, order: visits.size, lowest: visits.size, isOpen: true, successors: successorsOf(node)[Symbol.iterator]() };
    visits.set(node, visit);
    open.push(node);
    return visit;
  }

  function close(visit: Visit): void {
    const component = open.splice(open.lastIndexOf(visit.node));
    for (const node of component) (visits.get(node) as Visit).isOpen = false;
    components.push(component);
  }
}

interface Visit {
  node: string;
  order: number;
  lowest: number;
  isOpen: boolean;
  successors: Iterator<string>;
}
