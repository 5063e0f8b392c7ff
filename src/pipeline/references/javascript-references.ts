import { parse as parseProgram, type Token, tokenizer, tokTypes } from 'acorn';
import { type Import, parse } from 'es-module-lexer';
import type { FoundReference, FoundReferences } from './reference.js';
import { ReferencesUnreadableError } from './references-unreadable-error.js';
import { sourceMapReference } from './source-map-comment.js';

/**
 * The references of a script or module. What only a module may do is found in
 * every file; whether it counts is decided by who loads the file.
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError} for what is not JavaScript.
 */
export function findJavascriptReferences(text: string): FoundReferences {
  try {
    return findIn(text);
  } catch (error) {
    const code = withoutHtmlComments(text);
    if (code === undefined) throw error;
    return findIn(code);
  }
}

/**
 * A script with white space in the place of its HTML comments (ECMA-262,
 * annex B.1.1), which the lexer of modules does not know: `<!-- it's a script`.
 * `undefined` for a text that has none, or is no script.
 */
function withoutHtmlComments(text: string): string | undefined {
  if (text.length > MAX_PARSED || (!text.includes('<!--') && !text.includes('-->'))) return undefined;
  const pieces: string[] = [];
  let copied = 0;
  try {
    parseProgram(text, {
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

function findIn(text: string): FoundReferences {
  const { imports, isModule } = lex(text);
  const references: FoundReference[] = [];
  const metas: number[] = [];
  for (const found of imports) {
    if (found.type === 'import-meta') metas.push(found.start);
    else if (found.type === 'dynamic')
      references.push(...dynamicImport(text, found.start, found.end, found.glob ? undefined : found.specifier));
    else references.push({ kind: 'import', notation: 'string', url: found.specifier, start: found.start, end: found.end });
  }
  references.push(...urlsRelativeToModule(text, metas), ...finalSourceMap(text));
  return { references, isModule: isModule || (references.some(({ kind }) => kind === 'dynamic-import') && awaitsAtTopLevel(text)) };
}

/**
 * Whether a file is a module for all that it neither imports statically nor
 * exports: `const { start } = await import('./start.js')`. A classic script may
 * say `import()` too, but `await` only inside of a function.
 */
function awaitsAtTopLevel(text: string): boolean {
  return text.length <= MAX_PARSED && text.includes('await') && !isProgram(text, 'script') && isProgram(text, 'module');
}

/** UTF-16 code units. The tree of a file takes a hundred times the file's size in memory, and nobody writes such a script by hand. */
const MAX_PARSED = 1_000_000;

function isProgram(text: string, sourceType: 'script' | 'module'): boolean {
  try {
    parseProgram(text, { ecmaVersion: 'latest', sourceType, allowHashBang: true });
    return true;
  } catch {
    return false;
  }
}

function lex(text: string): { imports: readonly Import[]; isModule: boolean } {
  try {
    const [imports, , , isModule] = parse(text);
    return { imports, isModule };
  } catch (error) {
    const offset = Number(Object(error).idx);
    throw new ReferencesUnreadableError(Number.isFinite(offset) ? offset : 0, 'it is not JavaScript that a browser can read');
  }
}

/** @param specifier `undefined` where it is worked out at run time. */
function dynamicImport(text: string, start: number, end: number, specifier: string | undefined): FoundReference[] {
  if (specifier === undefined) return [];
  const quote = text[start];
  const notation = quote === '`' ? 'template' : 'string';
  return [{ kind: 'dynamic-import', notation, url: specifier, start: start + 1, end: end - 1 }];
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

/**
 * Which places of a text are code, and no comment, string, template or regular
 * expression: the lexer is shown the text with an `import` at each place, and
 * reports those that it takes for code. In brackets, since behind the dots of
 * a spread it would be taken for a property.
 */
function codePositions(text: string, places: readonly number[]): (place: number) => boolean {
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
  for (const { importStart } of lex(probe + text.slice(copied)).imports) {
    const place = placeOfProbe.get(importStart);
    if (place !== undefined) found.add(place);
  }
  return (place) => found.has(place);
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
    return parse(probe)[0].some(({ importStart }) => importStart === text.length + 1);
  } catch {
    return false;
  }
}
