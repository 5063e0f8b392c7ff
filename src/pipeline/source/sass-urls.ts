import { CssTokens } from '../references/css-tokens.js';
import type { FoundReference, Notation } from '../references/reference.js';

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
  let isCall = false;
  /** The string in a call of `url()`. It may be only the first part of a URL that Sass computes. */
  let inCall: FoundReference | undefined;
  const token = new CssTokens(text);
  while (token.next()) {
    if (token.type === 'other' && text[token.start] === '/' && text[token.end] === '/') {
      token.skipTo(endOfComment(token.start));
      continue;
    }
    if (token.type === 'white-space' && isIndented && LINE_BREAK.test(text.slice(token.start, token.end))) loading = undefined;
    if (token.type === 'white-space' || token.type === 'comment') continue;
    loading = loadingAfter(token);
    if (token.type === ')' && inCall) add(inCall);
    inCall = token.type === 'string' && isCall ? urlOf(token, 'string') : undefined;
    isCall = token.type === 'function' && token.name === 'url';
    if (token.type === 'url') add(urlOf(token, 'css-url'));
  }
  return found;

  function loadingAfter(token: CssTokens): string | undefined {
    switch (token.type) {
      case 'at-keyword':
        return LOADING.has(token.name) ? token.name : undefined;
      case ';':
      case '{':
      case '}':
        return undefined;
      case '(':
        // `@use 'theme' with ($hero: url(/a.png))` gives values; `@import (css) url(…)` of Less is still to name what it loads.
        return loading === 'import' ? loading : undefined;
      default:
        return loading;
    }
  }

  function add(reference: FoundReference): void {
    if (loading === undefined) found.push(reference);
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

function urlOf({ value, valueStart, valueEnd }: CssTokens, notation: Notation): FoundReference {
  return { kind: 'url', notation, url: value, start: valueStart, end: valueEnd };
}
