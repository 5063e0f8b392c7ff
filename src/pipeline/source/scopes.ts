import { namesIn } from './patterns.js';
import { type Node, nameOf, visit } from './syntax-tree.js';

/** What is read of nodes that bind names, or in which names are bound. */
interface ScopeNode extends Node {
  kind?: string;
  declarations?: Node[];
  /** Of `catch (error)`. */
  param?: Node | null;
}

interface Binding {
  /** Where the name is bound: the identifier. */
  identifier: Node;
  /** Where the name means that. */
  scope: Node;
}

/** Parameters and `var` are bound in the whole of a function. */
const FUNCTION = /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|(?:Object|Class|ClassPrivate)Method)$/;

/** So is `var` in these, though they have no parameters. */
const OUTERMOST = /^(?:Program|StaticBlock|TSModuleBlock)$/;

/** `let`, `const`, classes and functions are bound in these. */
const BLOCK = /^(?:BlockStatement|For(?:In|Of)?Statement|SwitchStatement|CatchClause|ClassExpression)$/;

/** Whose name is bound around them; that of an expression, inside. */
const NAMED_DECLARATION =
  /^(?:FunctionDeclaration|TSDeclareFunction|ClassDeclaration|TSEnumDeclaration|TSModuleDeclaration|TSImportEqualsDeclaration)$/;

/**
 * Finds where the names of a file are bound (ECMAScript, "Declarations and
 * the Variable Statement").
 *
 * @returns for an identifier, those that bind its name in the innermost scope around it: more than one only by mistake.
 */
export function findScopes(tree: Node): (identifier: Node) => Node[] {
  const bindings = new Map<string, Binding[]>();
  const around: ScopeNode[] = [];
  visit(tree, (node: ScopeNode) => {
    while (around.length > 0 && !encloses(around.at(-1), node)) around.pop();
    if (NAMED_DECLARATION.test(node.type)) bind(node.id, around.at(-1));
    if (isFunction(node) || OUTERMOST.test(node.type) || BLOCK.test(node.type)) around.push(node);
    for (const each of [...(isFunction(node) ? (node.params ?? []) : []), node.param]) bind(each, node);
    if (/^(?:Function|Class)Expression$/.test(node.type)) bind(node.id, node);
    for (const { local } of node.type === 'ImportDeclaration' ? (node.specifiers ?? []) : []) bind(local, around.at(-1));
    if (node.type === 'VariableDeclaration') {
      const scope = node.kind === 'var' ? around.findLast((each) => isFunction(each) || OUTERMOST.test(each.type)) : around.at(-1);
      for (const { id } of node.declarations ?? []) bind(id, scope);
    }
  });
  return bindersOf;

  function bind(pattern: Node | null | undefined, scope: Node | undefined): void {
    if (!scope) return;
    for (const identifier of namesIn(pattern)) {
      const name = nameOf(identifier) ?? '';
      const known = bindings.get(name);
      if (known) known.push({ identifier, scope });
      else bindings.set(name, [{ identifier, scope }]);
    }
  }

  function bindersOf(identifier: Node): Node[] {
    const visible = (bindings.get(nameOf(identifier) ?? '') ?? []).filter(({ scope }) => encloses(scope, identifier));
    const [innermost] = visible.map(({ scope }) => scope).sort((a, b) => lengthOf(a) - lengthOf(b));
    return visible.filter(({ scope }) => scope === innermost).map((binding) => binding.identifier);
  }
}

function isFunction({ type }: Node): boolean {
  return FUNCTION.test(type);
}

function encloses(outer: Node | undefined, inner: Node): boolean {
  return (outer?.start ?? 0) <= (inner.start ?? 0) && (inner.end ?? 0) <= (outer?.end ?? 0);
}

function lengthOf({ start, end }: Node): number {
  return (end ?? 0) - (start ?? 0);
}
