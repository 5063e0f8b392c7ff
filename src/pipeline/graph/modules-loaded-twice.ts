import { buildReferenceGraph, type GraphFile, isImport, reach } from './reference-graph.js';

/** Modules that a page may load under two URLs: the browser then runs each twice, and each copy has a state of its own. */
export interface ModulesLoadedTwice {
  /** Asset paths, in the order in which they are met. */
  modules: string[];
  /** The file that is left as it is: what it imports, and what those import, has a plain URL. */
  leftAlone: string;
  /** A file that imports the hashed URL of the first module. */
  rewritten: string;
}

/**
 * Finds the modules that one file imports by their plain URL, because its
 * references are not rewritten, and another file by their hashed one.
 *
 * A module counts as loaded by its hashed URL if it can be reached from a
 * rewritten file that nothing imports. Only the app knows which files it loads.
 *
 * @param leftAlone the files that the `references.exclude` option names.
 * @param rewritten all other files with references.
 * @param isHashed whether a file has a hashed URL at all.
 */
export function findModulesLoadedTwice(
  leftAlone: readonly GraphFile[],
  rewritten: readonly GraphFile[],
  isHashed: (assetPath: string) => boolean,
): ModulesLoadedTwice[] {
  if (leftAlone.length === 0) return [];
  const graph = buildReferenceGraph([...leftAlone, ...rewritten], false);
  const importsOf = (assetPath: string) =>
    graph
      .followed(assetPath)
      .filter((reference) => reference.isRewritten && isImport(reference))
      .map(({ target }) => target);
  const isLeftAlone = new Set(leftAlone.map(({ assetPath }) => assetPath));
  const hashedImportsOf = (assetPath: string) => (isLeftAlone.has(assetPath) ? [] : importsOf(assetPath));

  const imported = graph.importedByUrl();
  const entries = rewritten.map(({ assetPath }) => assetPath).filter((assetPath) => !imported.has(assetPath));
  const importers = new Map<string, string>();
  for (const importer of reach(entries, hashedImportsOf)) {
    for (const target of hashedImportsOf(importer)) if (isHashed(target) && !importers.has(target)) importers.set(target, importer);
  }
  return leftAlone.flatMap(({ assetPath }) => {
    const modules = [...reach(importsOf(assetPath), importsOf)].filter((target) => importers.has(target));
    const importer = importers.get(modules[0] ?? '');
    return importer === undefined ? [] : [{ modules, leftAlone: assetPath, rewritten: importer }];
  });
}
