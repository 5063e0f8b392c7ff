import type MagicString from 'magic-string';
import { type Node, nameOf } from '../../pipeline/source/syntax-tree.js';
import { startOfCode } from './file-comments.js';

/** How the author of a file writes. */
interface CodeStyle {
  quote: "'" | '"';
  /** `;` or nothing. */
  semicolon: string;
}

/** What is to be imported, or required. */
interface Import {
  names: readonly string[];
  module: string;
  isRequired?: boolean;
}

/** The line end that a file has; that of Unix where it has none. */
export function newlineOf(text: string): '\n' | '\r\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** The byte-order mark that a file begins with, or nothing. */
export function bomOf(text: string): '\uFEFF' | '' {
  return text.startsWith('\uFEFF') ? '\uFEFF' : '';
}

export function rangeOf({ start, end }: Node): [start: number, end: number] {
  return [start ?? 0, end ?? 0];
}

/** What an expression that ends at an offset, as a statement of its own, needs behind it: what the author writes, and at least what the code must have. */
export function semicolonBehind(text: string, offset: number): string {
  return needsSemicolon(text.slice(offset)) ? ';' : styleOf(text).semicolon;
}

/**
 * Writes an import, in the style of a file, on a line of its own: behind the
 * imports that are at the top; else in front of the first statement and what
 * is said of it, behind what is said of the file.
 */
export function insertImport(code: MagicString, text: string, tree: Node, added: Import): void {
  const newline = newlineOf(text);
  const { program } = tree;
  const body: readonly Statement[] = program?.body ?? [];
  const isOther = (statement: Statement) => (added.isRequired ? !isRequire(statement) : statement.type !== 'ImportDeclaration');
  // Of those at the top alone: one further down may come after what is exported.
  const first = body.findIndex(isOther);
  const last = body[(first === -1 ? body.length : first) - 1];
  const directive = program?.directives?.at(-1);
  const before = last ?? directive;
  if (before === undefined) {
    const start = startOfCode(tree, text);
    const lineEnd = start === 0 || /[\n\uFEFF]/.test(text.charAt(start - 1)) ? '' : newline;
    code.appendLeft(start, lineEnd + importLine(added, text, newline + text.slice(start)) + newline + newline);
    return;
  }
  const end = endOfLine(text, before);
  const rest = text.slice(end);
  const isSpaced = before === directive && /^[ \t]*\r?\n[ \t]*\r?\n/.test(rest);
  code.appendLeft(end, newline + (isSpaced ? newline : '') + importLine(added, text, rest));
}

interface Statement extends Node {
  declarations?: { init?: Node }[];
}

/** @param rest what follows it. */
function importLine({ names, module, isRequired = false }: Import, text: string, rest: string): string {
  const { quote, semicolon } = styleOf(text);
  const from = `${quote}${module}${quote}`;
  const named = `{ ${names.join(', ')} }`;
  return (isRequired ? `const ${named} = require(${from})` : `import ${named} from ${from}`) + (needsSemicolon(rest) ? ';' : semicolon);
}

/** Read off the text; what it does not tell is as Next's own templates have it. */
function styleOf(text: string): CodeStyle {
  const single = text.split("'").length;
  const double = text.split('"').length;
  const lines = text.split(/\r?\n/);
  return {
    quote: single > double ? "'" : '"',
    semicolon: lines.some((line) => line.trimEnd().endsWith(';')) || lines.every((line) => line.trim() === '') ? ';' : '',
  };
}

/** Whether what follows is on the same line, or would be read as going on with the line before. */
function needsSemicolon(rest: string): boolean {
  const gap = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*/.exec(rest)?.[0] ?? '';
  const next = rest.slice(gap.length);
  return next !== '' && (!/[\r\n]/.test(gap) || /^[[(/+\-`<]/.test(next));
}

/** Behind a statement and a comment that ends its line; where code follows on that line, behind the statement. */
function endOfLine(text: string, statement: Node): number {
  const [start, end] = rangeOf(statement);
  // A `;` at the start of the next line is for what comes behind it.
  const guard = /\s*[\r\n]\s*;$/.exec(text.slice(start, end))?.[0] ?? '';
  const ownEnd = end - guard.length;
  const comment = /^[ \t]*(?:\/\*(?:(?!\*\/).)*\*\/[ \t]*)*(?:\/\/.*)?(?=[\r\n]|$)/.exec(text.slice(ownEnd))?.[0] ?? '';
  return ownEnd + comment.trimEnd().length;
}

function isRequire({ declarations = [] }: Statement): boolean {
  const isCall = (node: Node | undefined): boolean =>
    node !== undefined && (nameOf(node.callee) === 'require' || (node.callee ? isCall(node.callee) : false));
  return declarations.some(({ init }) => isCall(init));
}
