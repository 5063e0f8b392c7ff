/**
 * What a terminal obeys or hides: control characters (C0, DEL, C1), those that
 * change the direction of text (https://www.unicode.org/reports/tr9/), and the
 * two line breaks that are no control characters.
 */
const INVISIBLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * A text that somebody else has written, such as the name of a file, as a
 * terminal or a log may be given it: on one line, with `\u{1b}` in place of
 * what would move the cursor or turn the reading direction around.
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for a text of several lines, which stay lines: a stack. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
