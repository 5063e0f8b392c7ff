import { decodeUtf8 } from './text-encoding.js';

/** How a script depends on the URLs of elements in its document. */
export interface DocumentSearch {
  /** The file names that the script looks for: its own, or one in a selector such as `link[href$="leaflet.css"]`. */
  names: string[];
  /** Whether the script reads its own URL, as a loader does to find the files beside it. */
  readsOwnUrl: boolean;
}

/**
 * Recognises scripts that depend on the URLs of elements: CKEditor 4 looks for
 * `ckeditor.js` among the scripts of the document, Leaflet for the link to
 * `leaflet.css`, and a bundle of webpack may read `document.currentScript.src`.
 *
 * It searches the text, since parsing every script would take too long. A file
 * that it recognises by mistake keeps its plain URL, and works.
 *
 * @param name file name of the script.
 */
export function findDocumentSearch(name: string, content: Buffer): DocumentSearch | undefined {
  const holds = (mark: string) => content.includes(mark);
  if (!PARTS_OF_MARKS.some(holds) || !MARKS.some(holds)) return undefined;
  const text = decodeUtf8(content);
  const names = new Set(Array.from(text.matchAll(SELECTOR), ([, inSelector]) => inSelector as string));
  if (looksForItself(name, text)) names.add(name);
  const readsOwnUrl = OWN_URL.test(text);
  return names.size > 0 || readsOwnUrl ? { names: [...names].sort(), readsOwnUrl } : undefined;
}

/** Every match of the expressions below contains one of these. Searching bytes is quicker than decoding them. */
const MARKS = ['currentScript', 'document.scripts', 'ByTagName(', 'script[', '[src', '[href'];

/** Each mark contains one of these. Most scripts contain none, so few need all searches. */
const PARTS_OF_MARKS = ['cript', 'ByTagName(', '[src', '[href'];

/** Links to pages and downloads are never hashed. */
const SELECTOR = /\[(?<!\b(?:a|area)\[)(?:src|href)[*$]?=\\?["']?(?:[^"'\]\\\s]{0,200}\/)?([^"'\]\\\s/]{1,200}\.\w{1,20})\\?["']?\]/g;

/** A script reads the URL of a script. An assignment to `src` does not count: it loads another script. */
const OWN_URL = new RegExp(
  [
    String.raw`\bcurrentScript\b[^]{0,200}?(?:\.src\b(?!\s*=[^=])|\.getAttribute\(\s*["']src\b)`,
    String.raw`(?:\bdocument\.scripts\b|ByTagName\(\s*["']script["']\s*\))[^]{0,200}?\.src\b(?!\s*=[^=])`,
  ].join('|'),
);

/** How many characters may be between a search for scripts and the name. */
const NEAR = 1_000;

function looksForItself(name: string, text: string): boolean {
  let [searchedAt, namedAt] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { 0: found, index } of text.matchAll(new RegExp(`${SCRIPTS}|${spellingsOf(name)}`, 'g'))) {
    if (!/js$/.test(found)) searchedAt = index;
    else if (!MERE_MENTION.test(text.slice(Math.max(0, index - LINE), index))) namedAt = index;
    if (Math.abs(searchedAt - namedAt) < NEAR) return true;
  }
  return false;
}

/** Matches code that searches for scripts. */
const SCRIPTS = String.raw`\bcurrentScript\b|\bdocument\.scripts\b|ByTagName\(\s*["']script["']|["'(]script\[src`;

/** Matches the name in a string or in a regular expression with groups: `tinymce(\.full|)(\.min|)\.js`. The name of its source map does not match. */
function spellingsOf(name: string): string {
  const dot = String.raw`\\{0,2}\.`;
  const stem = name
    .replace(/(?:\.min)?\.\w+$/, '')
    .replace(/[^\w.-]/g, String.raw`\$&`)
    .replaceAll('.', dot);
  return String.raw`(?<![\w-])${stem}(?:${dot}min|\([^()]{0,80}\)[?*]?){0,3}${dot}m?js(?![\w-]|\.map\b)`;
}

/** How many characters before a name to search its line for the begin of a comment. */
const LINE = 200;

/** Matches the text before a name that is only in a comment, or in the `new URL(…)` that Rollup writes for `import.meta.url`. */
const MERE_MENTION = /(?:^|\n)\s*(?:\/\/|\/?\*)(?:(?!\*\/)[^\n])*$|\bnew URL\(\s*["']$/;
