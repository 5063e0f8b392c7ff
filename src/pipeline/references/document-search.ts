/** How a script depends on the URLs of elements in its document. */
export interface DocumentSearch {
  /** Names of files that it looks for: its own, or one in a selector such as `link[href$="leaflet.css"]`. */
  names: string[];
  /** Whether it reads the URL that it was loaded from, as a loader does to find the files beside it. */
  readsOwnUrl: boolean;
}

/**
 * Recognises scripts that depend on the URLs of elements: CKEditor 4 looks for
 * `ckeditor.js` among the scripts of the document, Leaflet for the link to
 * `leaflet.css`, and a bundle of webpack may read `document.currentScript.src`.
 *
 * The text is searched, not parsed, since every script of `public/` is. A file
 * that is recognised by mistake is linked by its plain URL, and works.
 *
 * @param name of the script's file.
 */
export function findDocumentSearch(name: string, content: Buffer): DocumentSearch | undefined {
  if (!MARKS.some((mark) => content.includes(mark))) return undefined;
  const text = content.toString();
  const names = new Set(Array.from(text.matchAll(SELECTOR), ([, inSelector]) => inSelector as string));
  if (looksForItself(name, text)) names.add(name);
  const readsOwnUrl = OWN_URL.test(text);
  return names.size > 0 || readsOwnUrl ? { names: [...names].sort(), readsOwnUrl } : undefined;
}

/** Each text that one of the expressions below matches holds one of these. Searching bytes is quicker than decoding them. */
const MARKS = ['currentScript', 'document.scripts', 'ByTagName(', 'script[', '[src', '[href'];

/** Links to pages and downloads are never hashed. */
const SELECTOR = /\[(?<!\b(?:a|area)\[)(?:src|href)[*$]?=\\?["']?(?:[^"'\]\\\s]{0,200}\/)?([^"'\]\\\s/]{1,200}\.\w{1,20})\\?["']?\]/g;

/** Where a script reads the URL of a script. An assignment to `src` loads another one. */
const OWN_URL = new RegExp(
  [
    String.raw`\bcurrentScript\b[^]{0,200}?(?:\.src\b(?!\s*=[^=])|\.getAttribute\(\s*["']src\b)`,
    String.raw`(?:\bdocument\.scripts\b|ByTagName\(\s*["']script["']\s*\))[^]{0,200}?\.src\b(?!\s*=[^=])`,
  ].join('|'),
);

/** How many characters may lie between a search for scripts and the name that is looked for. */
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

/** Where a script looks for scripts. */
const SCRIPTS = String.raw`\bcurrentScript\b|\bdocument\.scripts\b|ByTagName\(\s*["']script["']|["'(]script\[src`;

/** The name in a string or in a regular expression, which may have groups in it: `tinymce(\.full|)(\.min|)\.js`. That of its source map is another one. */
function spellingsOf(name: string): string {
  const dot = String.raw`\\{0,2}\.`;
  const stem = name
    .replace(/(?:\.min)?\.\w+$/, '')
    .replace(/[^\w.-]/g, String.raw`\$&`)
    .replaceAll('.', dot);
  return String.raw`(?<![\w-])${stem}(?:${dot}min|\([^()]{0,80}\)[?*]?){0,3}${dot}m?js(?![\w-]|\.map\b)`;
}

/** How far back a comment may begin on the line of a name. */
const LINE = 200;

/** In front of a name in a comment, or in `new URL(…)`, by which Rollup replaces `import.meta.url`. */
const MERE_MENTION = /(?:^|\n)\s*(?:\/\/|\/?\*)(?:(?!\*\/)[^\n])*$|\bnew URL\(\s*["']$/;
