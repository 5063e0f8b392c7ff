/** What asked for an asset path; `undefined` is `asset()`, so that browser bundles do not hold its name. */
export type AskedBy = 'CachedScript' | 'CachedStyle' | undefined;

/** One line of JSON in the file that rendering code appends to, and that `next build` reads as it ends. */
export interface MissingAsset {
  /** As the author wrote it, without query and fragment. */
  path: string;
  /** What asked for it, as {@link nameAsker} returns it. */
  component: string;
  /** Names that it may be a mistyped form of, best first. */
  nearest: readonly string[];
}

export function nameAsker(askedBy: AskedBy): string {
  return askedBy ? `<${askedBy}>` : 'asset()';
}
