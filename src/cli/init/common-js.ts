import { type Node, nameOf, visit } from '../../pipeline/source/syntax-tree.js';
import { importsOf } from './bindings.js';

/** `module.exports` itself, not what is in it. */
export function isModuleExports(node: Node | undefined): boolean {
  return node?.type === 'MemberExpression' && nameOf(node.object) === 'module' && isNamedExports(node.property);
}

/** Also `module['exports']`. */
function isNamedExports(property: Node | undefined): boolean {
  return nameOf(property) === 'exports' || property?.value === 'exports';
}

/** Whether a file is no ES module, and shows it. */
export function isCommonJs(tree: Node): boolean {
  if (importsOf(tree).length > 0) return false;
  let isFound = false;
  visit(tree, (node) => {
    isFound ||= isModuleExports(node) || (node.type === 'CallExpression' && nameOf(node.callee) === 'require');
  });
  return isFound;
}
