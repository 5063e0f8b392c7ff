import { type Node, nameOf } from './syntax-tree.js';

/** What is read of a pattern. */
interface Pattern extends Node {
  /** Of `...rest`. */
  argument?: Node | null;
  /** Of `constructor(private name)`. */
  parameter?: Node;
}

/** The identifiers that a pattern gives a value to: `{ a, b: [c], ...d }` has `a`, `c` and `d`. */
export function namesIn(pattern: Pattern | null | undefined): Node[] {
  if (!pattern) return [];
  if (nameOf(pattern) !== undefined) return [pattern];
  const { properties = [], elements = [], value, left, argument, parameter } = pattern;
  const inValue = typeof value === 'object' ? value : undefined;
  return [...properties, ...elements, inValue, left, argument, parameter].flatMap(namesIn);
}
