import type { FileStamp } from '../../disk/hash-file.js';
import type { LexedFile } from '../references/find-references.js';
import type { Destination } from '../references/reference.js';
import type { Content, HashedBefore } from './hash-graph.js';
import { type GraphFile, reach } from './reference-graph.js';

/** A file that `public/` holds, as this build found it. */
export interface PublicFile extends Content, FileStamp {
  assetPath: string;
  absolutePath: string;
  /** The references to other files, if the format can have any. */
  lexed?: LexedFile | undefined;
  /** Whether the scan cache knew the file in this state, so that the build did not read it. */
  isKnown?: boolean;
  /** The result of the last build, if the file is known. */
  result?: CachedResult | undefined;
}

/** The result that one build leaves to the next for a file with references. It is valid while the options and the names of all files stay the same. */
export interface CachedResult extends HashedBefore {
  destinations: readonly Destination[];
  keepsImports: boolean;
}

/**
 * Finds the files with references that this build need neither read nor hash:
 * the file itself, and all files that it reaches by references, are as in the
 * last build.
 *
 * @param isAsBefore whether the options treat a file as in the last build, and the store still has its output.
 */
export function findUnchangedFiles(
  files: readonly PublicFile[],
  graphFiles: readonly GraphFile[],
  isAsBefore: (file: PublicFile) => boolean,
): ReadonlySet<string> {
  const unchanged = new Set(graphFiles.map(({ assetPath }) => assetPath));
  const isChanged = (file: PublicFile) => !file.isKnown || (unchanged.has(file.assetPath) && !isAsBefore(file));
  const changed = files.filter(isChanged).map(({ assetPath }) => assetPath);
  if (changed.length === 0) return unchanged;
  const referrers = referrersOf(graphFiles);
  for (const assetPath of reach(changed, (target) => referrers.get(target) ?? [])) unchanged.delete(assetPath);
  return unchanged;
}

/** Asset path → the files that refer to it. */
function referrersOf(graphFiles: readonly GraphFile[]): Map<string, string[]> {
  const referrers = new Map<string, string[]>();
  for (const { assetPath, destinations } of graphFiles) {
    for (const destination of destinations) {
      if (typeof destination !== 'string') continue;
      const known = referrers.get(destination);
      if (known === undefined) referrers.set(destination, [assetPath]);
      else known.push(assetPath);
    }
  }
  return referrers;
}
