import { type Import, parse } from 'es-module-lexer';
import { ReferencesUnreadableError } from './references-unreadable-error.js';

/**
 * Finds the imports of a script or module.
 *
 * @throws {ReferencesUnreadableError} for what is not JavaScript.
 */
export function lex(text: string): readonly Import[] {
  try {
    return parse(text)[0];
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
