import { compareAssetPaths, spellInUrl } from './asset-path.js';

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
