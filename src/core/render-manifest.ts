/**
 * What rendering code looks asset paths up in: the manifest with the app's
 * prefixes applied, small enough for a browser bundle. `withSmartCache`
 * generates it and aliases it over the empty one the package ships.
 */
export interface RenderManifest {
  /**
   * Asset path → finished URL, or URL and Subresource Integrity metadata
   * where the `integrity` option asks for it. Files that keep their name are
   * here too, under that name.
   */
  assets: Readonly<Record<string, string | readonly [url: string, integrity: string]>>;
  /** In front of paths that are not in `assets`. */
  basePath: string;
  /** What an unknown path does to `next build`; absent where no app is wired up: nothing at all. */
  onMissing?: 'error' | 'warn';
}

/** Every look-up returns the original path: Jest, Storybook, a plain Node script. */
export const EMPTY_RENDER_MANIFEST: RenderManifest = { assets: {}, basePath: '' };
