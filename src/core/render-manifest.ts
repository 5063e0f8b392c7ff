import { decode, encodeAssetPath, finishUrl, isExternalUrl, possibleAssetPaths, type UrlPrefixes } from './asset-path.js';
import type { Manifest, ManifestEntry } from './manifest-document.js';

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
  assets: Readonly<Record<string, RenderedAsset>>;
  /** In front of paths that are not in `assets`. */
  basePath: string;
  /** Asset path → what `preload` fetches with that file, as in `assets`: a stylesheet's fonts, the modules that a module imports. */
  preloads?: Readonly<Record<string, readonly RenderedAsset[]>>;
  /** Development only: asset path → hash, for files that are linked under their plain URL, which an edit does not change. */
  unhashed?: Readonly<Record<string, string>>;
  /** Development only: by stylesheet, what it loads that was edited since the server was started: decoded path, `basePath` included → hash. */
  reloads?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Development only: by module, a state that differs whenever what it loads does, if any of it was edited since the server was started. */
  loadStates?: Readonly<Record<string, string>>;
  /** Development only: how many edits have been told a second time, so that the module is another one. */
  renotifications?: number;
  /** What `<CachedImportMap />` renders; in a browser, where it has been rendered already, `true`. */
  importMap?: ImportMap | true;
  /** Those of `assets` that automatic hashing leaves alone. */
  notAutomatic?: Readonly<Record<string, true>>;
  /** What an unknown path does to `next build`; absent where no app is wired up: nothing at all. */
  onMissing?: 'error' | 'warn';
  /**
   * The files of `public/` that a production build gives the browser no entry
   * for, as `core/unlisted-assets` packs them. Only where nobody downloads it:
   * on the server, and in development.
   */
  unlisted?: string;
}

/** Finished URL, or URL and Subresource Integrity metadata where the `integrity` option asks for it. */
export type RenderedAsset = string | readonly [url: string, integrity: string];

/** HTML Standard, section 8.1.6.2. */
export interface ImportMap {
  imports: Readonly<Record<string, string>>;
  integrity?: Readonly<Record<string, string>>;
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
  /** Differs whenever the bytes do, if the URL does not. Development only. */
  hash?: string;
  /** What `preload` fetches with it. */
  preloads?: readonly ResolvedAsset[];
  /** Of a stylesheet in development, as in {@link RenderManifest}. */
  reloads?: Readonly<Record<string, string>>;
  /** Of a module in development, as in {@link RenderManifest}. */
  loadState?: string;
}

/**
 * Looks a written path up; `undefined` when the manifest does not know it.
 * `?query` and `#fragment` are kept, unless they are part of the name.
 */
export function lookUp(manifest: RenderManifest, written: string): ResolvedAsset | undefined {
  // Every asset path begins with a slash, and no name of `Object.prototype` does.
  if (!written.startsWith('/')) return undefined;
  const [assetPath, suffix] = splitWritten(manifest, written);
  const entry = manifest.assets[assetPath];
  if (!entry) return undefined;
  const resolved = toResolved(entry);
  const listed = manifest.preloads?.[assetPath];
  return {
    ...resolved,
    url: withSuffix(resolved.url, suffix),
    ...(listed && { preloads: listed.map(toResolved) }),
    ...(process.env.NODE_ENV === 'development' && editsOf(manifest, assetPath)),
  };
}

/** An attribute or a stylesheet holds a URL, and a URL that begins with the `basePath` is below it. */
export function withoutBasePath({ basePath }: RenderManifest, written: string): string {
  return written.startsWith(`${basePath}/`) ? written.slice(basePath.length) : written;
}

/**
 * The hashed URL of a path that an element names; `undefined` when the manifest
 * does not know it, or leaves it to `asset()`. {@link lookUp} in few bytes: all
 * client code of an app has this.
 *
 * @param written begins with a slash.
 */
export function lookUpUrl(manifest: RenderManifest, written: string): string | undefined {
  const [assetPath, suffix] = splitWritten(manifest, written);
  const entry = manifest.assets[assetPath];
  if (!entry || manifest.notAutomatic?.[assetPath]) return undefined;
  const url = typeof entry === 'string' ? entry : entry[0];
  // In development, a hashed URL may be the path with a query, which would be found again.
  if (process.env.NODE_ENV === 'development' && url.includes('?') && suffix.startsWith(url.slice(url.indexOf('?')))) return undefined;
  return withSuffix(url, suffix);
}

/**
 * Splits a written path into asset path and suffix. A file name may contain
 * `?`, `#` and `%` itself, so the whole path is tried first. The manifest may
 * know neither.
 */
