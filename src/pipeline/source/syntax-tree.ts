import type { ParserPlugin } from '@babel/parser';

/** What is read of a node of Babel's tree, whatever its type. */
export interface Node {
  type: string;
  start?: number | null;
  end?: number | null;
  loc?: { start: { line: number; column: number } } | null;
  name?: Node | string;
  value?: Node | string | null;
  object?: Node;
  property?: Node;
  callee?: Node;
  body?: Node;
  arguments?: Node[];
  attributes?: Node[];
  program?: { body: Node[]; directives?: Node[] };
  openingElement?: Node;
  closingElement?: Node | null;
  expression?: Node;
  expressions?: Node[];
  quasis?: { value: { cooked?: string | null } }[];
  consequent?: Node;
  alternate?: Node;
  left?: Node;
  right?: Node;
  source?: Node;
  specifiers?: Node[];
  importKind?: string | null;
  id?: Node | null;
  init?: Node | null;
  key?: Node;
  params?: Node[];
  properties?: Node[];
  elements?: (Node | null)[];
  /** Mistakes that were read past. */
  errors?: readonly { message: string }[];
  imported?: Node;
  local?: Node;
}

/**
 * @param file decides which syntax is read, by its extension.
 * @throws {SyntaxError} for what even an editor could make nothing of.
 */
export async function parseSource(file: string, text: string): Promise<Node> {
  // On demand: only commands about the source need it.
  const { parse } = await import('@babel/parser');
  return parse(text, { sourceType: 'unambiguous', errorRecovery: true, plugins: pluginsFor(file, text) }) as Node;
}

const DECORATORS: readonly ParserPlugin[] = ['decorators-legacy', 'decoratorAutoAccessors'];

/** `<T>x` is a cast in TypeScript and an element in all else. */
function pluginsFor(file: string, text: string): ParserPlugin[] {
  if (/\.[cm]?ts$/.test(file)) return ['typescript', ...DECORATORS];
  if (/\.tsx$/.test(file)) return ['typescript', 'jsx', ...DECORATORS];
  return hasFlowPragma(text) ? ['flow', 'jsx', ...DECORATORS] : ['jsx', ...DECORATORS];
}

/** Flow's types are asked for by a comment in front of all code: `// @flow`. */
function hasFlowPragma(text: string): boolean {
  const [comments = ''] = /^(?:#!.*)?(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*/.exec(text) ?? [];
  return /@flow\b/.test(comments);
}

/** Calls `act` with every node, in the order of the text, those around others first. Without recursion: a long sum is a deep tree. */
export function visit(root: unknown, act: (node: Node) => void): void {
  const waiting = [root];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== 'object' || node === null) continue;
    if ('type' in node && typeof node.type === 'string') act(node as Node);
    const children = Object.entries(node).filter(([key, child]) => typeof child === 'object' && key !== 'loc' && !key.endsWith('Comments'));
    for (const [, child] of children.reverse()) waiting.push(child);
  }
}

/** Of an identifier, in JSX or elsewhere. */
export function nameOf(node: Node['name']): string | undefined {
  return typeof node === 'object' && typeof node.name === 'string' ? node.name : undefined;
}
