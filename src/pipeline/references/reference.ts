import { encodeAssetPath, fromHashedPath } from '../../core/asset-path.js';

/**
 * How a file names another one:
 *
 * - `import`: static `import` and `export … from` of a module
 * - `dynamic-import`: `import()`, `import.meta.resolve()`
 * - `module-url`: `new URL('…', import.meta.url)`
 * - `style-import`: `@import`
 * - `font`: the one `src` of a `@font-face` that current browsers load
 * - `source-map`: the comment at the end
 * - `page`: a page that the user may visit, which is never hashed
 * - `mention`: a text in JSON that may be a relative URL, which is never rewritten
 * - `url`: any other URL
 */
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];
export const REFERENCE_KINDS = [
  'import',
  'dynamic-import',
  'module-url',
  'style-import',
  'font',
  'source-map',
  'page',
  'mention',
  'url',
] as const;

/**
 * The notation of a URL, which decides what must be escaped: a quoted string of
 * CSS or JavaScript, an unquoted `url(…)`, a template literal, an XML attribute, a
 * JSON string, a comment, or CSS that is escaped for XML, as in `<style>` of an SVG.
 */
export type Notation = (typeof NOTATIONS)[number];
export const NOTATIONS = ['string', 'css-url', 'template', 'xml', 'json', 'comment', 'xml-string', 'xml-css-url', 'xml-comment'] as const;

/** A reference as a lexer finds it. */
export interface FoundReference {
  kind: ReferenceKind;
  notation: Notation;
  /** The URL, with the escapes of its notation undone. */
  url: string;
  /** The offsets of the URL without its quotes, in UTF-16 code units; `end` is after its last one. */
  start: number;
  end: number;
}

export interface Reference extends FoundReference {
  /** The line of the URL, from 1. */
  line: number;
}

/** A spot that breaks the rules of its format. */
export interface BrokenSpot {
  /** The start of the spot, in UTF-16 code units. */
  offset: number;
  why: string;
}

/** `@` is the older form (https://tc39.es/ecma426/#sec-linking-inline). */
const MARKS = ['# sourceMappingURL=', '@ sourceMappingURL='];

/**
 * Finds the source map in a comment (https://tc39.es/ecma426/#sec-linking-generated-code).
 *
 * @param start offset after the opening mark of the comment.
 * @param end offset of its closing mark.
 */
export function sourceMapReference(text: string, start: number, end: number): FoundReference | undefined {
  if (!MARKS.some((mark) => text.startsWith(mark, start))) return undefined;
  const from = start + (MARKS[0] as string).length;
  let to = from;
  while (to < end && !isWhiteSpace(text.charCodeAt(to))) to++;
  const url = text.slice(from, to);
  // An inline map names no file.
  if (url === '' || url.startsWith('data:')) return undefined;
  return { kind: 'source-map', notation: 'comment', url, start: from, end: to };
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Thrown for a file that its lexer cannot read. The file is served as it is, with a warning. */
export class ReferencesUnreadableError extends Error {
  /** The place of the error, in UTF-16 code units. */
  readonly offset: number;

  constructor(offset: number, why: string) {
    super(why);
    this.offset = offset;
  }
}

/** The possible targets of references. */
export interface UrlSpace {
  basePath: string;
  /** Bare specifier → URL, as in an import map: a key that ends with `/` matches all specifiers that begin with it. */
  imports: Readonly<Record<string, string>>;
  /** Whether `public/` has a file. */
  has(assetPath: string): boolean;
  /** Whether a path looks like a hashed one. */
  looksHashed(path: string): boolean;
}

/** An asset path; `null` for a missing public file; `undefined` for a target that is not a public file. */
export type Destination = string | null | undefined;

/** A reserved name (RFC 2606), so no file refers to it. */
const ORIGIN = 'http://public.invalid';

/**
 * Resolves a reference as a browser does, in a file that is served at `basePath`
 * plus its asset path. It also finds files if the author forgot the `basePath`.
 *
 * @param from asset path of the file that holds the reference.
 */
export function resolveReference(from: string, { kind, url }: Pick<Reference, 'kind' | 'url'>, space: UrlSpace): Destination {
  if (kind === 'page') return undefined;
  // The mapped URL is an asset path or external, so it has no basePath.
  if (isBareSpecifier(kind, url)) return destinationOf(mapSpecifier(url, space.imports) ?? '', '/', { ...space, basePath: '' });
  return destinationOf(url, from, space);
}

/** Whether only an import map can resolve a specifier: `three`, and not `./three.js`. */
export function isBareSpecifier(kind: Reference['kind'], url: string): boolean {
  if (kind !== 'import' && kind !== 'dynamic-import') return false;
  return !/^(?:\/|\.\.?\/|[a-z][a-z\d+.-]*:)/i.test(url);
}

/** Resolves a bare specifier like an import map: the exact name first, then the longest folder. */
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
  const withoutBase = basePath && assetPath.startsWith(`${basePath}/`) ? assetPath.slice(basePath.length) : undefined;
  // Folders (`new URL('./', import.meta.url)`) and files of Next are not public files.
  if (pathname.endsWith('/') || (withoutBase ?? assetPath).startsWith('/_next/')) return undefined;
  const found = [withoutBase, assetPath].find((candidate) => candidate !== undefined && space.has(candidate));
  if (found !== undefined) return found;
  return isHashedAlready(pathname, space) ? undefined : null;
}

/** Whether a path already is the hashed path of a public file: an author or an earlier run may have written it. */
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

/** Decodes each segment on its own, since `%2F` is not a separator. Returns `undefined` if no file can have the name. */
function decodePath(pathname: string): string | undefined {
  if (!pathname.includes('%')) return pathname;
  try {
    const segments = pathname.split('/').map(decodeURIComponent);
    return segments.some((segment) => /[/\0]/.test(segment)) ? undefined : segments.join('/');
  } catch {
    return undefined;
  }
}

/** Whether a URL has a path and neither a scheme nor a host. An empty URL, a query or a fragment names the file itself. */
export function isOfThisSite(url: string): boolean {
  return !/^[\0-\x20]*(?:$|[?#]|[a-z][a-z\d+.-]*:|[\\/]{2})/i.test(url);
}

export function isRootRelative(url: string): boolean {
  return /^[\0-\x20]*[\\/]/.test(url);
}
