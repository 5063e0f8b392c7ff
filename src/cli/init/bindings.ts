import { namesIn } from '../../pipeline/source/patterns.js';
import { type Node, nameOf, visit } from '../../pipeline/source/syntax-tree.js';

/** What is read of a node that binds names. */
interface Binder extends Node {
  /** Of `catch (error)`. */
  param?: Node | null;
}

/** Whether a file gives a name, anywhere, to something else than the value of that name that it imports from a module. */
export function isBoundElsewhere(tree: Node, name: string, module: string): boolean {
  let isBound = false;
  const bind = (pattern: Node | null | undefined): void => {
    isBound ||= namesIn(pattern).some((identifier) => nameOf(identifier) === name);
  };
  visit(tree, (node: Binder) => {
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
