import MagicString from 'magic-string';
import { type Node, nameOf, parseSource } from '../../pipeline/source/syntax-tree.js';
import { importLine, styleOf } from './code-style.js';

/** What became of a config file. */
export type WrappedConfig =
  | { outcome: 'wrapped'; text: string }
  /** It is wrapped already. */
  | { outcome: 'unchanged' }
  /** What it exports was not found. */
  | { outcome: 'not-understood' };

const MODULE = 'next-smart-cache/config';

/**
 * Puts `withSmartCache(…)` around what a `next.config` exports, outermost, and
 * its import with the others. All else stays as the author wrote it.
 *
 * @throws {SyntaxError} for what is no JavaScript or TypeScript.
 */
export async function wrapConfig(file: string, text: string): Promise<WrappedConfig> {
  if (text.includes(MODULE)) return { outcome: 'unchanged' };
  const { program } = (await parseSource(file, text)) as { program?: { body: Statement[] } };
  const body = program?.body ?? [];
  const exported = findExported(body);
  if (exported === undefined) return { outcome: 'not-understood' };
  const code = new MagicString(text);
  const { node, isModule } = exported;
  code.appendLeft(startOf(node), 'withSmartCache(').appendRight(endOf(node), ')');
  // `export default function config() {}` ends without a semicolon; an expression does not.
  if (node.type === 'FunctionDeclaration' && styleOf(text).semicolon) code.appendRight(endOf(node), ';');
  const line = isModule ? importLine(['withSmartCache'], MODULE, text) : requireLine(text);
  insertImport(code, text, body, isModule, line);
  return { outcome: 'wrapped', text: code.toString() };
}

interface Statement extends Node {
  declaration?: Node;
  declarations?: { init?: Node }[];
}

/** The expression, or the function, that the file exports as its config. */
function findExported(body: readonly Statement[]): { node: Node; isModule: boolean } | undefined {
  for (const statement of [...body].reverse()) {
    if (statement.type === 'ExportDefaultDeclaration' && statement.declaration) {
      return { node: statement.declaration, isModule: true };
    }
    if (statement.type === 'TSExportAssignment' && typeof statement.expression === 'object') {
      return { node: statement.expression, isModule: true };
    }
    const { left, right } = statement.expression ?? {};
    if (left && right && nameOf(left.object) === 'module' && nameOf(left.property) === 'exports') return { node: right, isModule: false };
  }
  return undefined;
}

/** Behind the imports that are there; else in front of the first statement and what is said of it. */
function insertImport(code: MagicString, text: string, body: readonly Statement[], isModule: boolean, line: string): void {
  const { newline } = styleOf(text);
  const isImport = (statement: Statement) => (isModule ? statement.type === 'ImportDeclaration' : isRequire(statement));
  const last = body.findLast(isImport);
  if (last) code.appendRight(endOf(last), newline + line);
  else code.appendLeft(startOfCode(text), line + newline + newline);
}

function isRequire({ declarations = [] }: Statement): boolean {
  const isCall = (node: Node | undefined): boolean =>
    node !== undefined && (nameOf(node.callee) === 'require' || (node.callee ? isCall(node.callee) : false));
  return declarations.some(({ init }) => isCall(init));
}

/** Behind a byte-order mark and a line such as `// @ts-check`, which must stay first. */
function startOfCode(text: string): number {
  return /^\uFEFF?(?:#!.*\r?\n)?(?:\/\/ *@ts-(?:no)?check.*\r?\n)?/.exec(text)?.[0].length ?? 0;
}

function requireLine(text: string): string {
  const { quote, semicolon } = styleOf(text);
  return `const { withSmartCache } = require(${quote}${MODULE}${quote})${semicolon}`;
}

function startOf(node: Node): number {
  return node.start ?? 0;
}

function endOf(node: Node): number {
  return node.end ?? 0;
}
