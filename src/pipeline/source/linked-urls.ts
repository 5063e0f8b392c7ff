import type { ParserPlugin } from '@babel/parser';

/** A place in the app's source that links a URL, written out as text. */
export interface LinkedUrl {
  /** As it is written, without its quotes. */
  written: string;
  /** What it stands in, as a message names it: `<img src>`, `asset()`. */
  site: string;
  /** Whether it is given to this package, which looks it up. */
  isLookedUp: boolean;
  /** Both from 1. */
  line: number;
  column: number;
}

/** Which attributes of which elements make a browser fetch a file. Not `<a href>`: people keep those URLs. */
const LINKING: Readonly<Record<string, readonly string[]>> = {
  script: ['src'],
  link: ['href'],
  img: ['src'],
  source: ['src'],
  video: ['src', 'poster'],
  audio: ['src'],
  track: ['src'],
  embed: ['src'],
  object: ['data'],
  input: ['src'],
  image: ['href', 'xlinkHref'],
  use: ['href', 'xlinkHref'],
};

/** Components of Next that do; their default exports may have any name. */
const NEXT_COMPONENTS: Readonly<Record<string, string>> = {
  'next/script': 'script',
  'next/image': 'img',
  'next/legacy/image': 'img',
};

const OURSELVES = 'next-smart-cache';

/** Of our own components, the attribute that is looked up. */
const OUR_COMPONENTS: Readonly<Record<string, string>> = { CachedScript: 'src', CachedStyle: 'href' };

/**
 * Finds the URLs in one source file that are given to `asset()` or the
 * components, and those that an element or a component of Next links as they
 * are. Only what is written out is found: a path that is put together at run
 * time is not.
 *
 * @param file decides which syntax is read, by its extension.
 * @throws {SyntaxError} for what even an editor could make nothing of.
 */
export async function findLinkedUrls(file: string, text: string): Promise<LinkedUrl[]> {
  // On demand: only commands about the source need it.
  const { parse } = await import('@babel/parser');
  const tree = parse(text, { sourceType: 'unambiguous', errorRecovery: true, plugins: pluginsFor(file) });
  const names = importedNames(tree);
  const found: LinkedUrl[] = [];
  visit(tree, (node) => {
    if (node.type === 'JSXOpeningElement') addAttributes(node);
    if (node.type === 'CallExpression' && names.ours(node.callee) === 'asset') add(node.arguments?.[0], 'asset()', true);
  });
  return found;

  function addAttributes(element: Node): void {
    const ours = names.ours(element.name);
    const lookedUp = ours === undefined ? undefined : OUR_COMPONENTS[ours];
    const written = nameOf(element.name);
    const linking = lookedUp ? [lookedUp] : LINKING[names.ofNext(element.name) ?? written ?? ''];
    for (const { name: nameNode, value } of element.attributes ?? []) {
      const name = nameOf(nameNode);
      if (name !== undefined && linking?.includes(name)) add(value, `<${written ?? ours} ${name}>`, lookedUp !== undefined);
    }
  }

  function add(value: Node['value'], site: string, isLookedUp: boolean): void {
    for (const { text, loc } of textsOf(value)) {
      if (loc) found.push({ written: text, site, isLookedUp, line: loc.start.line, column: loc.start.column + 1 });
    }
  }
}

/** All texts that a value may turn out to be. */
function textsOf(value: Node['value']): { text: string; loc: Node['loc'] }[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (value.type) {
    case 'StringLiteral':
      return [{ text: String(value.value), loc: value.loc }];
    case 'TemplateLiteral':
      return value.expressions?.length === 0 ? [{ text: value.quasis?.[0]?.value.cooked ?? '', loc: value.loc }] : [];
    case 'JSXExpressionContainer':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return textsOf(value.expression);
    case 'ConditionalExpression':
      return [...textsOf(value.consequent), ...textsOf(value.alternate)];
    case 'LogicalExpression':
      return [...textsOf(value.left), ...textsOf(value.right)];
    default:
      return [];
  }
}

/** What is read of a node of Babel's tree, whatever its type. */
interface Node {
  type: string;
  loc?: { start: { line: number; column: number } } | null;
  name?: Node | string;
  value?: Node | string | null;
  object?: Node;
  property?: Node;
  callee?: Node;
  arguments?: Node[];
  attributes?: Node[];
  expression?: Node;
  expressions?: Node[];
  quasis?: { value: { cooked?: string | null } }[];
  consequent?: Node;
  alternate?: Node;
  left?: Node;
  right?: Node;
  source?: Node;
  specifiers?: Node[];
  imported?: Node;
  local?: Node;
}

/** `<T>x` is a cast in TypeScript and an element in all else. */
function pluginsFor(file: string): ParserPlugin[] {
  if (/\.[cm]?ts$/.test(file)) return ['typescript', 'decorators-legacy'];
  return /\.tsx$/.test(file) ? ['typescript', 'jsx', 'decorators-legacy'] : ['jsx', 'decorators-legacy'];
}

function visit(node: unknown, act: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const each of node) visit(each, act);
    return;
  }
  if ('type' in node && typeof node.type === 'string') act(node as Node);
  for (const [key, child] of Object.entries(node)) {
    if (typeof child === 'object' && key !== 'loc' && !key.endsWith('Comments')) visit(child, act);
  }
}

/** What the names of a file stand for, as far as they come from here or from Next. */
function importedNames(tree: unknown) {
  const ours = new Map<string, string>();
  const namespaces = new Set<string>();
  const ofNext = new Map<string, string>();
  visit(tree, ({ type, source, specifiers = [] }) => {
    if (type !== 'ImportDeclaration') return;
    for (const { type: kind, local, imported } of specifiers) {
      const name = nameOf(local) ?? '';
      const element = NEXT_COMPONENTS[String(source?.value)];
      if (element !== undefined && kind === 'ImportDefaultSpecifier') ofNext.set(name, element);
      if (source?.value !== OURSELVES) continue;
      if (kind === 'ImportNamespaceSpecifier') namespaces.add(name);
      else if (kind === 'ImportSpecifier') ours.set(name, nameOf(imported) ?? String(imported?.value));
    }
  });
  return {
    /** The name of ours that an expression, or the name of an element, stands for. */
    ours(node: Node['name']): string | undefined {
      if (typeof node !== 'object') return undefined;
      if (node.object) return namespaces.has(nameOf(node.object) ?? '') ? nameOf(node.property) : undefined;
      return ours.get(nameOf(node) ?? '');
    },
    /** The element that a component of Next renders. */
    ofNext: (node: Node['name']) => ofNext.get(nameOf(node) ?? ''),
  };
}

/** Of an identifier, in JSX or elsewhere. */
function nameOf(node: Node['name']): string | undefined {
  return typeof node === 'object' && typeof node.name === 'string' ? node.name : undefined;
}
