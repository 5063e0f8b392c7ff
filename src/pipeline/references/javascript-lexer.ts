import { parse as parseScript } from 'acorn';
import { parse as findImports, type Import } from 'es-module-lexer';
import { ReferencesUnreadableError } from './reference.js';

/**
 * Finds the imports of a script or module.
 *
 * @throws {ReferencesUnreadableError} for what is not JavaScript.
 */
export function lex(text: string): readonly Import[] {
  try {
    return findImports(text)[0];
  } catch (error) {
    const offset = Number(Object(error).idx);
    throw new ReferencesUnreadableError(Number.isFinite(offset) ? offset : 0, 'it is not JavaScript that a browser can read');
  }
}

/**
 * Which places of a text are code, and no comment, string, template or regular
 * expression: the lexer is shown the text with an `import` at each place, and
 * reports those that it takes for code. In brackets, since behind the dots of
 * a spread it would be taken for a property.
 */
export function codePositions(text: string, places: readonly number[]): (place: number) => boolean {
  if (places.length === 0) return () => false;
  const sorted = [...new Set(places)].sort((a, b) => a - b);
  let probe = '';
  let copied = 0;
  const placeOfProbe = new Map<number, number>();
  for (const place of sorted) {
    probe += `${text.slice(copied, place)}[`;
    placeOfProbe.set(probe.length, place);
    probe += 'import(0)],';
    copied = place;
  }
  const found = new Set<number>();
  for (const { importStart } of lex(probe + text.slice(copied))) {
    const place = placeOfProbe.get(importStart);
    if (place !== undefined) found.add(place);
  }
  return (place) => found.has(place);
}

/**
 * A script with white space in the place of its HTML comments (ECMA-262,
 * annex B.1.1), which the lexer of modules does not know: `<!-- it's a script`.
 * `undefined` for a text that has none, or is no script.
 */
export function withoutHtmlComments(text: string): string | undefined {
  if (text.length > MAX_PARSED || (!text.includes('<!--') && !text.includes('-->'))) return undefined;
  const pieces: string[] = [];
  let copied = 0;
  try {
    parseScript(text, {
      ecmaVersion: 'latest',
      sourceType: 'script',
      onComment(_isBlock, _content, start, end) {
        if (text.startsWith('//', start) || text.startsWith('/*', start)) return;
        pieces.push(text.slice(copied, start), ' '.repeat(end - start));
        copied = end;
      },
    });
  } catch {
    return undefined;
  }
  return pieces.length === 0 ? undefined : pieces.join('') + text.slice(copied);
}

/** UTF-16 code units. The tree of a file takes a hundred times the file's size in memory, and such a script is machine-made. */
const MAX_PARSED = 1_000_000;
