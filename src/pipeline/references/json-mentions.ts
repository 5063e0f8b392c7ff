import type { FoundReference } from './reference.js';
import { ReferencesUnreadableError } from './references-unreadable-error.js';

/** More than data about files needs, and few enough for the scan cache. */
const MAX_MENTIONS = 10_000;

/**
 * Finds the texts of a JSON document that may be URLs relative to it, as in glTF
 * (section 2.8) or the atlas of a sprite: they look like the name of a file.
 * Only the program that reads the document knows whether one is a URL.
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError} if the text is not JSON, or holds too many.
 */
export function findJsonMentions(text: string): FoundReference[] {
  const mentions = new Set<string>();
  for (const value of textsIn(parseJson(text))) if (FILE_NAME.test(value)) mentions.add(value);
  if (mentions.size > MAX_MENTIONS) throw new ReferencesUnreadableError(0, `it holds more than ${MAX_MENTIONS} names of files`);
  return [...mentions].map((url) => ({ kind: 'mention', notation: 'json', url, start: 0, end: 0 }));
}

/** Whether a text has an extension, no scheme and no slash in front, and is no longer than a path may be. */
const FILE_NAME = /^(?![\\/]|[a-z][a-z\d+.-]*:)[^\n<>]{1,1000}\.[a-z][a-z\d]{0,9}(?:[?#].*)?$/i;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ReferencesUnreadableError(0, 'it is not JSON');
  }
}

/** Lists the names of members, and the values, without recursion: a document may be nested deeper than the stack allows. */
function* textsIn(root: unknown): Iterable<string> {
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') yield value;
    else if (Array.isArray(value)) for (const element of value) left.push(element);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) left.push(name, member);
    }
  }
}
