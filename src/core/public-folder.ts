import { compareAssetPaths, spellInUrl } from './asset-path.js';

/**
 * The files of `public/`, for the compiler. `next-smart-cache build` writes
 * `smart-cache-env.d.ts`, which adds one property: `assetPath`, the union of all
 * asset paths.
 */
// biome-ignore lint/suspicious/noEmptyInterface: another file can extend only an interface.
export interface PublicFolder {}

/**
 * Every asset path of the app, or `string` without `smart-cache-env.d.ts`. Cast a
 * path that is put together at run time.
 *
 * @example asset(`/flags/${country}.svg` as AssetPath)
 */
export type AssetPath = PublicFolder extends { assetPath: infer Path extends string } ? Path : string;

/**
 * An asset path or an external URL. If the compiler refuses a path, it is
 * mistyped, or the file was added after the last `next-smart-cache build`.
 *
 * @example const icons: readonly AssetUrl[] = ['/img/icon.svg', 'https://example.com/icon.svg'];
 */
export type AssetUrl = AssetPath | ExternalUrl;

/** `asset()` returns such a URL unchanged. */
export type ExternalUrl = `${'https:' | 'http:' | '//' | 'data:' | 'blob:' | '#'}${string}`;

/**
 * `Url` if it is an {@link AssetUrl}, or an asset path with `?query` or
 * `#fragment`; otherwise `never`. It is a conditional type of the written URL:
 * with a template type over ten thousand names, the compiler would try each name.
 */
export type LinkableUrl<Url extends string> = Url extends unknown ? (IsLinkable<Url> extends true ? Url : never) : never;

type IsLinkable<Url extends string> = IsKnown<Url> extends true ? true : Url extends ExternalUrl ? true : IsKnown<WithoutSuffix<Url>>;

// The result is a boolean: a result that contains `Path` would make the compiler intersect it with every asset path.
type IsKnown<Path extends string> = Path extends AssetPath ? true : false;

/** `splitSuffix`, for types. */
type WithoutSuffix<Url extends string> = CutAt<'#', CutAt<'?', Url>>;

type CutAt<Mark extends string, Url extends string> = Url extends `${infer Path}${Mark}${string}` ? Path : Url;

/** Like `next-env.d.ts`, not under version control. */
export const DECLARATION_FILE = 'smart-cache-env.d.ts';

const HEADER = '// Written by next-smart-cache from the files in public/; do not edit.';

/** Whether this package wrote the file. A linter or licence tool may have put lines in front. */
export function isAssetPathDeclaration(text: string): boolean {
  return text.split(/\r?\n/).includes(HEADER);
}

/** Writes the text of `smart-cache-env.d.ts`. Without any file, the union is `never`, which leaves external URLs. */
export function declareAssetPaths(assetPaths: Iterable<string>): string {
  // `asset()` takes a name as on disk, and as in a URL.
  const spellings = new Set<string>();
  for (const assetPath of assetPaths) spellings.add(assetPath).add(spellInUrl(assetPath));
  const lines = [...spellings].sort(compareAssetPaths).map((spelling) => `\n      | ${quote(spelling)}`);
  const union = lines.join('') || ' never';
  return [
    HEADER,
    '',
    "declare module 'next-smart-cache' {",
    '  interface PublicFolder {',
    `    assetPath:${union};`,
    '  }',
    '}',
    '',
    // Without it, the file would declare the module instead of extending it.
    'export {};',
    '',
  ].join('\n');
}

/** JSON is a string literal of TypeScript, except two line separators, which end a line for older compilers. */
function quote(text: string): string {
  const quoted = JSON.stringify(text);
  if (!/[\u2028\u2029]/.test(quoted)) return quoted;
  return quoted.replace(/[\u2028\u2029]/g, (separator) => `\\u${separator.charCodeAt(0).toString(16)}`);
}
