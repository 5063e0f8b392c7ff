import type { LexedFile } from '../references/find-references.js';
import { type Destination, isBareSpecifier, type Reference, type ReferenceKind } from '../references/reference.js';

/** A public file with references. */
export interface GraphFile {
  assetPath: string;
  lexed: LexedFile;
  /** The target of each reference, in the order of `lexed.references`. */
  destinations: readonly Destination[];
}

/** A reference to a public file. */
export interface FollowedReference extends Reference {
  /** Asset path. */
  target: string;
  /** Whether the hashed URL replaces it; otherwise an import map resolves it. */
  isRewritten: boolean;
}

export interface ReferenceGraph {
  /** Whether the imports of a file stay as they are written, since the import map resolves them. */
  keepsImports(assetPath: string): boolean;
  /** The references of a file to public files, in the order of its text. */
  followed(assetPath: string): readonly FollowedReference[];
  /** The references of a file to missing public files. */
  deadReferencesOf(assetPath: string): readonly Reference[];
  /** The files that others import by a hashed URL. */
  importedByUrl(): ReadonlySet<string>;
}

/** The kinds of references that an import map applies to. */
const IMPORT_KINDS: ReadonlySet<ReferenceKind> = new Set(['import', 'dynamic-import']);

export function isImport({ kind }: Pick<Reference, 'kind'>): boolean {
  return IMPORT_KINDS.has(kind);
}

/**
 * Builds the graph of references and decides which of them are rewritten.
 *
 * With an import map, imports stay as they are written. Workers and worklets
 * have no import map (https://html.spec.whatwg.org/#resolve-a-module-specifier),
 * so imports are rewritten in all modules that a `new URL('…', import.meta.url)` reaches.
 */
export function buildReferenceGraph(files: Iterable<GraphFile>, usesImportMap: boolean): ReferenceGraph {
  const nodes = new Map([...files].map((file) => [file.assetPath, file]));
  const withoutImportMap = usesImportMap
    ? reach(
        [...nodes.keys()].flatMap((assetPath) => targets(assetPath, ({ kind }) => kind === 'module-url')),
        (assetPath) => targets(assetPath, isImport),
      )
    : undefined;
  const followedByPath = new Map<string, FollowedReference[]>();
  return { keepsImports, followed, deadReferencesOf, importedByUrl };

  function keepsImports(assetPath: string): boolean {
    return withoutImportMap !== undefined && !withoutImportMap.has(assetPath);
  }

  function followed(assetPath: string): FollowedReference[] {
    let list = followedByPath.get(assetPath);
    if (list === undefined) {
      list = collect(assetPath);
      followedByPath.set(assetPath, list);
    }
    return list;
  }

  function collect(assetPath: string): FollowedReference[] {
    const node = nodes.get(assetPath);
    return (node?.lexed.references ?? []).flatMap((reference, index) => {
      const target = node?.destinations[index];
      return typeof target === 'string' && reference.kind !== 'mention'
        ? [{ ...reference, target, isRewritten: isRewritten(assetPath, reference) }]
        : [];
    });
  }

  function deadReferencesOf(assetPath: string): Reference[] {
    const node = nodes.get(assetPath);
    return (node?.lexed.references ?? []).filter(({ kind }, index) => node?.destinations[index] === null && !MAY_LACK_A_FILE.has(kind));
  }

  function importedByUrl(): Set<string> {
    const imports = [...nodes.keys()].flatMap(followed).filter((reference) => reference.isRewritten && isImport(reference));
    return new Set(imports.map(({ target }) => target));
  }

  function isRewritten(assetPath: string, { kind, url }: Reference): boolean {
    return !isBareSpecifier(kind, url) && !(isImport({ kind }) && keepsImports(assetPath));
  }

  function targets(assetPath: string, isWanted: (reference: Reference) => boolean): string[] {
    const node = nodes.get(assetPath);
    if (node === undefined) return [];
    const found: string[] = [];
    node.lexed.references.forEach((reference, index) => {
      const destination = node.destinations[index];
      if (typeof destination === 'string' && isWanted(reference)) found.push(destination);
    });
    return found;
  }
}

/** Most packages ship without source maps, and a text in JSON may not be a URL. */
const MAY_LACK_A_FILE: ReadonlySet<ReferenceKind> = new Set(['source-map', 'mention']);

/** Returns all nodes that the starts reach, including the starts. */
export function reach(starts: Iterable<string>, successorsOf: (node: string) => Iterable<string>): Set<string> {
  const reached = new Set(starts);
  // The iteration over a set also visits the values that the loop adds.
  for (const node of reached) for (const successor of successorsOf(node)) reached.add(successor);
  return reached;
}

/**
 * Lists the strongly connected components of a graph, each after its successors.
 * A node that is in no circle is a component of its own (R. Tarjan, "Depth-first
 * search and linear graph algorithms", 1972).
 *
 * It does not recurse, since a chain of modules may be longer than the stack.
 *
 * @param successorsOf must return only members of `nodes`.
 */
export function findStrongComponents(nodes: Iterable<string>, successorsOf: (node: string) => Iterable<string>): string[][] {
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
