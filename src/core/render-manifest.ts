import { decode, encodeAssetPath, finishUrl, isExternalUrl, possibleAssetPaths, type UrlPrefixes } from './asset-path.js';
import type { Manifest, ManifestEntry } from './manifest-document.js';

/**
 * The manifest for rendering code: with the app's prefixes, and small enough
 * for a browser bundle. `withSmartCache` generates it, and aliases it over the
 * empty one that the package ships.
 */
export interface RenderManifest {
  /** Asset path → URL. Files that keep their name have an entry too, with their plain URL. */
  assets: Readonly<Record<string, RenderedAsset>>;
  /** Put in front of paths that are not in `assets`. */
  basePath: string;
  /** Asset path → the files that `preload` fetches with it, such as the fonts of a stylesheet or the imports of a module. */
  preloads?: Readonly<Record<string, readonly RenderedAsset[]>>;
  /** Development: asset path → hash, for files with a plain URL, which an edit does not change. */
  unhashed?: Readonly<Record<string, string>>;
  /**
   * Development: stylesheet → the files that it loads and that were edited since
   * the server started, as decoded path with `basePath` → hash.
   */
  reloads?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Development: module → a text that changes when a file that the module loads is edited. Absent before the first edit. */
  loadStates?: Readonly<Record<string, string>>;
  /** Development: counts re-notifications. It only changes the module's bytes, so that the bundler sends another update. */
  renotifications?: number;
  /** The map that `<CachedImportMap />` renders. `true` in a browser, where the page already holds the map. */
  importMap?: ImportMap | true;
  /** The asset paths that automatic hashing leaves alone. */
  notAutomatic?: Readonly<Record<string, true>>;
  /** Whether an unknown path stops `next build`. Absent outside of Next, where the path has no effect. */
  onMissing?: 'error' | 'warn';
  /**
   * The files of `public/` that a production build gives the browser no entry
   * for, packed by {@link packAssetPaths}. Never part of what a visitor downloads.
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

/** With it, every look-up returns the original path: in Jest, Storybook and plain Node scripts. */
export const EMPTY_RENDER_MANIFEST: RenderManifest = { assets: {}, basePath: '' };

export interface ResolvedAsset {
  /** With its prefix. */
  url: string;
  /** Subresource Integrity metadata, where the `integrity` option asks for it. */
  integrity?: string | undefined;
  /** Set on another origin, where an integrity check needs CORS (W3C SRI, section 3.3). */
  crossOrigin?: 'anonymous' | undefined;
  /** Development: the hash of a file with a plain URL. */
  hash?: string;
  /** The files that `preload` fetches with this one. */
  preloads?: readonly ResolvedAsset[];
  /** See {@link RenderManifest}. */
  reloads?: Readonly<Record<string, string>>;
  /** See {@link RenderManifest}. */
  loadState?: string;
}

/**
 * Looks up a path as the author wrote it. Keeps `?query` and `#fragment`,
 * unless they are part of the name.
 *
 * @returns `undefined` when the manifest does not know the path.
 */
export function lookUp(manifest: RenderManifest, written: string): ResolvedAsset | undefined {
  // No name of `Object.prototype` begins with a slash.
  if (!written.startsWith('/')) return undefined;
  const [assetPath, suffix] = splitWritten(manifest.assets, written);
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

/** In an attribute or a stylesheet, a URL may begin with the `basePath`. */
export function withoutBasePath(basePath: string, written: string): string {
  return written.startsWith(`${basePath}/`) ? written.slice(basePath.length) : written;
}

/**
 * Like {@link lookUp}, for automatic hashing, in few bytes: all client code of an app holds it.
 *
 * @param written begins with a slash.
 * @returns `undefined` also for a path that automatic hashing leaves to `asset()`.
 */
export function lookUpUrl({ assets, notAutomatic }: RenderManifest, written: string): string | undefined {
  const [assetPath, suffix] = splitWritten(assets, written);
  const entry = assets[assetPath];
  if (!entry || notAutomatic?.[assetPath]) return undefined;
  const url = typeof entry === 'string' ? entry : entry[0];
  // In development, a hashed URL may be the path with a query. Do not hash such a URL again.
  if (process.env.NODE_ENV === 'development' && url.includes('?') && suffix.startsWith(url.slice(url.indexOf('?')))) return undefined;
  return withSuffix(url, suffix);
}

/** A file name may contain `?`, `#` and `%`, so this tries the whole path first. */
function splitWritten(assets: RenderManifest['assets'], written: string): [assetPath: string, suffix: string] {
  const path = assets[written] ? written : written.replace(/[?#].*/s, '');
  return [assets[path] ? path : decode(path), written.slice(path.length)];
}

/** The entries by which the components notice an edit in development. */
function editsOf(
  { unhashed, reloads, loadStates }: RenderManifest,
  assetPath: string,
): Pick<ResolvedAsset, 'hash' | 'reloads' | 'loadState'> {
  const [hash, reloaded, state] = [unhashed?.[assetPath], reloads?.[assetPath], loadStates?.[assetPath]];
  return { ...(hash && { hash }), ...(reloaded && { reloads: reloaded }), ...(state && { loadState: state }) };
}

function withSuffix(url: string, suffix: string): string {
  // In development, the URL may already have a query.
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
  /** Whether automatic hashing may use a file. Default: every file. */
  isAutomatic?: (assetPath: string) => boolean;
  /** Development: returns a file's URL without prefix, or `undefined` for its plain URL. Default: the URL of the manifest. */
  urlOf?: (assetPath: string, entry: ManifestEntry) => string | undefined;
}

/**
 * Makes the manifest for rendering code: puts prefixes in front of URLs, and
 * leaves integrity out where the option does not ask for it.
 *
 * @param isWanted which asset paths to take. Default: all.
 */
export function toRenderManifest(
  manifest: Manifest,
  plainPaths: readonly string[],
  settings: RenderManifestSettings,
  isWanted: (assetPath: string) => boolean = () => true,
): RenderManifest {
  const { basePath, onMissing, isAutomatic = () => true, urlOf = (_, { url }) => url } = settings;
  const assets: Record<string, RenderedAsset> = {};
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
  for (const assetPath of plainPaths) {
    if (isWanted(assetPath)) assets[assetPath] = basePath + encodeAssetPath(assetPath);
  }
  const kept = Object.keys(assets).filter((assetPath) => !isAutomatic(assetPath));
  return {
    assets,
    basePath,
    onMissing,
    ...(kept.length > 0 && { notAutomatic: Object.fromEntries(kept.map((assetPath) => [assetPath, true as const])) }),
    ...(Object.keys(unhashed).length > 0 && { unhashed }),
  };
}

/** The one character that no file name can hold. */
const SEPARATOR = '\0';

/** One string, since a server loads it faster than an array of ten thousand. A separator before and after each path lets a look-up search it as it is. */
export function packAssetPaths(assetPaths: readonly string[]): string {
  return assetPaths.length === 0 ? '' : ['', ...assetPaths, ''].join(SEPARATOR);
}

export function unpackAssetPaths(packed: string | undefined): string[] {
  return packed ? packed.split(SEPARATOR).slice(1, -1) : [];
}

/** Finds the asset path that a written path means, in a packed list. */
export function findUnlisted(packed: string | undefined, written: string): string | undefined {
  if (!packed) return undefined;
  return possibleAssetPaths(written).find((assetPath) => packed.includes(SEPARATOR + assetPath + SEPARATOR));
}

/**
 * Makes the glob for the `clientAssets` option that covers a file and its neighbours.
 *
 * @example globForNeighbours('/flags/de.svg') // '/flags/**'
 */
export function globForNeighbours(assetPath: string): string {
  const folder = assetPath.slice(0, assetPath.lastIndexOf('/'));
  // `?` matches a character that has a meaning in a glob.
  return (folder || assetPath).replace(/[\\*?[\](){}!]/g, '?') + (folder && '/**');
}
