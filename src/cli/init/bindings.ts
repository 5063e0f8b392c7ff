import { findScopes } from '../../pipeline/source/scopes.js';
import { type Node, nameOf, visit } from '../../pipeline/source/syntax-tree.js';

interface Statement extends Node {
  declaration?: Node | null;
}

/** Whether a name stands, at the top of a file or at one of some places, for something else than the value of that name that the file imports from a module. */
export function isBoundElsewhere(tree: Node, name: string, module: string, places: readonly Node[]): boolean {
  const body: readonly Statement[] = tree.program?.body ?? [];
  const imports = body.filter(({ type, source, importKind }) => {
    return type === 'ImportDeclaration' && source?.value === module && importKind !== 'type';
  });
  const ours = new Set(imports.flatMap(({ specifiers = [] }) => specifiers.filter(isValueNamed(name)).map(({ local }) => local)));
  // Scopes are of values alone, but a type at the top cannot have the name of an import either.
  if (body.some((statement) => nameOf((statement.declaration ?? statement).id ?? undefined) === name)) return true;
  const bindersOf = findScopes(tree);
  return places.some((place) => bindersOf({ ...place, name }).some((binder) => !ours.has(binder)));
}

function isValueNamed(name: string): (specifier: Node) => boolean {
  return ({ imported, importKind }) => nameOf(imported) === name && importKind !== 'type';
}

export function importsOf(tree: Node): Node[] {
  const imports: Node[] = [];
  visit(tree, (node) => {
    if (node.type === 'ImportDeclaration') imports.push(node);
  });
  return imports;
}
