import { encodeAssetPath, fromHashedPath } from '../../core/asset-path.js';
import type { Reference } from './reference.js';

/** What a reference may lead to. */
export interface UrlSpace {
  basePath: string;
  /** Bare specifiers of modules, as in an import map: a key that ends in `/` stands for all that begin with it. */
  imports: Readonly<Record<string, string>>;
  /** Whether `public/` has a file. */
  has(assetPath: string): boolean;
  /** Whether a path looks like a hashed one. */
  looksHashed(path: string): boolean;
}

/** An asset path; `null` for one that `public/` has no file for; `undefined` for what is none of ours. */
export type Destination = string | null | undefined;

/** An origin that no file names. */
const ORIGIN = 'http://public.invalid';

/**
 * Where a reference leads, as a browser resolves it (URL Standard, HTML
 * Standard for module specifiers) in a file that is served at its asset path
 * below `basePath`. What is written without it is found all the same.
 * A URL that climbs out of the site's root ends at the root, as there.
 *
 * @param from the asset path of the file that the reference stands in.
 */
export function resolveReference(from: string, { kind, url }: Pick<Reference, 'kind' | 'url'>, space: UrlSpace): Destination {
  if (kind === 'page') return undefined;
  // What it is mapped to is an asset path, or external.
  if (isBareSpecifier(kind, url)) return destinationOf(mapSpecifier(url, space.imports) ?? '', '/', { ...space, basePath: '' });
  return destinationOf(url, from, space);
}

/** Whether a specifier is one that only an import map can resolve: `three`, and not `./three.js`. */
export function isBareSpecifier(kind: Reference['kind'], url: string): boolean {
  if (kind !== 'import' && kind !== 'dynamic-import') return false;
  return !/^(?:\/|\.\.?\/|[a-z][a-z\d+.-]*:)/i.test(url);
}

/** As an import map does: the exact name first, then the longest folder. */
export function mapSpecifier(specifier: string, imports: UrlSpace['imports']): string | undefined {
  if (Object.hasOwn(imports, specifier)) return imports[specifier];
  const folder = Object.keys(imports)
    .filter((key) => key.endsWith('/') && specifier.startsWith(key))
    .sort((a, b) => b.length - a.length)[0];
  return folder === undefined ? undefined : `${imports[folder]}${specifier.slice(folder.length)}`;
}

function destinationOf(url: string, from: string, space: UrlSpace): Destination {
  if (!isOfThisSite(url)) return undefined;
  const parsed = parse(url, space.basePath + encodeAssetPath(from));
  if (parsed?.origin !== ORIGIN) return undefined;
  const { pathname } = parsed;
  const assetPath = decodePath(pathname);
  if (assetPath === undefined) return null;
  const { basePath } = space;
  const below = basePath && assetPath.startsWith(`${basePath}/`) ? assetPath.slice(basePath.length) : undefined;
  // A folder (`new URL('./', import.meta.url)`), or what Next makes: not for us to judge.
  if (pathname.endsWith('/') || (below ?? assetPath).startsWith('/_next/')) return undefined;
  const found = [below, assetPath].find((candidate) => candidate !== undefined && space.has(candidate));
  if (found !== undefined) return found;
  return isHashedAlready(pathname, space) ? undefined : null;
}

/** Whether a path is the hashed one of a file, written by hand or by an earlier run. */
export function isHashedAlready(pathname: string, { basePath, looksHashed, has }: UrlSpace): boolean {
  const assetPath = decodePath(pathname) ?? '';
  return looksHashed(assetPath) && has(fromHashedPath(assetPath.startsWith(`${basePath}/`) ? assetPath.slice(basePath.length) : assetPath));
}

function parse(url: string, base: string): URL | undefined {
  try {
    return new URL(url, ORIGIN + base);
  } catch {
    return undefined;
  }
}

/** Segment by segment, since `%2F` is no separator; `undefined` for what can be no name of a file. */
function decodePath(pathname: string): string | undefined {
  if (!pathname.includes('%')) return pathname;
  try {
    const segments = pathname.split('/').map(decodeURIComponent);
    return segments.some((segment) => /[/\0]/.test(segment)) ? undefined : segments.join('/');
  } catch {
    return undefined;
  }
}

/** Whether a URL names another file of this site: not the file itself (empty, a query, a fragment), and no scheme or host. */
export function isOfThisSite(url: string): boolean {
  return !/^[\0-\x20]*(?:$|[?#]|[a-z][a-z\d+.-]*:|[\\/]{2})/i.test(url);
}

export function isRootRelative(url: string): boolean {
  return /^[\0-\x20]*[\\/]/.test(url);
}
