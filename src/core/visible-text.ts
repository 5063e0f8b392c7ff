/**
 * Characters that a terminal obeys or hides: control characters (C0, DEL, C1),
 * those that change the direction of text (https://www.unicode.org/reports/tr9/),
 * and the two line breaks that are not control characters.
 */
const INVISIBLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Makes a text from outside, such as the name of a file, safe for a terminal or
 * a log: on one line, with `\u{1b}` in place of a character that moves the
 * cursor or reverses the reading direction.
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** {@link visible} for each line of a text, such as a stack. The line breaks stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
