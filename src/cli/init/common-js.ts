import { type Node, nameOf } from '../../pipeline/source/syntax-tree.js';

/** `module.exports` itself, not what is in it. */
export function isModuleExports(node: Node | undefined): boolean {
  return node?.type === 'MemberExpression' && nameOf(node.object) === 'module' && isNamedExports(node.property);
}

/** Also `module['exports']`. */
function isNamedExports(property: Node | undefined): boolean {
  return nameOf(property) === 'exports' || property?.value === 'exports';
}
