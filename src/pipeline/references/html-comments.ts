import { parse } from 'acorn';

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
    parse(text, {
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
