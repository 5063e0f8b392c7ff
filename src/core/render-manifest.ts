import { isExternalUrl, readings, splitSuffix } from './asset-path.js';

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
  /**
   * The files of `public/` that a production build gives the browser no entry
   * for, as `core/unlisted-assets` packs them. Only where nobody downloads it:
   * on the server, and in development.
   */
  unlisted?: string;
}

/** Every look-up returns the original path: Jest, Storybook, a plain Node script. */
export const EMPTY_RENDER_MANIFEST: RenderManifest = { assets: {}, basePath: '' };

/** What a look-up finds. */
export interface ResolvedAsset {
  /** Finished, with its prefix. */
  url: string;
  /** Subresource Integrity metadata, where the `integrity` option asks for it. */
  integrity?: string | undefined;
  /** On another origin, where an integrity check needs CORS (W3C SRI, section 3.3). */
  crossOrigin?: 'anonymous' | undefined;
}

/**
 * Looks a written path up; `undefined` when the manifest does not know it.
 * `?query` and `#fragment` are kept, unless they are part of the name.
 */
export function lookUp({ assets }: RenderManifest, written: string): ResolvedAsset | undefined {
  // Every asset path begins with a slash, and no name of `Object.prototype` does.
  if (!written.startsWith('/')) return undefined;
  for (const reading of readings(written)) {
    const entry = assets[reading];
    if (entry === undefined) continue;
    const [url, integrity] = typeof entry === 'string' ? [entry, undefined] : entry;
    return {
      url: reading === written ? url : url + splitSuffix(written).suffix,
      integrity,
      crossOrigin: isExternalUrl(url) ? 'anonymous' : undefined,
    };
  }
  return undefined;
}
