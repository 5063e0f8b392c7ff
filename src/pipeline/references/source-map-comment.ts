import type { FoundReference } from './reference.js';

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
