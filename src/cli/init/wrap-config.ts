import type { AnyNode, Comment, FunctionDeclaration, Options, Program } from 'acorn';
import { applyEdits, type Edit } from 'jsonc-parser';
import { insertAt, newlineOf, quoteOf } from './text-edits.js';

export type WrappedConfig =
  | { outcome: 'wrapped'; text: string; isModule: boolean }
  /** The file calls `withSmartCache` already. */
  | { outcome: 'unchanged' }
  /** The file exports its config in an unknown form, or has another `withSmartCache`. */
  | { outcome: 'not-understood'; isModule: boolean };

const MODULE = 'next-smart-cache/config';
const NAME = 'withSmartCache';

/**
 * Wraps the export of a `next.config` in `withSmartCache(…)`, outside of other
 * wrappers, and adds the import. The rest of the text stays.
 *
 * @throws {SyntaxError} for a text that is neither JavaScript nor TypeScript.
 */
export async function wrapConfig(file: string, text: string): Promise<WrappedConfig> {
  const code = await parseCode(file, text);
  const { program } = code;
  const imported = findImport(program);
  if (imported?.isCalled) return { outcome: 'unchanged' };
  const exported = findExported(program);
  const isModule = exported?.isModule ?? program.body.some(({ type }) => /^(?:Import|Export|TSExport)/.test(type));
  // TypeScript compiles imports beside `module.exports` too.
  const usesImports = isModule || program.body.some(({ type }) => type === 'ImportDeclaration');
  const name = imported === undefined ? NAME : imported.name;
  const isFree = imported === undefined ? !code.names.has(NAME) : imported.end <= (exported?.node.start ?? 0);
  if (exported === undefined || name === undefined || !isFree) return { outcome: 'not-understood', isModule };
  const edits = [...wrapEdits(text, exported, name), ...(imported ? [] : [importEdit(text, code, !usesImports)])];
  const wrapped = applyEdits(text, edits);
  // Read the edited text again: the config may have a form that no test has, and the edit must not break it.
  const isSound = await parseCode(file, wrapped).then(
    ({ program }) => findImport(program)?.isCalled === true,
    () => false,
  );
  return isSound ? { outcome: 'wrapped', text: wrapped, isModule } : { outcome: 'not-understood', isModule };
}

/** How a config file uses this package. */
interface OwnImport {
  /** The local name of `withSmartCache`, if the file imports or requires it at the top. */
  name?: string;
  /** The offset from which the name is usable: 0 for an import, the end of a `require()`. */
  end: number;
  isCalled: boolean;
}

/** @returns `undefined` for a file that does not name the package. */
function findImport(program: Program): OwnImport | undefined {
  const nodes = [...nodesIn(program)];
  if (!nodes.some((node) => node.type === 'Literal' && node.value === MODULE)) return undefined;
  const found = findNamedImport(program);
  const isOurs = (callee: AnyNode) =>
    callee.type === 'MemberExpression' ? nameOf(callee.property) === NAME : [NAME, found?.name].includes(nameOf(callee) ?? '');
  return { end: 0, ...found, isCalled: nodes.some((node) => node.type === 'CallExpression' && isOurs(node.callee)) };
}

function findNamedImport({ body }: Program): { name: string; end: number } | undefined {
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

/** The exported config: an expression or a function. */
interface Exported {
  statement: AnyNode;
  node: AnyNode;
  isModule: boolean;
}

/** The last export counts. `undefined` if the file exports its config under a condition, in a function, or in two ways. */
export function findExported(program: Program): Exported | undefined {
  const all = program.body.flatMap((statement) => exportedBy(statement) ?? []);
  const assigned = all.filter(({ isModule }) => !isModule).length;
  const everywhere = [...nodesIn(program)].filter((node) => node.type === 'AssignmentExpression' && isModuleExports(node.left)).length;
  return assigned === everywhere && (all.length === 1 || all.length === assigned) ? all.at(-1) : undefined;
}

function exportedBy(statement: AnyNode): Exported | undefined {
  if (statement.type === 'ExportDefaultDeclaration') return { statement, node: statement.declaration, isModule: true };
  // The types of acorn lack TypeScript's `export =`.
  if ((statement.type as string) === 'TSExportAssignment')
    return { statement, node: (statement as unknown as { expression: AnyNode }).expression, isModule: true };
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression') return undefined;
  const { left, right } = statement.expression;
  return isModuleExports(left) ? { statement, node: right, isModule: false } : undefined;
}

/** Includes `module['exports']`. */
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
  // A declaration ends without a semicolon, and an expression needs one.
  if (name === undefined) return [before, insertAt(node.end, `)${semicolon}`)];
  // Other code in the file may call the function, so it stays a declaration.
  const removed = { offset: statement.start, length: node.start - statement.start, content: '' };
  return [removed, insertAt(node.end, `${newlineOf(text).repeat(2)}export default ${wrapper}(${name})${semicolon}`)];
}

