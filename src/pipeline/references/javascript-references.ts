import { parse as parseScript, type Token, tokenizer, tokTypes } from 'acorn';
import { parse as findImports, type Import } from 'es-module-lexer';
import { type FoundReference, ReferencesUnreadableError, sourceMapReference } from './reference.js';

/**
 * Finds the references of a classic script or of a module. Both may use
 * `import()`, whose specifier is relative to the URL of the script
 * (https://html.spec.whatwg.org/#hostloadimportedmodule).
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError} for what is not JavaScript.
 */
export function findJavascriptReferences(text: string): FoundReference[] {
  let references: FoundReference[];
  try {
    references = findIn(text);
  } catch (error) {
    const code = withoutHtmlComments(text);
    if (code === undefined) throw error;
    return findIn(code);
  }
  // The lexer reads the text of an HTML comment as code. The parser is slow, so it checks only files with references.
  const code = references.length > 0 ? withoutHtmlComments(text) : undefined;
  return code === undefined ? references : findIn(code);
}

function findIn(text: string): FoundReference[] {
  const imports = lex(text);
  const references: FoundReference[] = [];
  const metas: number[] = [];
  for (const found of imports) {
    if (found.type === 'import-meta') metas.push(found.start);
    else if (found.type === 'dynamic')
      references.push(...dynamicImport(text, found.start, found.end, found.glob ? undefined : found.specifier));
    else references.push({ kind: 'import', notation: 'string', url: found.specifier, start: found.start, end: found.end });
  }
  return [...references, ...urlsRelativeToModule(text, metas), ...finalSourceMap(text)];
}

/** @param specifier `undefined` if the script computes it at run time. */
function dynamicImport(text: string, start: number, end: number, specifier: string | undefined): FoundReference[] {
  if (specifier === undefined) return [];
  const quote = text[start];
  const notation = quote === '`' ? 'template' : 'string';
  return [{ kind: 'dynamic-import', notation, url: specifier, start: start + 1, end: end - 1 }];
}

const SOURCE_MAP_MARK = ' sourceMappingURL=';

/** Finds the source map comment, which must be the last comment with no code after it. */
function finalSourceMap(text: string): FoundReference[] {
  // Most texts have none, and a search backwards takes several times longer.
  if (!text.includes(SOURCE_MAP_MARK)) return [];
  const mark = text.lastIndexOf(SOURCE_MAP_MARK) - 3;
  const isLine = text.startsWith('//', mark);
  if (mark < 0 || !(isLine || text.startsWith('/*', mark))) return [];
  const end = isLine ? text.length : text.indexOf('*/', mark);
  const reference = sourceMapReference(text, mark + 2, end);
  if (!reference || end === -1) return [];
  const rest = tokenizer(text.slice(isLine ? mark : end + 2), { ecmaVersion: 'latest' });
  try {
    if (rest.getToken().type !== tokTypes.eof) return [];
  } catch {
    return [];
  }
  return isCodeAtEnd(text.slice(0, mark)) ? [reference] : [];
}

/** Whether text appended to a script is code, and not part of an open string, template or comment. */
function isCodeAtEnd(text: string): boolean {
  const probe = `${text}\nimport(0)`;
  try {
    return lex(probe).some(({ importStart }) => importStart === text.length + 1);
  } catch {
    return false;
  }
}

/**
 * Finds `new URL('…', import.meta.url)` and `import.meta.resolve('…')`, with white
 * space and comments between their tokens.
 *
 * @param metas offsets of `import.meta` in code.
 */
function urlsRelativeToModule(text: string, metas: readonly number[]): FoundReference[] {
  const candidates: { start: number; reference: FoundReference }[] = [];
  const references: FoundReference[] = [];
  for (const meta of metas) {
    const resolved = readTokens(text, meta, ['import', '.', 'meta', '.', 'resolve', '(', 'string', 'end']);
    if (resolved) {
      references.push(toReference('dynamic-import', resolved));
      continue;
    }
    const start = findNewUrl(text, meta);
    if (start) candidates.push({ start: start.offset, reference: toReference('module-url', start.string) });
  }
  const isCode = findCodePositions(
    text,
    candidates.map(({ start }) => start),
  );
  return [...references, ...candidates.filter(({ start }) => isCode(start)).map(({ reference }) => reference)];
}

/** How far before its `import.meta` a `new URL(` may be, in UTF-16 code units. */
const MAX_DISTANCE = 4096;

