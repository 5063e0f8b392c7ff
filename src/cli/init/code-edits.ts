import type { AnyNode, Comment, Options, Program } from 'acorn';
import { createJiti } from 'jiti';
import type { Edit } from 'jsonc-parser';

/** The line end that a file has; Unix's where the file has none. */
export function newlineOf(text: string): '\n' | '\r\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** The quote that a file uses more often. */
export function quoteOf(text: string): "'" | '"' {
  return text.split("'").length > text.split('"').length ? "'" : '"';
}

/** The byte-order mark that a file begins with, or nothing. */
export function bomOf(text: string): '\uFEFF' | '' {
  return text.startsWith('\uFEFF') ? '\uFEFF' : '';
}

/** The semicolon after a statement that ends at an offset: by the style of the file, and wherever the code needs one. */
export function semicolonAfter(text: string, offset: number): string {
  return needsSemicolon(text.slice(offset)) || usesSemicolons(text) ? ';' : '';
}

/** The import to write, or the `require()`. */
interface Import {
  name: string;
  module: string;
  isRequired: boolean;
}

/**
 * An import in the style of the file, on a line of its own: after the imports
 * at the top, else before the first statement and the comment that types it.
 */
export function importEdit(text: string, { program, comments }: ParsedSource, added: Import): Edit {
  const newline = newlineOf(text);
  const isOther = (statement: AnyNode) => (added.isRequired ? !isRequire(statement) : statement.type !== 'ImportDeclaration');
  // Only those at the top: one further down may follow what is exported.
  const statements = program.body.filter((statement) => !isDirective(statement));
  const first = statements.findIndex(isOther);
  const before = statements[(first === -1 ? statements.length : first) - 1] ?? program.body.findLast(isDirective);
  if (before !== undefined) {
    const end = endOfLine(text, before);
    return { offset: end, length: 0, content: newline + importLine(text, text.slice(end), added) };
  }
  const start = program.body[0]?.start ?? text.length;
  const typing = comments.findLast((comment) => comment.end <= start);
  const offset = typing && /@type\b|@satisfies\b|-next-line\b/.test(typing.value) ? typing.start : start;
  const lineEnd = /(?:^|[\n\uFEFF])$/.test(text.slice(0, offset)) ? '' : newline;
  return { offset, length: 0, content: lineEnd + importLine(text, text.slice(offset), added) + newline + newline };
}

/** @param rest the text that follows. */
function importLine(text: string, rest: string, { name, module, isRequired }: Import): string {
  const quote = quoteOf(text);
  const from = `${quote}${module}${quote}`;
  const end = needsSemicolon(rest) || usesSemicolons(text) ? ';' : '';
  return (isRequired ? `const { ${name} } = require(${from})` : `import { ${name} } from ${from}`) + end;
}

function usesSemicolons(text: string): boolean {
  const lines = text.split(/\r?\n/);
  return lines.some((line) => line.trimEnd().endsWith(';')) || lines.every((line) => line.trim() === '');
}

/** Whether the rest is on the same line, or would be read as a continuation (ECMAScript, section 12.10). */
function needsSemicolon(rest: string): boolean {
  const gap = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*/.exec(rest)?.[0] ?? '';
  const next = rest.slice(gap.length);
  return next !== '' && (!/[\r\n]/.test(gap) || /^[[(/+\-`<]/.test(next));
}

/** The end of a statement, with a comment that ends its line. */
function endOfLine(text: string, { start, end }: AnyNode): number {
  // A `;` at the start of the next line is for the statement after it.
  const guard = /\s*[\r\n]\s*;$/.exec(text.slice(start, end))?.[0] ?? '';
  const ownEnd = end - guard.length;
  const comment = /^[ \t]*(?:\/\*(?:(?!\*\/).)*\*\/[ \t]*)*(?:\/\/.*)?(?=[\r\n]|$)/.exec(text.slice(ownEnd))?.[0] ?? '';
  return ownEnd + comment.trimEnd().length;
}

function isDirective(statement: AnyNode): boolean {
  return statement.type === 'ExpressionStatement' && statement.directive !== undefined;
}

/** Accepts `require('a')(options)` too. */
function isRequire(statement: AnyNode): boolean {
  const isCall = (node: AnyNode): boolean =>
    node.type === 'CallExpression' && ((node.callee.type === 'Identifier' && node.callee.name === 'require') || isCall(node.callee));
  return statement.type === 'VariableDeclaration' && statement.declarations.some(({ init }) => init != null && isCall(init));
}

/** A file of the app's own code. */
interface ParsedSource {
  program: Program;
  comments: readonly Comment[];
  /** Every identifier in it. */
  names: ReadonlySet<string>;
}

/**
 * @param file decides the syntax, by its extension.
 * @throws {SyntaxError} for a text that is neither JavaScript nor TypeScript.
 */
export async function parseSource(file: string, text: string): Promise<ParsedSource> {
  // On demand: only `init` needs a parser.
  const { Parser } = await import('acorn');
  const isTyped = /\.[cm]?ts$/.test(file);
  const parser = isTyped ? Parser.extend((await typeScript()).tsPlugin()) : Parser;
  const comments: Comment[] = [];
  // TypeScript's nodes have places in lines too, and the plugin reads them.
  const options: Options = { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true, locations: true, onComment: comments };
  const program = parseModuleOrScript();
  const names = new Set([...nodesIn(program)].flatMap((node) => (node.type === 'Identifier' ? node.name : [])));
  return { program, comments, names };

  function parseModuleOrScript(): Program {
    try {
      return parser.parse(text, options);
    } catch (error) {
      // A sloppy script may say more than a module, such as `return` outside of functions.
      comments.length = 0;
      try {
        return Parser.parse(text, { ...options, sourceType: 'commonjs' });
      } catch {
        throw error;
      }
    }
  }
}

/** The plugin is an ES module, and TypeScript compiles `import()` in our CommonJS to `require()`. jiti has the real one. */
function typeScript(): Promise<typeof import('@sveltejs/acorn-typescript')> {
  return createJiti(__filename, { tryNative: true }).import('@sveltejs/acorn-typescript');
}

/** Every node of a tree, parents first, in the order of the text. Without recursion: a long sum is a deep tree. */
export function* nodesIn(root: AnyNode): Iterable<AnyNode> {
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    if ('type' in value && typeof value.type === 'string') yield value as AnyNode;
    left.push(...Object.values(value).reverse());
  }
}
