import { type CSSToken, TokenType, tokenizer } from '@csstools/css-tokenizer';
import type { FoundReference, Notation, ReferenceKind } from './reference.js';
import { ReferencesUnreadableError } from './references-unreadable-error.js';
import { sourceMapReference } from './source-map-comment.js';

/** Functions whose strings are URLs: `url("a.png")`, `src("a.woff2")`, `image-set("a.png" 1x)`. */
const URL_FUNCTIONS = new Set(['url', 'src']);
const IMAGE_SETS = new Set(['image-set', '-webkit-image-set']);

/**
 * The references of a stylesheet, or of a part of one, such as a single value.
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError} for what is not CSS (CSS Syntax Level 3).
 */
export function findCssReferences(text: string): FoundReference[] {
  const references: FoundReference[] = [];
  const blocks: Block[] = [];
  /** The URLs of each `@font-face` that is open. */
  const faces: FoundReference[][] = [];
  let rule: string | undefined;
  let isImported = false;
  let sourceMap: FoundReference | undefined;
  const tokens = tokenizer({ css: text }, { onParseError: (error) => fail(error.sourceStart, error.message) });

  while (!tokens.endOfFile()) {
    const token = tokens.nextToken();
    switch (token[0]) {
      case TokenType.AtKeyword:
        if (innermost()?.opened !== '(') rule = token[4].value.toLowerCase();
        isImported = false;
        break;
      case TokenType.URL:
        addUrl('css-url', ...innerRange(text, token));
        break;
      case TokenType.String:
        if (isUrlString()) addUrl('string', token[2] + 1, token[3]);
        break;
      case TokenType.Function:
        blocks.push({ opened: '(', start: token[2], name: token[4].value.toLowerCase() });
        break;
      case TokenType.OpenParen:
      case TokenType.OpenSquare:
        blocks.push({ opened: token[0] === TokenType.OpenParen ? '(' : '[', start: token[2], name: '' });
        break;
      case TokenType.OpenCurly:
        blocks.push({ opened: '{', start: token[2], name: '', isFace: rule === 'font-face' });
        if (rule === 'font-face') faces.push([]);
        rule = undefined;
        break;
      case TokenType.CloseParen:
        close('(', token);
        break;
      case TokenType.CloseSquare:
        close('[', token);
        break;
      case TokenType.CloseCurly:
        close('{', token);
        rule = undefined;
        break;
      case TokenType.Semicolon:
        if (innermost()?.opened !== '(') rule = undefined;
        break;
      case TokenType.BadString:
      case TokenType.BadURL:
        return fail(token[2], `this is no ${token[0] === TokenType.BadURL ? 'URL' : 'string'}: ${token[1].slice(0, 60)}`);
      case TokenType.Comment:
        sourceMap = sourceMapReference(text, token[2] + 2, token[3] - 1) ?? sourceMap;
        break;
    }
  }
  const unclosed = innermost();
  if (unclosed) fail(unclosed.start, `"${unclosed.opened}" is never closed`);
  if (sourceMap) references.push(sourceMap);
  return references;

  function innermost(): Block | undefined {
    return blocks.at(-1);
  }

  function close(opened: Block['opened'], token: CSSToken): void {
    const block = blocks.pop();
    if (block?.opened !== opened) fail(token[2], `"${token[1]}" closes nothing`);
    const preferred = block?.isFace && preferredFont(faces.pop() ?? []);
    if (preferred) preferred.kind = 'font';
  }

  /** Whether a string that stands here is a URL. */
  function isUrlString(): boolean {
    const block = innermost();
    if (block === undefined || block.opened === '{') return rule === 'import' && !isImported;
    return URL_FUNCTIONS.has(block.name) || IMAGE_SETS.has(block.name);
  }

  function addUrl(notation: Notation, start: number, end: number): void {
    // In front of its block, an at-rule compares URLs (`@supports`, `@document`) or takes them for names (`@namespace`).
    if (rule !== undefined && rule !== 'import') return;
    const kind: ReferenceKind = rule === 'import' ? 'style-import' : 'url';
    // Behind its URL, an `@import` holds conditions, which fetch nothing either.
    if (kind === 'style-import' && isImported) return;
    isImported = kind === 'style-import';
    const reference: FoundReference = { kind, notation, url: withoutEscapes(text.slice(start, end)), start, end };
    references.push(reference);
    faces.at(-1)?.push(reference);
  }

  function fail(offset: number, why: string): never {
    throw new ReferencesUnreadableError(offset, why);
  }
}

/** {@link findCssReferences}; none in what is not CSS, where that is for others to say. */
export function findCssReferencesIfAny(text: string): FoundReference[] {
  try {
    return findCssReferences(text);
  } catch (error) {
    if (error instanceof ReferencesUnreadableError) return [];
    throw error;
  }
}

interface Block {
  opened: '(' | '[' | '{';
  start: number;
  /** Of a function. */
  name: string;
  isFace?: boolean;
}

/** Formats of fonts, best first. Embedded OpenType and SVG fonts are for browsers long gone. */
const FONT_FORMATS = ['.woff2', '.woff', '.ttf', '.otf', '.ttc'];

/** What a browser of today takes of the sources of one face. */
function preferredFont(sources: readonly FoundReference[]): FoundReference | undefined {
  for (const extension of FONT_FORMATS) {
    const found = sources.find(({ url }) =>
      url
        .replace(/[?#].*$/s, '')
        .toLowerCase()
        .endsWith(extension),
    );
    if (found) return found;
  }
  return undefined;
}

/** Inside of `url( … )`: without the white space that is no part of it. */
function innerRange(text: string, [, , first, last]: CSSToken): [start: number, end: number] {
  let start = text.indexOf('(', first) + 1;
  let end = last;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1)) && !isEscaped(text, end - 1)) end--;
  return [start, end];
}

/** Whether a backslash in front of a character belongs to it, and not to a backslash in front of that. */
function isEscaped(text: string, offset: number): boolean {
  let backslashes = 0;
  while (text[offset - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

/** CSS Syntax Level 3, section 4.3.7, and 4.3.5 for a line break: hex digits, a line break, any other character. */
const ESCAPE = /\\(?:([\da-f]{1,6})(?:\r\n|[ \t\n\f\r])?|(\r\n|[\n\f\r])|(.))/giu;
const REPLACEMENT_CHARACTER = 0xfffd;

/** The value of a token. The tokenizer's own doubles what lies beyond the Basic Multilingual Plane (3.0.4). */
function withoutEscapes(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(ESCAPE, (_, hex: string | undefined, lineBreak: string | undefined, other: string) => {
    if (hex === undefined) return lineBreak === undefined ? other : '';
    const code = Number.parseInt(hex, 16);
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return String.fromCodePoint(isCharacter ? code : REPLACEMENT_CHARACTER);
  });
}

/** CSS Syntax Level 3, section 4.2. */
function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0c || code === 0x0d;
}
