import MagicString from 'magic-string';
import { importedNames } from '../../pipeline/source/imported-names.js';
import { type Node, nameOf, parseSource, visit } from '../../pipeline/source/syntax-tree.js';
import { isBoundElsewhere } from './bindings.js';
import { insertImport, newlineOf, rangeOf, semicolonBehind } from './code-style.js';
import { isModuleExports } from './common-js.js';

/** What became of a config file. */
export type WrappedConfig =
  | { outcome: 'wrapped'; text: string; isModule: boolean }
  /** It is wrapped already. */
  | { outcome: 'unchanged' }
  /** What it exports was not found, or is decided while it runs; or `withSmartCache` is something else in it. */
  | { outcome: 'not-understood'; isModule: boolean };

const MODULE = 'next-smart-cache/config';
const NAME = 'withSmartCache';

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
  const exported = findExported(tree, body);
  if (exported === undefined) return { outcome: 'not-understood', isModule: body.some(isModuleSyntax) };
  const { statement, node, isModule } = exported;
  const known = nameOfOurs(tree, node);
  if (known === undefined && isBoundElsewhere(tree, NAME, MODULE, [node])) return { outcome: 'not-understood', isModule };
  const code = new MagicString(text);
  const [start, end] = rangeOf(node);
  const wrapper = known ?? NAME;
  const functionName = node.type === 'FunctionDeclaration' ? nameOf(node.id ?? undefined) : undefined;
  if (functionName !== undefined) {
    // Its name is the file's, and other code may call it.
    code.remove(rangeOf(statement)[0], start);
    code.appendRight(end, `${newlineOf(text).repeat(2)}export default ${wrapper}(${functionName})${semicolonBehind(text, end)}`);
  } else {
    code.appendLeft(start, `${wrapper}(`).appendRight(end, ')');
    // `export default function () {}` ends without a semicolon; an expression does not.
    if (node.type === 'FunctionDeclaration') code.appendRight(end, semicolonBehind(text, end));
  }
  if (known === undefined) insertImport(code, text, tree, { names: [NAME], module: MODULE, isRequired: !isModule });
  return { outcome: 'wrapped', text: code.toString(), isModule };
}

interface Statement extends Node {
  declaration?: Node;
  declarations?: Node[];
}

/** Whether `withSmartCache` of this package is called, under whatever name. */
function isWrapped(tree: Node): boolean {
  const { exportOf } = importedNames(tree, MODULE);
  let isCalled = false;
  visit(tree, ({ type, callee }) => {
    isCalled ||= type === 'CallExpression' && exportOf(callee) === NAME;
  });
  return isCalled;
}

/** The name under which a file has our function already, at the place of what it exports. */
function nameOfOurs(tree: Node, exported: Node): string | undefined {
  const { exportOf } = importedNames(tree, MODULE);
  const body: readonly Statement[] = tree.program?.body ?? [];
  const locals = body.flatMap(({ type, specifiers = [], declarations = [], end }) => {
    if (type === 'ImportDeclaration') return specifiers.map(({ local }) => local);
    // What is required has its value from there on.
    const isBefore = (end ?? 0) <= rangeOf(exported)[0];
    return isBefore ? declarations.flatMap(({ id }) => (id?.properties ?? []).map(({ value }) => value ?? undefined)) : [];
  });
  return nameOf(locals.find((local) => exportOf(local) === NAME));
}

function isModuleSyntax({ type }: Statement): boolean {
  return type === 'ImportDeclaration' || /^(?:Export|TSExport)/.test(type);
}

/** What a file exports as its config: an expression, or a function. */
interface Exported {
  statement: Statement;
  node: Node;
  isModule: boolean;
}

/** The last that a file exports, for that counts; none where another one may replace it, as it runs under a condition, or later, or beside `export default`. */
function findExported(tree: Node, body: readonly Statement[]): Exported | undefined {
  const all = body.flatMap((statement) => exportedBy(statement) ?? []);
  const assigned = all.filter(({ isModule }) => !isModule).length;
  const isDecided = assigned === countAssignments(tree) && (all.length === 1 || all.length === assigned);
  return isDecided ? all.at(-1) : undefined;
}

function exportedBy(statement: Statement): Exported | undefined {
  const { type, declaration, expression } = statement;
  if (type === 'ExportDefaultDeclaration' && declaration) return { statement, node: declaration, isModule: true };
  if (type === 'TSExportAssignment' && typeof expression === 'object') return { statement, node: expression, isModule: true };
  const { left, right } = expression ?? {};
  return right && isModuleExports(left) ? { statement, node: right, isModule: false } : undefined;
}

/** How often a file says what `module.exports` is, wherever it does. */
function countAssignments(tree: Node): number {
  let count = 0;
  visit(tree, ({ type, left }) => {
    if (type === 'AssignmentExpression' && isModuleExports(left)) count++;
  });
  return count;
}
