import { tokenizer, tokTypes } from 'acorn';
import { withoutHtmlComments } from './html-comments.js';
import { lex } from './javascript-lexer.js';
import { urlsRelativeToModule } from './module-relative-urls.js';
import type { FoundReference } from './reference.js';
import { sourceMapReference } from './source-map-comment.js';

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
