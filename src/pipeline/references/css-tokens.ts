/**
 * The types of tokens that decide where a URL can be. Names, numbers and
 * delimiters are `other`.
 */
export type CssTokenType =
  | 'at-keyword'
  | 'function'
  | 'url'
  | 'bad-url'
  | 'string'
  | 'bad-string'
  | 'white-space'
  | 'comment'
  /** `<!--` or `-->`, which a stylesheet skips. */
  | 'html-comment-mark'
  | '('
  | ')'
  | '['
  | ']'
  | '{'
  | '}'
  | ';'
  | 'other';

/**
 * Reads the tokens of CSS one after the other. Every text is valid, since browsers
 * recover from errors (https://www.w3.org/TR/css-syntax-3/#tokenization; the
 * sections below are those of CSS Syntax Level 3).
 *
 * A token is two offsets, so a long token costs neither memory nor stack. As in
 * Chromium and Firefox, every character beyond ASCII belongs to a name. So the
 * tokens are the same whether a text is decoded as UTF-8 or byte by byte.
 *
 * @example
 * const token = new CssTokens('a{b:url(a.png)}');
 * while (token.next()) if (token.type === 'url') console.log(token.value);
 */
export class CssTokens {
  type: CssTokenType = 'other';
  /** The offsets of the token in UTF-16 code units; `end` is after its last one. */
  start = 0;
  end = 0;
  /** The offsets of the text inside quotes, `url(…)` without white space, or comment marks. */
  valueStart = 0;
  valueEnd = 0;
  /** False for a string, URL or comment that ends only because the text does. */
  isClosed = true;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The value of a string or URL, with its escapes undone. */
  get value(): string {
    return withoutEscapes(this.#text.slice(this.valueStart, this.valueEnd));
  }

  /** The name of a function or an at-keyword, in lower case, without `(` and `@`. */
  get name(): string {
    const raw = this.type === 'function' ? this.#text.slice(this.start, this.end - 1) : this.#text.slice(this.start + 1, this.end);
    return withoutEscapes(raw).toLowerCase();
  }

  /** Goes to the next token; false at the end of the text. */
  next(): boolean {
    this.start = this.end;
    if (this.start >= this.#text.length) return false;
    this.isClosed = true;
    this.type = this.#read(this.#text.charCodeAt(this.start));
    return true;
  }

  /** Continues at another offset, for languages with more than the tokens of CSS. */
  skipTo(offset: number): void {
    this.end = offset;
  }

  #read(code: number): CssTokenType {
    switch (code) {
      case 0x20:
      case 0x09:
      case 0x0a:
      case 0x0c:
      case 0x0d:
        return this.#finish('white-space', this.#skipWhiteSpace(this.start + 1));
      case QUOTE:
      case APOSTROPHE:
        return this.#readString(code);
      case 0x23: // #
        return this.#finish('other', this.#skipName(this.start + 1));
      case 0x28: // (
      case 0x29: // )
      case 0x3b: // ;
      case 0x5b: // [
      case 0x5d: // ]
      case 0x7b: // {
      case 0x7d: // }
        return this.#finish(this.#text.charAt(this.start) as CssTokenType, this.start + 1);
      case 0x2f: // /
        if (this.#at(this.start + 1) === 0x2a) return this.#readComment();
        break;
      case 0x3c: // <
        if (this.#text.startsWith('<!--', this.start)) return this.#finish('html-comment-mark', this.start + 4);
        break;
      case 0x40: // @
        if (this.#startsName(this.start + 1)) return this.#finish('at-keyword', this.#skipName(this.start + 1));
        break;
    }
    if (this.#startsNumber(this.start)) return this.#finish('other', this.#skipNumber(this.start));
    if (code === HYPHEN && this.#text.startsWith('-->', this.start)) return this.#finish('html-comment-mark', this.start + 3);
    if (this.#startsName(this.start)) return this.#readNameOrFunction();
    return this.#finish('other', this.start + 1);
  }

  #finish(type: CssTokenType, end: number): CssTokenType {
    this.end = end;
    return type;
  }

  /** Section 4.3.2. */
  #readComment(): CssTokenType {
    this.valueStart = this.start + 2;
    const close = this.#text.indexOf('*/', this.valueStart);
    this.isClosed = close !== -1;
    this.valueEnd = this.isClosed ? close : this.#text.length;
    return this.#finish('comment', this.isClosed ? close + 2 : this.#text.length);
  }

  /** Section 4.3.5. A backslash at the end of the text is not part of the string. */
  #readString(quote: number): CssTokenType {
    this.valueStart = this.start + 1;
    let at = this.valueStart;
    for (let code = this.#at(at); code !== quote && code !== END; code = this.#at(at)) {
      if (isLineBreak(code)) return this.#finish('bad-string', at);
      if (code === BACKSLASH && this.#at(at + 1) === END) break;
      at = code === BACKSLASH ? this.#skipEscape(at) : at + 1;
    }
    this.valueEnd = at;
    this.isClosed = this.#at(at) === quote;
    return this.#finish('string', this.isClosed ? at + 1 : this.#text.length);
  }

  /** Section 4.3.4. */
  #readNameOrFunction(): CssTokenType {
    const nameEnd = this.#skipName(this.start);
    if (this.#at(nameEnd) !== OPENING_PARENTHESIS) return this.#finish('other', nameEnd);
    const end = nameEnd + 1;
    const name = withoutEscapes(this.#text.slice(this.start, nameEnd));
    const valueStart = this.#skipWhiteSpace(end);
    const isQuoted = this.#at(valueStart) === QUOTE || this.#at(valueStart) === APOSTROPHE;
    return name.toLowerCase() === 'url' && !isQuoted ? this.#readUrl(valueStart) : this.#finish('function', end);
  }

  /** Section 4.3.6. */
  #readUrl(valueStart: number): CssTokenType {
    this.valueStart = valueStart;
    let at = valueStart;
    for (let code = this.#at(at); !isWhiteSpace(code) && code !== CLOSING_PARENTHESIS && code !== END; code = this.#at(at)) {
      if (code === QUOTE || code === APOSTROPHE || code === OPENING_PARENTHESIS || isNonPrintable(code)) return this.#readBadUrl(at);
      if (code === BACKSLASH && !this.#isEscape(at)) return this.#readBadUrl(at);
      at = code === BACKSLASH ? this.#skipEscape(at) : at + 1;
    }
    this.valueEnd = at;
    at = this.#skipWhiteSpace(at);
    this.isClosed = this.#at(at) === CLOSING_PARENTHESIS;
    if (!this.isClosed && this.#at(at) !== END) return this.#readBadUrl(at);
    return this.#finish('url', this.isClosed ? at + 1 : at);
  }

  /** Section 4.3.14. Skips everything up to a parenthesis. */
  #readBadUrl(from: number): CssTokenType {
    let at = from;
    for (let code = this.#at(at); code !== CLOSING_PARENTHESIS && code !== END; code = this.#at(at)) {
      at = code === BACKSLASH && this.#isEscape(at) ? this.#skipEscape(at) : at + 1;
    }
    this.isClosed = this.#at(at) !== END;
    return this.#finish('bad-url', this.isClosed ? at + 1 : at);
  }

  #skipWhiteSpace(from: number): number {
    let at = from;
    while (isWhiteSpace(this.#at(at))) at++;
    return at;
  }

  /** Section 4.3.11. */
  #skipName(from: number): number {
    let at = from;
    for (;;) {
      const code = this.#at(at);
      if (isNameCharacter(code)) at++;
      else if (code === BACKSLASH && this.#isEscape(at)) at = this.#skipEscape(at);
      else return at;
    }
  }

  /** Section 4.3.12, with the unit that may follow (4.3.3). */
  #skipNumber(from: number): number {
    let at = this.#skipDigits(isSign(this.#at(from)) ? from + 1 : from);
    if (this.#at(at) === DOT && isDigit(this.#at(at + 1))) at = this.#skipDigits(at + 1);
    if (this.#at(at) === 0x45 || this.#at(at) === 0x65) {
      const exponent = isSign(this.#at(at + 1)) ? at + 2 : at + 1;
      if (isDigit(this.#at(exponent))) at = this.#skipDigits(exponent);
    }
    if (this.#startsName(at)) return this.#skipName(at);
    return this.#at(at) === 0x25 ? at + 1 : at;
  }

  #skipDigits(from: number): number {
    let at = from;
    while (isDigit(this.#at(at))) at++;
    return at;
  }

  /** Section 4.3.7, and 4.3.5 for an escaped line break in a string. */
  #skipEscape(backslash: number): number {
    let at = backslash + 1;
    for (let digits = 0; digits < 6 && isHexDigit(this.#at(at)); digits++) at++;
    const code = this.#at(at);
    if (at > backslash + 1 && !isWhiteSpace(code)) return at;
    if (code === 0x0d && this.#at(at + 1) === 0x0a) return at + 2;
    return code === END ? at : at + 1;
  }

  /** Section 4.3.8. */
  #isEscape(backslash: number): boolean {
    return !isLineBreak(this.#at(backslash + 1));
  }

  /** Section 4.3.9. */
  #startsName(at: number): boolean {
    const code = this.#at(at);
    if (code === BACKSLASH) return this.#isEscape(at);
    if (code !== HYPHEN) return isNameStart(code);
    const next = this.#at(at + 1);
    return next === HYPHEN || isNameStart(next) || (next === BACKSLASH && this.#isEscape(at + 1));
  }

  /** Section 4.3.10. */
  #startsNumber(at: number): boolean {
    const digits = isSign(this.#at(at)) ? at + 1 : at;
    return isDigit(this.#at(digits)) || (this.#at(digits) === DOT && isDigit(this.#at(digits + 1)));
  }

  #at(offset: number): number {
    return offset < this.#text.length ? this.#text.charCodeAt(offset) : END;
  }
}

/** Section 4.3.7: hex digits, a line break, any other character. */
const ESCAPE = /\\(?:([\da-f]{1,6})(?:\r\n|[ \t\n\f\r])?|(\r\n|[\n\f\r])|(.?))/gisu;
const REPLACEMENT_CHARACTER = '\ufffd';

/** Returns the value of a name, string or URL. It replaces NUL characters, escaped or not (section 3.3). */
export function withoutEscapes(raw: string): string {
  const text = raw.replaceAll('\0', REPLACEMENT_CHARACTER);
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (_, hex: string | undefined, lineBreak: string | undefined, other: string) => {
    if (hex === undefined) return lineBreak === undefined ? other || REPLACEMENT_CHARACTER : '';
    const code = Number.parseInt(hex, 16);
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : REPLACEMENT_CHARACTER;
  });
}

const END = -1;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const OPENING_PARENTHESIS = 0x28;
const CLOSING_PARENTHESIS = 0x29;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const BACKSLASH = 0x5c;

function isLineBreak(code: number): boolean {
  return code === 0x0a || code === 0x0c || code === 0x0d;
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || isLineBreak(code);
}

function isSign(code: number): boolean {
  return code === 0x2b || code === HYPHEN;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** A NUL counts as U+FFFD, which replaces it. */
function isNameStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code >= 0x80 || code === 0;
}

function isNameCharacter(code: number): boolean {
  return isNameStart(code) || isDigit(code) || code === HYPHEN;
}

function isNonPrintable(code: number): boolean {
  return (code >= 0x01 && code <= 0x08) || code === 0x0b || (code >= 0x0e && code <= 0x1f) || code === 0x7f;
}
