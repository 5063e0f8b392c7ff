/**
 * How a file names another one, which decides who follows it, and when:
 *
 * - `import`: static `import` and `export … from` of a module
 * - `dynamic-import`: `import()`, `import.meta.resolve()`
 * - `module-url`: `new URL('…', import.meta.url)`
 * - `style-import`: `@import`
 * - `font`: the one `src` of a `@font-face` that a browser of today takes
 * - `source-map`: the comment at the end
 * - `page`: a page to go to, which is never hashed
 * - `mention`: a text in JSON that may be a relative URL; it is never rewritten
 * - `url`: all else
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
 * The notation that a URL is written in, and so what a new one must escape: a
 * quoted string of CSS or JavaScript, an unquoted `url(…)`, a template literal,
 * an attribute of XML, a JSON string, a comment; or CSS that is itself escaped
 * for XML, as in a `<style>` of an SVG image.
 */
export type Notation = (typeof NOTATIONS)[number];
export const NOTATIONS = ['string', 'css-url', 'template', 'xml', 'json', 'comment', 'xml-string', 'xml-css-url', 'xml-comment'] as const;

/** One file naming another one, as a lexer finds it. */
export interface FoundReference {
  kind: ReferenceKind;
  notation: Notation;
  /** The URL, with the escapes of its notation undone. */
  url: string;
  /** Where it stands in the file's text, quotes excluded: UTF-16 code units, `start` included, `end` not. */
  start: number;
  end: number;
}

export interface Reference extends FoundReference {
  /** The line that it stands in, from 1. */
  line: number;
}

/** A spot that breaks the rules of its format. */
export interface BrokenSpot {
  /** Where in the text, in UTF-16 code units. */
  offset: number;
  why: string;
}

/** ECMA-426, section 11.1.2.1; `@` is the older form. */
const MARKS = ['# sourceMappingURL=', '@ sourceMappingURL='];

/**
 * The source map that a comment names, if it names one (ECMA-426, section 11).
 *
 * @param start where the comment's own text begins, behind its opening mark.
 * @param end where it ends, in front of its closing mark.
 */
export function sourceMapReference(text: string, start: number, end: number): FoundReference | undefined {
  if (!MARKS.some((mark) => text.startsWith(mark, start))) return undefined;
  const from = start + (MARKS[0] as string).length;
  let to = from;
  while (to < end && !isWhiteSpace(text.charCodeAt(to))) to++;
  const url = text.slice(from, to);
  // An inline map may be megabytes, and names no file.
  if (url === '' || url.startsWith('data:')) return undefined;
  return { kind: 'source-map', notation: 'comment', url, start: from, end: to };
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** A file that its lexer cannot read: it is served as it is, and a warning says why. */
export class ReferencesUnreadableError extends Error {
  /** Where in the text, in UTF-16 code units. */
  readonly offset: number;

  constructor(offset: number, why: string) {
    super(why);
    this.offset = offset;
  }
}
