import MagicString from 'magic-string';
import { importedNames } from '../../pipeline/source/imported-names.js';
import { type Node, nameOf, parseSource, visit } from '../../pipeline/source/syntax-tree.js';
import { importLine, styleOf } from './code-style.js';

/** What became of a config file. */
export type WrappedConfig =
  | { outcome: 'wrapped'; text: string }
  /** It is wrapped already. */
  | { outcome: 'unchanged' }
  /** What it exports was not found. */
  | { outcome: 'not-understood'; isModule: boolean };

const MODULE = 'next-smart-cache/config';

/**
 * Puts `withSmartCache(…)` around what a `next.config` exports, outermost, and
 * its import with the others. All else stays as the author wrote it.
 *
 * @throws {SyntaxError} for what is no JavaScript or TypeScript.
 */
export async function wrapConfig(file: string, text: string): Promise<WrappedConfig> {
  const tree = await parseSource(file, text);
  if (isWrapped(tree)) return { outcome: 'unchanged' };
  const body: Statement[] = tree.program?.body ?? [];
  const [mistake] = tree.errors ?? [];
  if (mistake) throw new SyntaxError(mistake.message);
  const exported = findExported(body);
  if (exported === undefined) return { outcome: 'not-understood', isModule: body.some(isModuleSyntax) };
  const code = new MagicString(text);
  const { node, isModule } = exported;
  code.appendLeft(startOf(node), 'withSmartCache(').appendRight(endOf(node), ')');
  // `export default function config() {}` ends without a semicolon; an expression does not.
  if (node.type === 'FunctionDeclaration' && styleOf(text).semicolon) code.appendRight(endOf(node), ';');
  const line = isModule ? importLine(['withSmartCache'], MODULE, text) : requireLine(text);
  insertImport(code, text, tree, isModule, line);
  return { outcome: 'wrapped', text: code.toString() };
}

interface Statement extends Node {
  declaration?: Node;
  declarations?: { init?: Node }[];
}

/** Whether `withSmartCache` of this package is called, under whatever name. */
function isWrapped(tree: Node): boolean {
  const { exportOf } = importedNames(tree, MODULE);
  let isCalled = false;
  visit(tree, ({ type, callee }) => {
    isCalled ||= type === 'CallExpression' && exportOf(callee) === 'withSmartCache';
  });
  return isCalled;
}

function isModuleSyntax({ type }: Statement): boolean {
  return type === 'ImportDeclaration' || /^(?:Export|TSExport)/.test(type);
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
function insertImport(code: MagicString, text: string, { program }: Node, isModule: boolean, line: string): void {
  const { newline } = styleOf(text);
  const body: readonly Statement[] = program?.body ?? [];
  const isOther = (statement: Statement) => (isModule ? statement.type !== 'ImportDeclaration' : !isRequire(statement));
  // Of those at the top alone: one further down may come after what is exported.
  const first = body.findIndex(isOther);
  const last = body[(first === -1 ? body.length : first) - 1] ?? program?.directives?.at(-1);
  if (last) code.appendRight(endOfLine(text, endOf(last)), newline + line);
  else code.appendLeft(startOfCode(text), line + newline + newline);
}

/** Behind a comment that stands on the same line. */
function endOfLine(text: string, offset: number): number {
  return offset + (/^;?[ \t]*(?:\/\/.*)?/.exec(text.slice(offset))?.[0].trimEnd().length ?? 0);
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
