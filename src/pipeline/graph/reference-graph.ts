import type { LexedFile } from '../references/find-references.js';
import type { Reference, ReferenceKind } from '../references/reference.js';
import { type Destination, isBareSpecifier } from '../references/resolve-reference.js';

/** A file of `public/` and where each of its references leads. */
export interface GraphFile {
  assetPath: string;
  lexed: LexedFile;
  /** In the order of `lexed.references`. */
  destinations: readonly Destination[];
}

/** A reference that leads to a file of `public/`. */
export interface FollowedReference extends Reference {
  /** Asset path. */
  target: string;
  /** Whether the hashed URL is put in its place; otherwise an import map leads on from there. */
  isRewritten: boolean;
}

export interface ReferenceGraph {
  /** What a file counts as, which decides which of its references are followed and rewritten. */
  standingOf(assetPath: string): Standing;
  /** What a file refers to, in the order of its text. */
  followed(assetPath: string): readonly FollowedReference[];
  /** Those references of a file that lead nowhere. */
  dead(assetPath: string): readonly Reference[];
  /** The files that others import by a hashed URL which is put in the place of what they say. */
  importedByUrl(): ReadonlySet<string>;
}

/** 0: no module, 1: a module, 2: a module whose imports are rewritten although there is an import map. */
export type Standing = 0 | 1 | 2;

/** What only a module may say. */
const MODULE_KINDS: ReadonlySet<ReferenceKind> = new Set(['import', 'dynamic-import', 'module-url']);

/** What loads another module, and what an import map applies to. */
const IMPORT_KINDS: ReadonlySet<ReferenceKind> = new Set(['import', 'dynamic-import']);

export function isImport({ kind }: Pick<Reference, 'kind'>): boolean {
  return IMPORT_KINDS.has(kind);
}

/**
 * Decides which references count.
 *
 * A script counts as a module if its syntax or its name says so, or if a
 * module imports it. What other scripts say in the way of modules is left
 * alone.
 *
 * With an import map, imports stay as they are written. Only what a worker or
 * worklet may load is rewritten all the same, since they know no import map
 * (HTML Standard, "resolve a module specifier"): everything that can be
 * reached from a `new URL('…', import.meta.url)`.
 */
export function buildReferenceGraph(files: Iterable<GraphFile>, usesImportMap: boolean): ReferenceGraph {
  const nodes = new Map([...files].map((file) => [file.assetPath, file]));
  const modules = reach(
    [...nodes.values()].filter(({ lexed }) => lexed.isModule).map(({ assetPath }) => assetPath),
    (assetPath) => targets(assetPath, isImport),
  );
  const withoutImportMap = usesImportMap
    ? reach(
        [...nodes.keys()]
          .filter((assetPath) => modules.has(assetPath))
          .flatMap((assetPath) => targets(assetPath, ({ kind }) => kind === 'module-url')),
        (assetPath) => (modules.has(assetPath) ? targets(assetPath, isImport) : []),
      )
    : undefined;
  const made = new Map<string, FollowedReference[]>();
  return { standingOf, followed, dead, importedByUrl };

  function standingOf(assetPath: string): Standing {
    if (!modules.has(assetPath)) return 0;
    return withoutImportMap?.has(assetPath) ? 2 : 1;
  }

  function followed(assetPath: string): FollowedReference[] {
    let list = made.get(assetPath);
    if (list === undefined) {
      list = collect(assetPath);
      made.set(assetPath, list);
    }
    return list;
  }

  function collect(assetPath: string): FollowedReference[] {
    const found: FollowedReference[] = [];
    eachCounting(assetPath, (reference, destination) => {
      if (typeof destination === 'string')
        found.push({ ...reference, target: destination, isRewritten: isRewritten(assetPath, reference) });
    });
    return found;
  }

  function dead(assetPath: string): Reference[] {
    const found: Reference[] = [];
    eachCounting(assetPath, (reference, destination) => {
      // Distributions leave their source maps out more often than not.
      if (destination === null && reference.kind !== 'source-map') found.push(reference);
    });
    return found;
  }

  function importedByUrl(): Set<string> {
    const imports = [...nodes.keys()].flatMap(followed).filter((reference) => reference.isRewritten && isImport(reference));
    return new Set(imports.map(({ target }) => target));
  }

  function eachCounting(assetPath: string, visit: (reference: Reference, destination: Destination) => void): void {
    const node = nodes.get(assetPath);
    node?.lexed.references.forEach((reference, index) => {
      if (reference.kind === 'mention') return;
      if (!MODULE_KINDS.has(reference.kind) || modules.has(assetPath)) visit(reference, node.destinations[index]);
    });
  }

  function isRewritten(assetPath: string, { kind, url }: Reference): boolean {
    if (isBareSpecifier(kind, url)) return false;
    return withoutImportMap === undefined || !isImport({ kind }) || withoutImportMap.has(assetPath);
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

/** All that can be reached from some places, themselves included. */
export function reach(starts: Iterable<string>, successorsOf: (node: string) => Iterable<string>): Set<string> {
  const reached = new Set(starts);
  // A set is iterated over in the order of insertion, what is added on the way included.
  for (const node of reached) for (const successor of successorsOf(node)) reached.add(successor);
  return reached;
}
