import { compareAssetPaths, spellInUrl } from './asset-path.js';

/**
 * The files of `public/`, as the compiler knows them. Empty as shipped;
 * `smart-cache-env.d.ts`, which `next-smart-cache build` writes, adds one
 * property: `assetPath`, the union of all asset paths.
 */
// biome-ignore lint/suspicious/noEmptyInterface: only an interface can be added to from outside.
export interface PublicFolder {}

/**
 * Every asset path of the app, or `string` where no `smart-cache-env.d.ts` is
 * part of the program. The way through for a path put together at run time.
 *
 * @example asset(`/flags/${country}.svg` as AssetPath)
 */
export type AssetPath = PublicFolder extends { assetPath: infer Path extends string } ? Path : string;

/**
 * An asset path, or a URL that is none of ours and is left as it is. A path
 * that the compiler refuses is mistyped, or its file was added after the last
 * `next-smart-cache build`.
 *
 * @example const icons: readonly AssetUrl[] = ['/img/icon.svg', 'https://example.com/icon.svg'];
 */
export type AssetUrl = AssetPath | ExternalUrl;

/** What `asset()` returns as it is. */
export type ExternalUrl = `${'https:' | 'http:' | '//' | 'data:' | 'blob:' | '#'}${string}`;

/**
 * Those members of `Url` that are asset paths with `?query` or `#fragment`
 * behind them, or an {@link AssetUrl}; `never` if none is.
 *
 * Worked out for the one URL that is written: templates over ten thousand
 * names would be compared with each of the names.
 */
export type LinkableUrl<Url extends string> = Url extends unknown ? (IsLinkable<Url> extends true ? Url : never) : never;

type IsLinkable<Url extends string> = IsKnown<Url> extends true ? true : Url extends ExternalUrl ? true : IsKnown<WithoutSuffix<Url>>;

// Says yes or no, since the compiler would intersect whatever it says of `Path` with every asset path.
type IsKnown<Path extends string> = Path extends AssetPath ? true : false;

/** What `splitSuffix` does to a URL. */
type WithoutSuffix<Url extends string> = CutAt<'#', CutAt<'?', Url>>;

type CutAt<Mark extends string, Url extends string> = Url extends `${infer Path}${Mark}${string}` ? Path : Url;

/** Beside `next-env.d.ts`, and like it not under version control. */
export const DECLARATION_FILE = 'smart-cache-env.d.ts';

const HEADER = '// Written by next-smart-cache from the files in public/; do not edit.';

/** Whether a file of that name is the one that this package writes, also with what a linter or licence tool has put in front. */
export function isAssetPathDeclaration(text: string): boolean {
  return text.split(/\r?\n/).includes(HEADER);
}

/**
 * The text of `smart-cache-env.d.ts`: the union of all asset paths, put into
 * `PublicFolder`. Same files, same bytes. Without any file the union is
 * `never`: only URLs that are none of ours are left.
 */
export function declareAssetPaths(assetPaths: Iterable<string>): string {
  // As on disk and, where a name needs encoding, as it stands in a URL: `asset()` takes both.
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
    // Without it, the file would declare the module anew instead of adding to it.
    'export {};',
    '',
  ].join('\n');
}

/** JSON is a string literal of TypeScript, but for two line separators that older compilers take for the end of the line. */
function quote(text: string): string {
  const quoted = JSON.stringify(text);
  if (!/[\u2028\u2029]/.test(quoted)) return quoted;
  return quoted.replace(/[\u2028\u2029]/g, (separator) => `\\u${separator.charCodeAt(0).toString(16)}`);
}
