/**
 * Asset paths and the hashed paths made of them. An asset path is decoded, as
 * on disk, with `/` separators and one in front: `/img/my photo.jpg`.
 */

/** `https:`, `data:`, `blob:` … (RFC 3986 scheme) or a protocol-relative `//host`. */
const EXTERNAL = /^(?:[a-z][a-z\d+.-]*:|\/\/)/i;

/** Nothing that `encodeURIComponent` would change, and slashes. */
const PLAIN = /^[\w\-.~/]*$/;

/** Whether a URL names something that is not a file of this app. */
export function isExternalUrl(url: string): boolean {
  return EXTERNAL.test(url);
}

/**
 * Percent-encodes an asset path for a URL, segment by segment, with
 * `encodeURIComponent`: exactly the form under which Next lists its static
 * files, so that no other encoding of the same name is ever issued.
 *
 * @example encodeAssetPath('/img/50% off.png') // '/img/50%25%20off.png'
 */
export function encodeAssetPath(assetPath: string): string {
  // Most names need no encoding, and builds encode thousands of them.
  if (PLAIN.test(assetPath)) return assetPath;
  return assetPath.split('/').map(encodeURIComponent).join('/');
}

/** `$&+,:;=@`, which stand in a path as they are (RFC 3986, section 3.3). Nobody writes `logo%402x.png`. */
const NEEDLESS = /%(?:24|26|2B|2C|3A|3B|3D|40)/g;

/** An asset path as one writes it in a URL, and as a browser leaves it. */
export function spellInUrl(assetPath: string): string {
  const encoded = encodeAssetPath(assetPath);
  return encoded === assetPath ? assetPath : encoded.replace(NEEDLESS, decodeURIComponent);
}

/**
 * Puts the hash in front of the extension: `/js/app.min.js` →
 * `/js/app.min.<hash>.js`, `/LICENSE` → `/LICENSE.<hash>`.
 */
export function toHashedPath(assetPath: string, hash: string): string {
  const { stem, extension } = splitExtension(assetPath);
  return `${stem}.${hash}${extension}`;
}

/** Takes the hash out again: the inverse of {@link toHashedPath}. */
export function fromHashedPath(hashedPath: string): string {
  const { stem, extension } = splitExtension(hashedPath);
  const inner = splitExtension(stem);
  // Of a name without an extension, the hash itself looks like one.
  return inner.extension ? inner.stem + extension : stem;
}

/**
 * Splits off the last extension, dot included. A name that begins with its
 * only dot (`.htaccess`) or has none (`LICENSE`) has no extension.
 */
export function splitExtension(assetPath: string): { stem: string; extension: string } {
  const nameStart = assetPath.lastIndexOf('/') + 1;
  const dot = assetPath.lastIndexOf('.');
  if (dot <= nameStart || dot === assetPath.length - 1) return { stem: assetPath, extension: '' };
  return { stem: assetPath.slice(0, dot), extension: assetPath.slice(dot) };
}

/** Splits `?query` and `#fragment` off a URL. */
export function splitSuffix(url: string): { path: string; suffix: string } {
  const cut = url.search(/[?#]/);
  return cut === -1 ? { path: url, suffix: '' } : { path: url.slice(0, cut), suffix: url.slice(cut) };
}

/**
 * The asset paths that a written path may mean, in the order in which they
 * are tried: as it stands, since a name may hold `?`, `#` and `%` itself;
 * without `?query` and `#fragment`; and that percent-decoded.
 */
export function possibleAssetPaths(written: string): string[] {
  const { path } = splitSuffix(written);
  return [...new Set([written, path, decode(path)])];
}

/** Percent-decodes a path; one that cannot be decoded is a name that holds "%". */
export function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Orders asset paths by UTF-16 code unit: the same on every machine, whatever its locale. */
export function compareAssetPaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What stands in front of the URLs of the manifest when they are rendered. */
export interface UrlPrefixes {
  basePath: string;
  /** In front of URLs under `/_next/`, as Next's own. */
  assetPrefix: string;
  cdnPrefix: string;
}

/** A URL of the manifest, ready to be linked. */
export function finishUrl(url: string, { basePath, assetPrefix, cdnPrefix }: UrlPrefixes): string {
  // Without the slash at its end, as Next does.
  return (cdnPrefix || (url.startsWith('/_next/') && assetPrefix.replace(/\/+$/, '')) || basePath) + url;
}
