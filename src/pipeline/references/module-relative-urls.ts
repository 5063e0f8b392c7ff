import { type Token, tokenizer, tokTypes } from 'acorn';
import { codePositions } from './javascript-lexer.js';
import type { FoundReference } from './reference.js';

/**
 * `new URL('…', import.meta.url)` and `import.meta.resolve('…')`, with what may
 * stand between their tokens.
 *
 * @param metas where `import.meta` stands as code.
 */
export function urlsRelativeToModule(text: string, metas: readonly number[]): FoundReference[] {
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