/** Searches backwards for the `new URL('…', import.meta.url)` of an `import.meta`. */
function findNewUrl(text: string, meta: number): { offset: number; string: Literal } | undefined {
  const first = Math.max(0, meta - MAX_DISTANCE);
  // A search through the whole text would take too long for a module with thousands of `import.meta`.
  const before = text.slice(first, meta);
  for (let at = before.lastIndexOf('new'); at !== -1; at = at === 0 ? -1 : before.lastIndexOf('new', at - 1)) {
    if (!NEW_URL.test(before.slice(at, at + NEW_URL_LENGTH)) || NAME_PART.test(before[at - 1] ?? '')) continue;
    const string = readTokens(text, first + at, ['new', 'URL', '(', 'string', ',', 'import', '.', 'meta', '.', 'url', 'end'], meta);
    if (string) return { offset: first + at, string };
  }
  return undefined;
}

/** Filters the candidates for {@link readTokens}, which makes a tokenizer for each call. */
const NEW_URL = /^new(?:\s*\/[/*]|\s+(?:URL|$)|$)/;
const NEW_URL_LENGTH = 16;
const NAME_PART = /[\p{ID_Continue}$\u200c\u200d]/u;

/** The types of acorn leave out the value of a string token. */
type Literal = Token & { value?: unknown };

/**
 * Compares the tokens at an offset with wanted ones.
 *
 * @param wanted `'string'` means a literal without substitutions, `'end'` the end of an argument.
 * @param meta the offset that the `import` must have. Default: any.
 * @returns the literal with its offsets in the whole text; `undefined` if a token differs.
 */
function readTokens(text: string, offset: number, wanted: readonly string[], meta?: number): Literal | undefined {
  const tokens = tokenizer(text.slice(offset, offset + MAX_DISTANCE), { ecmaVersion: 'latest', sourceType: 'module' });
  let literal: Literal | undefined;
  try {
    for (const name of wanted) {
      let token = tokens.getToken();
      if (name === 'string') {
        if (token.type === tokTypes.backQuote) token = tokens.getToken();
        else if (token.type !== tokTypes.string) return undefined;
        if (token.type === tokTypes.template && tokens.getToken().type !== tokTypes.backQuote) return undefined;
        literal = token;
      } else if (name === 'end') {
        if (token.type !== tokTypes.parenR && token.type !== tokTypes.comma) return undefined;
      } else if (text.slice(offset + token.start, offset + token.end) !== name) return undefined;
      else if (name === 'import' && meta !== undefined && offset + token.start !== meta) return undefined;
    }
  } catch {
    // The offset is not the start of a token.
    return undefined;
  }
  return literal && Object.assign(literal, { start: literal.start + offset, end: literal.end + offset });
}

function toReference(kind: FoundReference['kind'], literal: Literal): FoundReference {
  const isTemplate = literal.type === tokTypes.template;
  const url = String(literal.value);
  const quotes = isTemplate ? 0 : 1;
  return { kind, notation: isTemplate ? 'template' : 'string', url, start: literal.start + quotes, end: literal.end - quotes };
}

/**
 * Finds the imports of a script or module.
 *
 * @throws {ReferencesUnreadableError} if the text is not JavaScript.
 */
function lex(text: string): readonly Import[] {
  try {
    return findImports(text)[0];
  } catch (error) {
    const offset = Number(Object(error).idx);
    throw new ReferencesUnreadableError(Number.isFinite(offset) ? offset : 0, 'it is not JavaScript that a browser can read');
  }
}

/**
 * Tells which offsets are in code, and not in a comment, string, template or
 * regular expression. It inserts an `[import(0)],` at each offset and sees which
 * of them the lexer reports. Without brackets, `...import(0)` would be a property.
 */
function findCodePositions(text: string, places: readonly number[]): (place: number) => boolean {
  if (places.length === 0) return () => false;
  const sorted = [...new Set(places)].sort((a, b) => a - b);
  let probe = '';
  let copied = 0;
  const placeOfProbe = new Map<number, number>();
  for (const place of sorted) {
    probe += `${text.slice(copied, place)}[`;
    placeOfProbe.set(probe.length, place);
    probe += 'import(0)],';
    copied = place;
  }
  const found = new Set<number>();
  for (const { importStart } of lex(probe + text.slice(copied))) {
    const place = placeOfProbe.get(importStart);
    if (place !== undefined) found.add(place);
  }
  return (place) => found.has(place);
}

/**
 * Replaces the HTML comments of a script by white space, since the lexer does not
 * know them: `<!-- it's a script` (https://tc39.es/ecma262/#sec-html-like-comments).
 * Returns `undefined` if there are none, or if the text is not a script.
 */
function withoutHtmlComments(text: string): string | undefined {
  if (text.length > MAX_PARSED || (!text.includes('<!--') && !text.includes('-->'))) return undefined;
  const pieces: string[] = [];
  let copied = 0;
  try {
    parseScript(text, {
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

/**
 * The longest text to parse, in UTF-16 code units. The tree takes a hundred times
 * the file's size in memory, and large bundles contain no HTML comments.
 */
const MAX_PARSED = 1_000_000;
