/**
 * How rendering code tells the process that runs `next build` of asset paths
 * that `public/` does not have: one line of JSON each, in a file. It renders
 * in workers, and from bundled code, so that nothing else is shared.
 */

/** The environment variable with what {@link describeRecord} makes; inherited by the workers. */
export const MISSING_ASSETS_RECORD = 'NEXT_SMART_CACHE_MISSING_ASSETS';

/** Where missing paths of one build are recorded. */
export interface MissingAssetsRecord {
  /** What no other build has, in letters and digits. */
  token: string;
  /** Absolute path. It is there once something is missing. */
  file: string;
}

/** What asked for an asset path; `undefined` is `asset()` itself, so that its name is not sent to browsers. */
export type AskedBy = 'CachedScript' | 'CachedStyle' | undefined;

export interface MissingAsset {
  /** As it is written in the source, without query and fragment. */
  path: string;
  /** What asked for it, as {@link nameAsker} puts it. */
  component: string;
  /** Names that it may be a mistyped form of, best first. */
  nearest: readonly string[];
}

export function describeRecord({ token, file }: MissingAssetsRecord): string {
  return `${token}:${file}`;
}

/** The record that an environment variable names, if it does. */
export function parseRecord(text: string | undefined): MissingAssetsRecord | undefined {
  // The path may hold a colon itself: `C:\`.
  const cut = text?.indexOf(':') ?? -1;
  return text === undefined || cut < 1 ? undefined : { token: text.slice(0, cut), file: text.slice(cut + 1) };
}

export function nameAsker(askedBy: AskedBy): string {
  return askedBy ? `<${askedBy}>` : 'asset()';
}

/**
 * Puts a mark into a URL by which the pages that hold it are found. It is a
 * fragment, since `next/image` refuses local URLs with a query, and of
 * characters that no encoding changes.
 */
export function markMissing(url: string, path: string, token: string): string {
  return `${url}${url.includes('#') ? '-' : '#'}${startOfMarks(token)}${toHex(path)}z`;
}

/** The paths whose marks a text holds. */
export function findMarks(text: string, token: string): Set<string> {
  const marks = new Set<string>();
  for (const [, hex = ''] of text.matchAll(new RegExp(`${startOfMarks(token)}([0-9a-f]*)z`, 'g'))) marks.add(fromHex(hex));
  return marks;
}

export function startOfMarks(token: string): string {
  return `smart-cache-missing-${token}-`;
}

/** UTF-16 code units, four digits each: the edge runtime has no `Buffer`. */
function toHex(text: string): string {
  let hex = '';
  for (let index = 0; index < text.length; index++) hex += text.charCodeAt(index).toString(16).padStart(4, '0');
  return hex;
}

function fromHex(hex: string): string {
  return hex.replace(/.{4}/g, (unit) => String.fromCharCode(Number.parseInt(unit, 16)));
}
