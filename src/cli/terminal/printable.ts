import { visible } from '../../core/visible-text.js';

/** More of one text than this is no help to a reader. */
const MAX_LENGTH = 300;

/** Makes a text {@link visible}, and cuts the middle out of a very long one. */
export function printable(text: string): string {
  return visible(cutMiddle(text));
}

/**
 * Writes data for stdout as JSON that a terminal shows exactly. `JSON.stringify` escapes only the C0 controls.
 *
 * @param indent spaces. Default: 2; 0 keeps it on one line.
 */
export function printableJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** What it begins with and what it ends in say the most. */
function cutMiddle(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const end = MAX_LENGTH / 3;
  return `${text.slice(0, MAX_LENGTH - end - 1)}…${text.slice(-end)}`;
}