function splitWritten({ assets }: RenderManifest, written: string): [assetPath: string, suffix: string] {
  // Most paths are written as they are named, and a page may have thousands.
  if (assets[written]) return [written, ''];
  const path = written.replace(/[?#].*/s, '');
  return [assets[path] ? path : decode(path), written.slice(path.length)];
}

/** The entries by which the components of development notice an edit. */
function editsOf(
  { unhashed, reloads, loadStates }: RenderManifest,
  assetPath: string,
): Pick<ResolvedAsset, 'hash' | 'reloads' | 'loadState'> {
  const [hash, reloaded, state] = [unhashed?.[assetPath], reloads?.[assetPath], loadStates?.[assetPath]];
  return { ...(hash && { hash }), ...(reloaded && { reloads: reloaded }), ...(state && { loadState: state }) };
}

function withSuffix(url: string, suffix: string): string {
  // In development, a URL may have a query of its own.
  if (process.env.NODE_ENV === 'development' && url.includes('?')) return url + suffix.replace(/^\?/, '&');
  return url + suffix;
}

function toResolved(entry: RenderedAsset): ResolvedAsset {
  const [url, integrity] = typeof entry === 'string' ? [entry, undefined] : entry;
  return { url, integrity, crossOrigin: isExternalUrl(url) ? 'anonymous' : undefined };
}

export interface RenderManifestSettings extends UrlPrefixes {
  integrity: boolean | 'cross-origin';
  onMissing: 'error' | 'warn';
  /** Whether automatic hashing may link a file. Default: every file. */
  isAutomatic?: (assetPath: string) => boolean;
  /** Development: a file's URL, without prefix; `undefined`: its plain one. Default: that of the manifest. */
  urlOf?: (assetPath: string, entry: ManifestEntry) => string | undefined;
}

/**
 * Makes what rendering code reads of what the pipeline wrote: prefixes put in
 * front, integrity only where the option asks for it.
 *
 * @param isWanted which asset paths to take. Default: all.
 */
export function toRenderManifest(
  manifest: Manifest,
  stablePaths: readonly string[],
  settings: RenderManifestSettings,
  isWanted: (assetPath: string) => boolean = () => true,
): RenderManifest {
  const { basePath, onMissing, isAutomatic, urlOf = (_, { url }) => url } = settings;
  const assets: Record<string, string | readonly [string, string]> = {};
  const unhashed: Record<string, string> = {};
  for (const [assetPath, entry] of Object.entries(manifest.assets)) {
    if (!isWanted(assetPath)) continue;
    const { hash, integrity } = entry;
    const url = urlOf(assetPath, entry);
    if (url === undefined) {
      assets[assetPath] = basePath + encodeAssetPath(assetPath);
      unhashed[assetPath] = hash;
      continue;
    }
    const finished = finishUrl(url, settings);
    const isChecked = settings.integrity === 'cross-origin' ? isExternalUrl(finished) : settings.integrity;
    assets[assetPath] = isChecked ? [finished, integrity] : finished;
  }
  for (const assetPath of stablePaths) {
    if (isWanted(assetPath)) assets[assetPath] = basePath + encodeAssetPath(assetPath);
  }
  const kept = isAutomatic ? Object.keys(assets).filter((assetPath) => !isAutomatic(assetPath)) : [];
  return {
    assets,
    basePath,
    onMissing,
    ...(kept.length > 0 && { notAutomatic: Object.fromEntries(kept.map((assetPath) => [assetPath, true as const])) }),
    ...(Object.keys(unhashed).length > 0 && { unhashed }),
  };
}

/**
 * Unlisted: a file that is in `public/`, but not among the entries that the
 * browser gets in production. The list is packed into one string, which a
 * server loads at next to no cost.
 */

/** The one character that no file name can hold. */
const SEPARATOR = '\0';

export function packAssetPaths(assetPaths: readonly string[]): string {
  return assetPaths.join(SEPARATOR);
}

export function unpackAssetPaths(packed: string | undefined): string[] {
  return packed ? packed.split(SEPARATOR) : [];
}

/** The asset path of the list that a written path means, or `undefined`. */
export function findUnlisted(packed: string | undefined, written: string): string | undefined {
  if (!packed) return undefined;
  const list = SEPARATOR + packed + SEPARATOR;
  return possibleAssetPaths(written).find((reading) => list.includes(SEPARATOR + reading + SEPARATOR));
}

/**
 * The glob for the `clientAssets` option that covers a file and its
 * neighbours.
 *
 * @example globForNeighbours('/flags/de.svg') // '/flags/**'
 */
export function globForNeighbours(assetPath: string): string {
  const folder = assetPath.slice(0, assetPath.lastIndexOf('/'));
  // Characters that mean something in a glob: any one character matches them.
  return (folder || assetPath).replace(/[\\*?[\](){}!]/g, '?') + (folder && '/**');
}
