import { encodeAssetPath } from './asset-path.js';

/**
 * Matches a percent-encoded slash, or another encoded character that needs no
 * encoding. Next decodes the path when it looks for the file, after the rules.
 */
export const OTHER_SPELLING = '%(?:2[1789ADEF]|3\\d|[46][1-9A-F]|[57][\\dA]|5F|7E)';

/** Makes a pattern for an asset path in a URL, without its leading `/`. */
export function toPattern(assetPath: string): string {
  return escapePattern(encodeAssetPath(assetPath).slice(1));
}

/** Makes a {@link toPattern} for each spelling under which Next finds the file: Next decodes or encodes a path that it does not know. */
export function anySpelling(assetPath: string): string {
  return toPattern(assetPath).replace(/%([\dA-F]{2})/g, (_, hex: string) => {
    const sign = String.fromCharCode(Number.parseInt(hex, 16));
    return sign > ' ' && sign <= '~' ? `(?:%(?:25)?${hex}|${escapePattern(sign)})` : `%(?:25)?${hex}`;
  });
}

/** Returns `(?:a|b)`; `''` for an empty list; `undefined` for a list that is too long. */
export function alternatives(patterns: readonly string[], budget = Number.POSITIVE_INFINITY): string | undefined {
  if (patterns.length === 0) return '';
  const list = [...new Set(patterns)].sort().join('|');
  return list.length > budget ? undefined : `(?:${list})`;
}

/** Escapes a text for a regular expression, also inside a parameter of path-to-regexp. */
export function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** Returns a key that is equal for all paths that rules cannot tell apart: rules ignore case. */
export function withoutCase(assetPath: string): string {
  return encodeAssetPath(assetPath).toLowerCase();
}
