import { type Token, tokenizer, tokTypes } from 'acorn';
import { codePositions, lex, withoutHtmlComments } from './javascript-lexer.js';
import { type FoundReference, sourceMapReference } from './reference.js';

/**
 * The references of a classic script or of a module. Both may use `import()`:
 * its specifier is relative to the URL of the script (ECMA-262,
 * HostLoadImportedModule; HTML Standard, section 8.1.6.7.3).
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
  // The lexer takes the text of an HTML comment for code. A parser is slow, so it is asked only about files with references.
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

/** @param specifier `undefined` where it is worked out at run time. */
function dynamicImport(text: string, start: number, end: number, specifier: string | undefined): FoundReference[] {
  if (specifier === undefined) return [];
  const quote = text[start];
  const notation = quote === '`' ? 'template' : 'string';
  return [{ kind: 'dynamic-import', notation, url: specifier, start: start + 1, end: end - 1 }];
}

/** The source map comment, if it is the last one and no code follows it. */
function finalSourceMap(text: string): FoundReference[] {
  const mark = text.lastIndexOf(' sourceMappingURL=') - 3;
  const isLine = text.startsWith('//', mark);
  if (mark < 0 || !(isLine || text.startsWith('/*', mark))) return [];
  const end = isLine ? text.length : text.indexOf('*/', mark);
  const reference = sourceMapReference(text, mark + 2, end);
  if (!reference || end === -1) return [];
  const behind = tokenizer(text.slice(isLine ? mark : end + 2), { ecmaVersion: 'latest' });
  try {
    if (behind.getToken().type !== tokTypes.eof) return [];
  } catch {
    return [];
  }
  return isCodeAtEnd(text.slice(0, mark)) ? [reference] : [];
}

/** Whether what is written behind a text is code, and does not stand in a string, a template or a comment that is still open. */
function isCodeAtEnd(text: string): boolean {
  const probe = `${text}\nimport(0)`;
  try {
    return lex(probe).some(({ importStart }) => importStart === text.length + 1);
  } catch {
    return false;
  }
}

/**
 * `new URL('…', import.meta.url)` and `import.meta.resolve('…')`, with what may
 * stand between their tokens.
 *
 * @param metas where `import.meta` stands as code.
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
  const isCode = codePositions(
    text,
    candidates.map(({ start }) => start),
  );
  return [...references, ...candidates.filter(({ start }) => isCode(start)).map(({ reference }) => reference)];
}

/** How far in front of its `import.meta` a `new URL(` is looked for, in UTF-16 code units. */
const MAX_DISTANCE = 4096;

/** The `new URL('…', import.meta.url)` that an `import.meta` belongs to, looked for backwards. */
function findNewUrl(text: string, meta: number): { offset: number; string: Literal } | undefined {
  const first = Math.max(0, meta - MAX_DISTANCE);
  // Looked for in this part alone: a module may hold `import.meta` thousands of times, and no `new` at all.
  const before = text.slice(first, meta);
  for (let at = before.lastIndexOf('new'); at !== -1; at = at === 0 ? -1 : before.lastIndexOf('new', at - 1)) {
    if (!NEW_URL.test(before.slice(at, at + NEW_URL_LENGTH)) || NAME_PART.test(before[at - 1] ?? '')) continue;
    const string = readTokens(text, first + at, ['new', 'URL', '(', 'string', ',', 'import', '.', 'meta', '.', 'url', 'end'], meta);
    if (string) return { offset: first + at, string };
  }
  return undefined;
}

/** What {@link readTokens} need not be asked about is left out: it costs a tokenizer each time. */
const NEW_URL = /^new(?:\s*\/[/*]|\s+(?:URL|$)|$)/;
const NEW_URL_LENGTH = 16;
const NAME_PART = /[\p{ID_Continue}$\u200c\u200d]/u;

/** What the tokens hold of a string, which acorn's types leave out. */
type Literal = Token & { value?: unknown };

/**
 * Reads tokens from a place on, as long as they are the ones that are wanted.
 *
 * @param wanted `'string'` stands for a literal without substitutions, `'end'` for that of an argument.
 * @param meta where the `import` among them must stand. Default: anywhere.
 * @returns the literal, at its offsets in the whole text.
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
    // No token at all: it was not the place where one begins.
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
