import { type CSSToken, TokenType, tokenizer } from '@csstools/css-tokenizer';
import { findCssReferencesIfAny } from '../references/css-references.js';
import type { FoundReference } from '../references/reference.js';

/**
 * What a stylesheet of Sass or Less loads by `url()`. They have the tokens of
 * CSS (CSS Syntax Level 3), and comments that end with their line besides. A
 * URL that is worked out (`url($base + '/a.png')`) is none yet, and passed over.
 */
export function findSassUrls(text: string): FoundReference[] {
  const found: FoundReference[] = [];
  for (let start = 0; start < text.length; ) start = lookThrough(start);
  return found;

  /** @returns where to begin anew: at the end of the text, or of a comment in which something seemed to begin. */
  function lookThrough(start: number): number {
    const tokens = tokenizer({ css: text.slice(start) });
    let previous: CSSToken | undefined;
    let functionStart: number | undefined;
    let commentEnd = 0;
    while (!tokens.endOfFile()) {
      const token = tokens.nextToken();
      const [type, , first, last] = token;
      if (first < commentEnd) {
        if (last >= commentEnd && type !== TokenType.Whitespace) return start + commentEnd;
        continue;
      }
      if (isSlash(token) && previous && isSlash(previous) && previous[3] === first - 1) commentEnd = endOfLine(start + first) - start;
      if (type === TokenType.URL) add(start + first, start + last + 1);
      if (type === TokenType.String && functionStart !== undefined) add(functionStart, start + last + 1);
      if (type !== TokenType.Whitespace)
        functionStart = type === TokenType.Function && token[4].value.toLowerCase() === 'url' ? start + first : undefined;
      previous = token;
    }
    return text.length;
  }

  function add(start: number, end: number): void {
    for (const reference of readUrl(text.slice(start, end)))
      found.push({ ...reference, start: start + reference.start, end: start + reference.end });
  }

  function endOfLine(offset: number): number {
    const lineBreak = /[\n\r\f]/g;
    lineBreak.lastIndex = offset;
    return lineBreak.exec(text)?.index ?? text.length;
  }
}

function isSlash([type, text]: CSSToken): boolean {
  return type === TokenType.Delim && text === '/';
}

/** @param call of `url()`, with or without the parenthesis at its end. */
function readUrl(call: string): FoundReference[] {
  // Half a name in braces, #{$name}, is not CSS.
  return findCssReferencesIfAny(call.endsWith(')') ? call : `${call})`);
}
