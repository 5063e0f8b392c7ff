import { type CSSToken, TokenType, tokenizer } from '@csstools/css-tokenizer';
import { findCssReferencesIfAny } from '../references/css-references.js';
import type { FoundReference } from '../references/reference.js';

/** At-rules that load other stylesheets. */
const LOADING = new Set(['import', 'use', 'forward']);

/**
 * What a stylesheet of Sass or Less loads by `url()`, other stylesheets aside.
 * They have the tokens of CSS (CSS Syntax Level 3), and comments that end with
 * their line besides. A URL that is worked out (`url($base + '/a.png')`) is
 * none yet, and passed over.
 *
 * @param isIndented Whether it is in Sass's indented syntax (`.sass`). Default: false.
 */
export function findSassUrls(text: string, isIndented = false): FoundReference[] {
  const found: FoundReference[] = [];
  /** The at-rule that loads a stylesheet, if it is one that is being read. */
  let loading: string | undefined;
  let functionStart: number | undefined;
  /** The call of `url()` with a string, which may be the first part of a URL that is worked out. */
  let call: [start: number, end: number] | undefined;
  for (let start = 0; start < text.length; ) start = lookThrough(start);
  return found;

  /** @returns where to begin anew: at the end of the text, or of a line comment, of which the tokens of CSS know nothing. */
  function lookThrough(start: number): number {
    const tokens = tokenizer({ css: text.slice(start) });
    while (!tokens.endOfFile()) {
      const token = tokens.nextToken();
      const [type, written, first, last] = token;
      if (type === TokenType.Delim && written === '/' && text[start + last + 1] === '/') return endOfComment(start + first);
      if (type === TokenType.Whitespace || type === TokenType.Comment) {
        if (isIndented && type === TokenType.Whitespace && LINE_BREAK.test(written)) loading = undefined;
        continue;
      }
      loading = loadingAfter(token);
      if (type === TokenType.CloseParen && call) add(...call);
      call = type === TokenType.String && functionStart !== undefined ? [functionStart, start + last + 1] : undefined;
      functionStart = type === TokenType.Function && token[4].value.toLowerCase() === 'url' ? start + first : undefined;
      if (type === TokenType.URL) add(start + first, start + last + 1);
    }
    return text.length;
  }

  function loadingAfter(token: CSSToken): string | undefined {
    switch (token[0]) {
      case TokenType.AtKeyword: {
        const name = token[4].value.toLowerCase();
        return LOADING.has(name) ? name : undefined;
      }
      case TokenType.Semicolon:
      case TokenType.OpenCurly:
      case TokenType.CloseCurly:
        return undefined;
      case TokenType.OpenParen:
        // `@use 'theme' with ($hero: url(/a.png))` gives values; `@import (css) url(…)` of Less is still to name what it loads.
        return loading === 'import' ? loading : undefined;
      default:
        return loading;
    }
  }

  function add(start: number, end: number): void {
    if (loading !== undefined) return;
    for (const reference of readUrl(text.slice(start, end)))
      found.push({ ...reference, start: start + reference.start, end: start + reference.end });
  }

  /** In the indented syntax, the lines below a comment that are indented deeper are part of it, if it has a line of its own. */
  function endOfComment(start: number): number {
    let end = endOfLine(start);
    let lineStart = start;
    while (text[lineStart - 1] === ' ' || text[lineStart - 1] === '\t') lineStart--;
    if (!isIndented || (lineStart > 0 && !LINE_BREAK.test(text.charAt(lineStart - 1)))) return end;
    for (let next = nextLine(end); next && next.indentation > start - lineStart; next = nextLine(end)) end = endOfLine(next.start);
    return end;
  }

  function endOfLine(offset: number): number {
    const lineBreak = /[\n\r\f]/g;
    lineBreak.lastIndex = offset;
    return lineBreak.exec(text)?.index ?? text.length;
  }

  /** The next line that is not empty, without its indentation. */
  function nextLine(end: number): { start: number; indentation: number } | undefined {
    const indented = /\s*[\n\r\f]([ \t]*)(?=\S)/y;
    indented.lastIndex = end;
    const [, indentation] = indented.exec(text) ?? [];
    return indentation === undefined ? undefined : { start: indented.lastIndex, indentation: indentation.length };
  }
}

const LINE_BREAK = /[\n\r\f]/;

/** @param call of `url()`, with or without the parenthesis at its end. */
function readUrl(call: string): FoundReference[] {
  // Half a name in braces, #{$name}, is not CSS.
  return findCssReferencesIfAny(call.endsWith(')') ? call : `${call})`);
}
