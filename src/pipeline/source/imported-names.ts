import { type Node, nameOf, visit } from './syntax-tree.js';

/** What the names of a file stand for, as far as they come from one module. */
export interface ImportedNames {
  /** The name under which the module exports what an expression, or the name of an element, stands for. */
  exportOf(node: Node['name']): string | undefined;
}

/** Follows `import` in all its forms, and `require` where its result gets a name. */
export function importedNames(tree: Node, module: string): ImportedNames {
  const exports = new Map<string, string>();
  const wholes = new Set<string>();
  visit(tree, (node) => {
    const isImport = node.type === 'ImportDeclaration' && node.source?.value === module && node.importKind !== 'type';
    if (isImport) for (const specifier of node.specifiers ?? []) addSpecifier(specifier);
    if (node.type === 'VariableDeclarator' && isRequireOf(module, node.init)) addRequired(node.id);
  });
  return { exportOf };

  function addSpecifier({ type, local, imported, importKind }: Node): void {
    const name = nameOf(local);
    if (name === undefined || importKind === 'type') return;
    if (type === 'ImportNamespaceSpecifier') wholes.add(name);
    else exports.set(name, type === 'ImportDefaultSpecifier' ? 'default' : (nameOf(imported) ?? String(imported?.value)));
  }

  function addRequired(pattern: Node | null | undefined): void {
    const name = nameOf(pattern ?? undefined);
    if (name !== undefined) wholes.add(name);
    for (const { key, value } of pattern?.properties ?? []) {
      const local = typeof value === 'object' ? nameOf(value ?? undefined) : undefined;
      const exported = nameOf(key);
      if (local !== undefined && exported !== undefined) exports.set(local, exported);
    }
  }

  function exportOf(node: Node['name']): string | undefined {
    if (typeof node !== 'object') return undefined;
    if (node.object) return wholes.has(nameOf(node.object) ?? '') ? nameOf(node.property) : undefined;
    const name = nameOf(node) ?? '';
    // `const Image = require('next/image')` is used as the default export is.
    return exports.get(name) ?? (wholes.has(name) ? 'default' : undefined);
  }
}

function isRequireOf(module: string, init: Node | null | undefined): boolean {
  return nameOf(init?.callee) === 'require' && init?.arguments?.[0]?.value === module;
}
