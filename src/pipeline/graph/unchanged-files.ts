import type { Destination } from '../references/resolve-reference.js';
import type { FrozenFile } from '../store/freeze.js';
import type { HashedBefore } from './hash-graph.js';
import { type GraphFile, reach } from './reference-graph.js';

/**
 * The files that refer to others and of which nothing can have changed since
 * the last build, so that they need be neither read nor hashed again: neither
 * they nor anything below them was read, and each would come out as it did
 * then.
 *
 * @param files all files, with what the last build made of them.
 * @param graphFiles those that refer to others.
 * @param isAsBefore whether a file that refers to others is treated as it was then, and its copy is there.
 */
export function unchangedFiles(
  files: readonly SourceFile[],
  graphFiles: readonly GraphFile[],
  isAsBefore: (file: SourceFile) => boolean,
): ReadonlySet<string> {
  const unchanged = new Set(graphFiles.map(({ assetPath }) => assetPath));
  const isChanged = (file: SourceFile) => !file.isKnown || (unchanged.has(file.assetPath) && !isAsBefore(file));
  const changed = files.filter(isChanged).map(({ assetPath }) => assetPath);
  if (changed.length === 0) return unchanged;
  const referrers = referrersOf(graphFiles);
  for (const assetPath of reach(changed, (target) => referrers.get(target) ?? [])) unchanged.delete(assetPath);
  return unchanged;
}

/** By asset path, the files that refer to it. */
function referrersOf(graphFiles: readonly GraphFile[]): Map<string, string[]> {
  const referrers = new Map<string, string[]>();
  for (const { assetPath, destinations } of graphFiles) {
    for (const destination of destinations) {
      if (typeof destination !== 'string') continue;
      const list = referrers.get(destination);
      if (list === undefined) referrers.set(destination, [assetPath]);
      else list.push(assetPath);
    }
  }
  return referrers;
}

/** A file of `public/`, as it lies there. */
export interface SourceFile extends FrozenFile {
  assetPath: string;
  absolutePath: string;
  /** Whether the last build knew it as it is, so that it was not read. */
  isKnown?: boolean;
  /** Of a known file: what the last build made of its references. */
  links?: CachedLinks | undefined;
}

/** What one build leaves for the next. Holds as long as neither the options nor the names of the files change. */
export interface CachedLinks extends HashedBefore {
  destinations: readonly Destination[];
  keepsImports: boolean;
}
