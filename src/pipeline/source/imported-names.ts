import { findScopes } from './scopes.js';
import { type Node, nameOf, visit } from './syntax-tree.js';

/** What the names of a file stand for, as far as they come from one module. */
export interface ImportedNames {
  /** The name under which the module exports what an expression, or the name of an element, stands for. */
  exportOf(node: Node['name']): string | undefined;
}

/** Stands for the module itself. */
const WHOLE = Symbol('module');

/** Follows `import` in all its forms, and `require` where its result gets a name, as far as that name is not bound anew. */
export function importedNames(tree: Node, module: string): ImportedNames {
  /** By the identifier that the import gives a name with. */
  const meanings = new Map<Node, string | typeof WHOLE>();
  visit(tree, (node) => {
    const isImport = node.type === 'ImportDeclaration' && node.source?.value === module && node.importKind !== 'type';
    if (isImport) for (const specifier of node.specifiers ?? []) addSpecifier(specifier);
    if (node.type === 'VariableDeclarator' && isRequireOf(module, node.init)) addRequired(node.id);
  });
  // Most files import nothing of a module, and need no scopes.
  const bindersOf = meanings.size > 0 ? findScopes(tree) : () => [];
  return { exportOf };

  function addSpecifier({ type, local, imported, importKind }: Node): void {
    if (!local || importKind === 'type') return;
    if (type === 'ImportNamespaceSpecifier') meanings.set(local, WHOLE);
    else meanings.set(local, type === 'ImportDefaultSpecifier' ? 'default' : (nameOf(imported) ?? String(imported?.value)));
  }

  function addRequired(pattern: Node | null | undefined): void {
    if (pattern && nameOf(pattern) !== undefined) meanings.set(pattern, WHOLE);
    for (const { key, value } of pattern?.properties ?? []) {
      const exported = nameOf(key);
      if (typeof value === 'object' && value && exported !== undefined) meanings.set(value, exported);
    }
  }

  function exportOf(node: Node['name']): string | undefined {
    if (typeof node !== 'object') return undefined;
    if (node.object) return meaningOf(node.object) === WHOLE ? nameOf(node.property) : undefined;
    const meaning = meaningOf(node);
    // `const Image = require('next/image')` is used as the default export is.
    return meaning === WHOLE ? 'default' : meaning;
  }

  function meaningOf(identifier: Node): string | typeof WHOLE | undefined {
    return bindersOf(identifier)
      .map((binder) => meanings.get(binder))
      .find((meaning) => meaning !== undefined);
  }
}

function isRequireOf(module: string, init: Node | null | undefined): boolean {
  return nameOf(init?.callee) === 'require' && init?.arguments?.[0]?.value === module;
}
