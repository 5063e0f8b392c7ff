import type { AssetPath } from './public-folder.js';

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
