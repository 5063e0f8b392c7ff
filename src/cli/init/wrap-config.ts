import type { AnyNode, FunctionDeclaration, Program } from 'acorn';
import { applyEdits, type Edit } from 'jsonc-parser';
import { importEdit, newlineOf, nodesIn, parseSource, semicolonAfter } from './code-edits.js';
import { insertAt } from './json-edits.js';

/** The outcome for a config file. */
export type WrappedConfig =
  | { outcome: 'wrapped'; text: string; isModule: boolean }
  /** The file calls `withSmartCache` already. */
  | { outcome: 'unchanged' }
  /** The file exports its config in a form that is not known, or has a `withSmartCache` of its own. */
  | { outcome: 'not-understood'; isModule: boolean };

const MODULE = 'next-smart-cache/config';
const NAME = 'withSmartCache';

/**
 * Puts `withSmartCache(…)` around what a `next.config` exports, outermost, and
 * its import after the others. The rest of the text stays as it is.
 *
 * @throws {SyntaxError} for a text that is neither JavaScript nor TypeScript.
 */
export async function wrapConfig(file: string, text: string): Promise<WrappedConfig> {
  const source = await parseSource(file, text);
  const { program } = source;
  const imported = findImport(program);
  if (imported?.isCalled) return { outcome: 'unchanged' };
  const exported = findExported(program);
  const isModule = exported?.isModule ?? program.body.some(({ type }) => /^(?:Import|Export|TSExport)/.test(type));
  // TypeScript compiles imports beside `module.exports` too.
  const usesImports = isModule || program.body.some(({ type }) => type === 'ImportDeclaration');
  const name = imported === undefined ? NAME : imported.name;
  const isFree = imported === undefined ? !source.names.has(NAME) : imported.end <= (exported?.node.start ?? 0);
  if (exported === undefined || name === undefined || !isFree) return { outcome: 'not-understood', isModule };
  const edits = [
    ...wrapEdits(text, exported, name),
    ...(imported ? [] : [importEdit(text, source, { name, module: MODULE, isRequired: !usesImports })]),
  ];
  const wrapped = applyEdits(text, edits);
  // The parser has the last word: an edit must not break a config of a form that no test has.
  const isSound = await parseSource(file, wrapped).then(
    ({ program }) => findImport(program)?.isCalled === true,
    () => false,
  );
  return isSound ? { outcome: 'wrapped', text: wrapped, isModule } : { outcome: 'not-understood', isModule };
}

/** How a file uses this package. */
interface OwnImport {
  /** The local name of the function, if the file imports or requires it by name at the top. */
  name?: string;
  /** The offset from which the name has its value: 0 for an import, the end of a `require()`. */
  end: number;
  isCalled: boolean;
}

/** @returns `undefined` for a file that does not name the package. */
function findImport(program: Program): OwnImport | undefined {
  const nodes = [...nodesIn(program)];
  if (!nodes.some((node) => node.type === 'Literal' && node.value === MODULE)) return undefined;
  const named = namedImport(program);
  const isOurs = (callee: AnyNode) =>
    callee.type === 'MemberExpression' ? nameOf(callee.property) === NAME : [NAME, named?.name].includes(nameOf(callee) ?? '');
  return { end: 0, ...named, isCalled: nodes.some((node) => node.type === 'CallExpression' && isOurs(node.callee)) };
}

function namedImport({ body }: Program): { name: string; end: number } | undefined {
  for (const statement of body) {
    if (statement.type === 'ImportDeclaration' && statement.source.value === MODULE && !isTypeOnlyImport(statement)) {
      const specifier = statement.specifiers.find(
        (each) => each.type === 'ImportSpecifier' && !isTypeOnlyImport(each) && nameOf(each.imported) === NAME,
      );
      if (specifier) return { name: specifier.local.name, end: 0 };
    }
    for (const { id, init } of statement.type === 'VariableDeclaration' ? statement.declarations : []) {
      if (init?.type !== 'CallExpression' || nameOf(init.callee) !== 'require' || id.type !== 'ObjectPattern') continue;
      if (init.arguments[0]?.type !== 'Literal' || init.arguments[0].value !== MODULE) continue;
      const property = id.properties.find((each) => each.type === 'Property' && nameOf(each.key) === NAME);
      if (property?.type === 'Property') return { name: nameOf(property.value) ?? '', end: statement.end };
    }
  }
  return undefined;
}

function isTypeOnlyImport(node: object): boolean {
  return 'importKind' in node && node.importKind === 'type';
}

/** The config that a file exports: an expression, or a function. */
interface Exported {
  statement: AnyNode;
  node: AnyNode;
  isModule: boolean;
}

/** The last one counts. `undefined` if the file assigns its config under a condition, in a function, or in two ways. */
export function findExported(program: Program): Exported | undefined {
  const all = program.body.flatMap((statement) => exportedBy(statement) ?? []);
  const assigned = all.filter(({ isModule }) => !isModule).length;
  const everywhere = [...nodesIn(program)].filter((node) => node.type === 'AssignmentExpression' && isModuleExports(node.left)).length;
  return assigned === everywhere && (all.length === 1 || all.length === assigned) ? all.at(-1) : undefined;
}

function exportedBy(statement: AnyNode): Exported | undefined {
  if (statement.type === 'ExportDefaultDeclaration') return { statement, node: statement.declaration, isModule: true };
  // `export =` is TypeScript's, so acorn's own types lack it.
  if ((statement.type as string) === 'TSExportAssignment')
    return { statement, node: (statement as unknown as { expression: AnyNode }).expression, isModule: true };
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression') return undefined;
  const { left, right } = statement.expression;
  return isModuleExports(left) ? { statement, node: right, isModule: false } : undefined;
}

/** Accepts `module['exports']` too. */
function isModuleExports(node: AnyNode): boolean {
  if (node.type !== 'MemberExpression' || nameOf(node.object) !== 'module') return false;
  return nameOf(node.property) === 'exports' || (node.property.type === 'Literal' && node.property.value === 'exports');
}

function nameOf(node: AnyNode): string | undefined {
  return node.type === 'Identifier' ? node.name : undefined;
}

function wrapEdits(text: string, { statement, node }: Exported, wrapper: string): Edit[] {
  const [before, after] = [insertAt(node.start, `${wrapper}(`), insertAt(node.end, ')')];
  if (node.type !== 'FunctionDeclaration') return [before, after];
  const semicolon = semicolonAfter(text, node.end);
  const name = (node as FunctionDeclaration).id?.name;
  // `export default function () {}` ends without a semicolon; an expression does not.
  if (name === undefined) return [before, insertAt(node.end, `)${semicolon}`)];
  // Other code of the file may call the function, so it stays a declaration.
  const removed = { offset: statement.start, length: node.start - statement.start, content: '' };
  return [removed, insertAt(node.end, `${newlineOf(text).repeat(2)}export default ${wrapper}(${name})${semicolon}`)];
}
