import type { Destination } from '../references/resolve-reference.js';
import type { FrozenFile } from '../store/freeze.js';
import type { HashedBefore } from './hash-graph.js';

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
