import { type Node, nameOf, visit } from '../../pipeline/source/syntax-tree.js';

/** What is read of a pattern, and of what has one. */
interface Pattern extends Node {
  /** Of `...rest`. */
  argument?: Node | null;
  /** Of `constructor(private name)`. */
  parameter?: Node;
  /** Of `catch (error)`. */
  param?: Node | null;
}

/** Whether a file gives a name, anywhere, to something else than the value of that name that it imports from a module. */
export function isBoundElsewhere(tree: Node, name: string, module: string): boolean {
  let isBound = false;
  const bind = (pattern: Pattern | null | undefined): void => {
    if (!pattern) return;
    if (nameOf(pattern) === name) isBound = true;
    for (const part of [...(pattern.properties ?? []), ...(pattern.elements ?? [])]) bind(part);
    if (typeof pattern.value === 'object') bind(pattern.value);
    bind(pattern.left);
    bind(pattern.argument);
    bind(pattern.parameter);
  };
  visit(tree, (node: Pattern) => {
    if (node.type === 'ImportDeclaration') {
      const isOurs = node.source?.value === module && node.importKind !== 'type';
      for (const specifier of node.specifiers ?? []) if (!(isOurs && isValueNamed(name, specifier))) bind(specifier.local);
    } else {
      bind(node.id);
      bind(node.param);
      for (const parameter of node.params ?? []) bind(parameter);
    }
  });
  return isBound;
}

function isValueNamed(name: string, { imported, importKind }: Node): boolean {
  return nameOf(imported) === name && importKind !== 'type';
}