/** The semicolon after a statement that ends at an offset: in the style of the file, and wherever the code needs one. */
function semicolonAfter(text: string, offset: number): string {
  return needsSemicolon(text.slice(offset)) || usesSemicolons(text) ? ';' : '';
}

/**
 * Adds the import, or the `require()`, in the style of the file: after the
 * imports at the top, else before the first statement and the comment that types it.
 */
function importEdit(text: string, { program, comments }: ParsedCode, isRequired: boolean): Edit {
  const newline = newlineOf(text);
  const isOther = (statement: AnyNode) => (isRequired ? !isRequire(statement) : statement.type !== 'ImportDeclaration');
  // Only the imports at the top count: a later one may follow the export.
  const statements = program.body.filter((statement) => !isDirective(statement));
  const first = statements.findIndex(isOther);
  const before = statements[(first === -1 ? statements.length : first) - 1] ?? program.body.findLast(isDirective);
  if (before !== undefined) {
    const end = endOfLine(text, before);
    return insertAt(end, newline + importLine(text, end, isRequired));
  }
  const start = program.body[0]?.start ?? text.length;
  const typing = comments.findLast((comment) => comment.end <= start);
  const offset = typing && /@type\b|@satisfies\b|-next-line\b/.test(typing.value) ? typing.start : start;
  const lineEnd = /(?:^|[\n\uFEFF])$/.test(text.slice(0, offset)) ? '' : newline;
  return insertAt(offset, lineEnd + importLine(text, offset, isRequired) + newline + newline);
}

function importLine(text: string, offset: number, isRequired: boolean): string {
  const module = quoteOf(text) + MODULE + quoteOf(text);
  return (isRequired ? `const { ${NAME} } = require(${module})` : `import { ${NAME} } from ${module}`) + semicolonAfter(text, offset);
}

function usesSemicolons(text: string): boolean {
  const lines = text.split(/\r?\n/);
  return lines.some((line) => line.trimEnd().endsWith(';')) || lines.every((line) => line.trim() === '');
}

/** Whether the rest is on the same line, or JavaScript would read it as a continuation (ECMAScript, section 12.10). */
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

/** Includes `require('a')(options)`. */
function isRequire(statement: AnyNode): boolean {
  const isCall = (node: AnyNode): boolean =>
    node.type === 'CallExpression' && ((node.callee.type === 'Identifier' && node.callee.name === 'require') || isCall(node.callee));
  return statement.type === 'VariableDeclaration' && statement.declarations.some(({ init }) => init != null && isCall(init));
}

interface ParsedCode {
  program: Program;
  comments: readonly Comment[];
  /** All identifiers. */
  names: ReadonlySet<string>;
}

/**
 * @param file decides the syntax, by its extension.
 * @throws {SyntaxError} for a text that is neither JavaScript nor TypeScript.
 */
export async function parseCode(file: string, text: string): Promise<ParsedCode> {
  const { Parser } = await import('acorn');
  const isTyped = /\.[cm]?ts$/.test(file);
  const parser = isTyped ? Parser.extend((await import('@sveltejs/acorn-typescript')).tsPlugin()) : Parser;
  const comments: Comment[] = [];
  // The TypeScript plugin reads the lines and columns of nodes.
  const options: Options = { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true, locations: true, onComment: comments };
  const program = parseModuleOrScript();
  const names = new Set([...nodesIn(program)].flatMap((node) => (node.type === 'Identifier' ? node.name : [])));
  return { program, comments, names };

  function parseModuleOrScript(): Program {
    try {
      return parser.parse(text, options);
    } catch (error) {
      // A script may have more than a module, such as `return` outside of functions.
      comments.length = 0;
      try {
        return Parser.parse(text, { ...options, sourceType: 'commonjs' });
      } catch {
        throw error;
      }
    }
  }
}

/** All nodes of a tree, parents first, in the order of the text. Not recursive, because a long sum is a deep tree. */
export function* nodesIn(root: AnyNode): Iterable<AnyNode> {
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    if ('type' in value && typeof value.type === 'string') yield value as AnyNode;
    left.push(...Object.values(value).reverse());
  }
}
