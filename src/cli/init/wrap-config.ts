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
  const exported = findExported(body);
  if (exported === undefined || countExports(tree) > 1) return { outcome: 'not-understood', isModule: body.some(isModuleSyntax) };
  const { statement, node, isModule } = exported;
  const known = nameOfOurs(tree, node);
  if (known === undefined && isBoundElsewhere(tree, NAME, MODULE)) return { outcome: 'not-understood', isModule };
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

/** How often a file says what it exports, also under a condition: the last one that runs would replace what is wrapped. */
function countExports(tree: Node): number {
  let count = 0;
  visit(tree, ({ type, left }) => {
    if (/^(?:ExportDefaultDeclaration|TSExportAssignment)$/.test(type) || (type === 'AssignmentExpression' && isModuleExports(left)))
      count++;
  });
  return count;
}

/** The expression, or the function, that the file exports as its config. */
function findExported(body: readonly Statement[]): { statement: Statement; node: Node; isModule: boolean } | undefined {
  for (const statement of [...body].reverse()) {
    if (statement.type === 'ExportDefaultDeclaration' && statement.declaration) {
      return { statement, node: statement.declaration, isModule: true };
    }
    if (statement.type === 'TSExportAssignment' && typeof statement.expression === 'object') {
      return { statement, node: statement.expression, isModule: true };
    }
    const { left, right } = statement.expression ?? {};
    if (right && isModuleExports(left)) return { statement, node: right, isModule: false };
  }
  return undefined;
}
