import { splitSuffix } from '../../core/asset-path.js';
import { CssTokens, withoutEscapes } from './css-tokens.js';
import { type BrokenSpot, type FoundReference, type Notation, sourceMapReference } from './reference.js';

/** Functions whose strings are URLs: `url("a.png")`, `src("a.woff2")`, `image-set("a.png" 1x)`. */
const URL_FUNCTIONS = new Set(['url', 'src']);
const IMAGE_SETS = new Set(['image-set', '-webkit-image-set']);

/**
 * Finds the references of a stylesheet, or of a part of one, such as a single value.
 *
 * It recovers from errors as browsers do
 * (https://www.w3.org/TR/css-syntax-3/#parsing): it finds references after a
 * broken spot, but none inside a broken URL or string.
 *
 * @param text without a byte-order mark.
 * @param onBrokenSpot called for the first spot that browsers skip or misread.
 */
export function findCssReferences(text: string, onBrokenSpot: (spot: BrokenSpot) => void = () => {}): FoundReference[] {
  const references: FoundReference[] = [];
  const blocks: Block[] = [];
  /** How many of the open blocks are parentheses or brackets. No rule begins or ends inside them. */
  let brackets = 0;
  /** The URLs of each open `@font-face`. */
  const faces: FoundReference[][] = [];
  /** The current at-rule, until its block begins. */
  let rule: string | undefined;
  /** Whether the next token begins a rule or a declaration. */
  let isStart = true;
  /** Whether the next token is the URL of an `@import`. */
  let isImportUrl = false;
  /** An unmatched `}`. It is an error only if a token follows. */
  let strayBrace: number | undefined;
  let sourceMap: FoundReference | undefined;
  let isBroken = false;
  const token = new CssTokens(text);

  while (token.next()) {
    if (token.type === 'white-space') continue;
    if (token.type === 'comment') {
      if (token.isClosed) sourceMap = sourceMapReference(text, token.valueStart, token.valueEnd) ?? sourceMap;
      else report(token.start, 'a comment is never closed, so browsers skip the rest');
      continue;
    }
    if (token.type === 'html-comment-mark' && isStart && blocks.length === 0) continue;
    if (strayBrace !== undefined && token.type !== '}') report(strayBrace, '"}" closes nothing, so browsers skip the rule after it');
    const wasStart = isStart;
    const wasImportUrl: boolean = isImportUrl;
    isStart = false;
    isImportUrl = false;
    switch (token.type) {
      case 'at-keyword':
        if (!wasStart) break;
        rule = token.name;
        // Browsers ignore an @import in a block (https://www.w3.org/TR/css-cascade-5/#at-import).
        isImportUrl = rule === 'import' && blocks.length === 0;
        break;
      case 'url':
        addUrl('css-url', wasImportUrl);
        if (!token.isClosed) report(token.start, '"url(" is never closed');
        break;
      case 'string':
        if (wasImportUrl || isInUrlFunction()) addUrl('string', wasImportUrl);
        if (!token.isClosed) report(token.start, 'a string is never closed');
        break;
      case 'bad-url':
        report(token.start, 'a URL without quotes holds a character that needs them, so browsers skip the declaration');
        break;
      case 'bad-string':
        report(token.start, 'a string is not closed on its line, so browsers skip the declaration');
        break;
      case 'function': {
        const { name } = token;
        open('(', name);
        isImportUrl = wasImportUrl && URL_FUNCTIONS.has(name);
        break;
      }
      case '(':
      case '[':
        open(token.type);
        break;
      case '{':
        open('{');
        break;
      case ')':
        close('(');
        break;
      case ']':
        close('[');
        break;
      case '}':
        close('{');
        break;
      case ';':
        if (brackets > 0) break;
        // Outside all blocks, a semicolon ends only an at-rule.
        isStart = rule !== undefined || blocks.length > 0;
        rule = undefined;
        break;
    }
  }
  const unclosed = blocks.at(-1);
  if (unclosed) report(unclosed.start, `"${unclosed.opened}" is never closed, so browsers read the rest of the file as a part of it`);
  for (const face of faces) markPreferredFont(face);
  if (sourceMap) references.push(sourceMap);
  return references;

  function open(opened: Block['opened'], name = ''): void {
    const isFace = opened === '{' && brackets === 0 && rule === 'font-face';
    blocks.push({ opened, start: token.start, name, isFace });
    if (isFace) faces.push([]);
    if (opened !== '{') brackets++;
    else if (brackets === 0) beginAnew();
  }

  /** A bracket that does not match the innermost open one closes nothing. */
  function close(opened: Block['opened']): void {
    const block = blocks.at(-1);
    if (block?.opened !== opened) {
      if (opened !== '{') report(token.start, `"${token.type}" closes nothing, so browsers skip the declaration`);
      else if (block) report(block.start, `"${block.opened}" is not closed in its declaration, so browsers skip what follows`);
      else strayBrace = token.start;
      return;
    }
    blocks.pop();
    if (block.isFace) markPreferredFont(faces.pop() ?? []);
    if (opened !== '{') brackets--;
    else if (brackets === 0) beginAnew();
  }

  function beginAnew(): void {
    rule = undefined;
    isStart = true;
  }

  function isInUrlFunction(): boolean {
    const name = blocks.at(-1)?.name ?? '';
    return URL_FUNCTIONS.has(name) || IMAGE_SETS.has(name);
  }

  function addUrl(notation: Notation, isImport: boolean): void {
    // Before its block, an at-rule only compares URLs (`@supports`, `@document`, conditions of `@import`) or uses them as names (`@namespace`).
    if (rule !== undefined && !isImport) return;
    const kind = isImport ? 'style-import' : 'url';
    const { value: url, valueStart: start, valueEnd: end } = token;
    const reference: FoundReference = { kind, notation, url, start, end };
    references.push(reference);
    faces.at(-1)?.push(reference);
  }

  function report(offset: number, why: string): void {
    if (!isBroken) onBrokenSpot({ offset, why });
    isBroken = true;
  }
}

/**
 * Finds the references of a stylesheet that is not valid UTF-8, such as one with a
 * "©" in Latin-1. Browsers replace only the invalid bytes
 * (https://encoding.spec.whatwg.org/#utf-8-decoder).
 *
 * @param bytes one character for each byte.
 */
export function findCssReferencesInBytes(bytes: string, onBrokenSpot?: (spot: BrokenSpot) => void): FoundReference[] {
  return findCssReferences(bytes, onBrokenSpot).map((reference) => {
    const written = Buffer.from(bytes.slice(reference.start, reference.end), 'latin1').toString('utf8');
    return { ...reference, url: reference.notation === 'comment' ? written : withoutEscapes(written) };
  });
}

interface Block {
  opened: '(' | '[' | '{';
  start: number;
  /** The name of a function, else `''`. */
  name: string;
  isFace: boolean;
}

/** Font formats, best first. Embedded OpenType and SVG fonts are for browsers that no longer exist. */
const FONT_FORMATS = ['.woff2', '.woff', '.ttf', '.otf', '.ttc'];

/** Marks the URL of one font face that a current browser loads. */
function markPreferredFont(urls: readonly FoundReference[]): void {
  for (const extension of FONT_FORMATS) {
    const preferred = urls.find(({ url }) => splitSuffix(url).path.toLowerCase().endsWith(extension));
    if (preferred) {
      preferred.kind = 'font';
      return;
    }
  }
}
