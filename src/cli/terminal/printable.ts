/** More of one text than this is no help to a reader. */
const MAX_LENGTH = 300;

/**
 * A text that somebody else has written, as a terminal may be given it: with
 * `\u{1b}` in place of what would move the cursor, colour the screen or turn
 * the reading direction around, and without the middle of what is very long.
 */
export function printable(text: string): string {
  return cutMiddle(text).replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => `\\u{${hexOf(character)}}`);
}

/** Data on stdout: exact, also where a terminal shows it. `JSON.stringify` escapes the C0 controls alone. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\p{Bidi_Control}]/gu,
    (character) => `\\u${hexOf(character).padStart(4, '0')}`,
  );
}

/** What it begins with and what it ends in say the most. */
function cutMiddle(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const end = MAX_LENGTH / 3;
  return `${text.slice(0, MAX_LENGTH - end - 1)}…${text.slice(-end)}`;
}

function hexOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}
