/** A scheme (RFC 3986, section 3.1), or `//host`. */
const EXTERNAL = /^(?:[a-z][a-z\d+.-]*:|\/\/)/i;

/** Slashes, and characters that `encodeURIComponent` does not change. */
const PLAIN = /^[\w\-.~/]*$/;

export function isExternalUrl(url: string): boolean {
  return EXTERNAL.test(url);
}

/**
 * Percent-encodes an asset path for a URL as Next does with its static files:
 * segment by segment, with `encodeURIComponent`.
 *
 * @example encodeAssetPath('/img/50% off.png') // '/img/50%25%20off.png'
 */
export function encodeAssetPath(assetPath: string): string {
  // Builds encode thousands of names, and most need no encoding.
  if (PLAIN.test(assetPath)) return assetPath;
  return assetPath.split('/').map(encodeURIComponent).join('/');
}

/** `$&+,:;=@`, which a path may hold unencoded (RFC 3986, section 3.3): authors write `logo@2x.png`. */
const NEEDLESS = /%(?:24|26|2B|2C|3A|3B|3D|40)/g;

/** An asset path as an author writes it in a URL. */
export function spellInUrl(assetPath: string): string {
  const encoded = encodeAssetPath(assetPath);
  return encoded === assetPath ? assetPath : encoded.replace(NEEDLESS, decodeURIComponent);
}

/** `/js/app.min.js` → `/js/app.min.<hash>.js`, `/LICENSE` → `/LICENSE.<hash>`. */
export function toHashedPath(assetPath: string, hash: string): string {
  const { stem, extension } = splitExtension(assetPath);
  return `${stem}.${hash}${extension}`;
}

/** The inverse of {@link toHashedPath}. */
export function fromHashedPath(hashedPath: string): string {
  const { stem, extension } = splitExtension(hashedPath);
  const inner = splitExtension(stem);
  // In `/LICENSE.<hash>`, the hash looks like an extension.
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
 * The asset paths that a written path may mean, the likeliest first: the whole
 * path, since a name may hold `?`, `#` and `%`; the path without `?query` and
 * `#fragment`; the same, percent-decoded.
 */
export function possibleAssetPaths(written: string): string[] {
  const { path } = splitSuffix(written);
  return [...new Set([written, path, decode(path)])];
}

/** Percent-decodes a path. A path that cannot be decoded is a name that holds `%`. */
export function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Compares by UTF-16 code unit, so that the order does not depend on the machine's locale. */
export function compareAssetPaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The texts that rendering puts in front of URLs of the manifest. */
export interface UrlPrefixes {
  basePath: string;
  /** Next's `assetPrefix`, for URLs under `/_next/`. */
  assetPrefix: string;
  cdnPrefix: string;
}

/** Puts the prefix in front of a URL of the manifest. */
export function finishUrl(url: string, { basePath, assetPrefix, cdnPrefix }: UrlPrefixes): string {
  // Next drops slashes at the end of an `assetPrefix` too.
  return (cdnPrefix || (url.startsWith('/_next/') && assetPrefix.replace(/\/+$/, '')) || basePath) + url;
}
