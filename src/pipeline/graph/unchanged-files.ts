import type { SourceFile } from './link-files.js';
import { type GraphFile, type ReferenceGraph, reach } from './reference-graph.js';

/**
 * The files of which nothing can have changed since the last build, so that
 * they need be neither read nor hashed again: neither they nor anything below
 * them was read, they count as what they counted as then, and their copy is
 * there.
 *
 * @param graphFiles the files that refer to others.
 * @param fileOf the file of an asset path, with what the last build made of it.
 * @param hasOutput whether what came out for a file then is still in the store.
 */
export function unchangedFiles(
  graphFiles: readonly GraphFile[],
  graph: ReferenceGraph,
  fileOf: (assetPath: string) => SourceFile | undefined,
  hasOutput: (file: SourceFile) => boolean,
): ReadonlySet<string> {
  const importers = new Map<string, string[]>();
  for (const { assetPath, destinations } of graphFiles) {
    for (const destination of destinations) {
      if (typeof destination !== 'string') continue;
      const list = importers.get(destination);
      if (list === undefined) importers.set(destination, [assetPath]);
      else list.push(assetPath);
    }
  }
  const referring = new Set(graphFiles.map(({ assetPath }) => assetPath));
  const isChanged = (assetPath: string) => {
    const file = fileOf(assetPath);
    if (file === undefined) return false;
    return !file.isKnown || (referring.has(assetPath) && !(file.links?.standing === graph.standingOf(assetPath) && hasOutput(file)));
  };
  const changed = reach([...referring, ...importers.keys()].filter(isChanged), (assetPath) => importers.get(assetPath) ?? []);
  return new Set([...referring].filter((assetPath) => !changed.has(assetPath)));
}
