import { type Node, nameOf, parseSource, visit } from './syntax-tree.js';

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

/** The same, with the nodes of the tree, for those who change it. */
export interface LinkSite extends LinkedUrl {
  /** The text itself: a string or a template. */
  literal: Node;
  /** The element that has it as an attribute, and that attribute. */
  element?: Node;
  attribute?: Node;
  /** The element's name in HTML, also of a component of Next. */
  tag?: string;
}

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
  const sites = findLinkSites(await parseSource(file, text));
  return sites.map(({ written, site, isLookedUp, line, column }) => ({ written, site, isLookedUp, line, column }));
}

/** {@link findLinkedUrls} in a file that is parsed already. */
export function findLinkSites(tree: Node): LinkSite[] {
  const names = importedNames(tree);
  const found: LinkSite[] = [];
  visit(tree, (node) => {
    if (node.type === 'JSXElement') addAttributes(node);
    if (node.type === 'CallExpression' && names.ours(node.callee) === 'asset')
      add(node.arguments?.[0], { site: 'asset()', isLookedUp: true });
  });
  return found;

  function addAttributes(element: Node): void {
    const { name: nameNode, attributes = [] } = element.openingElement ?? {};
    const ours = names.ours(nameNode);
    const lookedUp = ours === undefined ? undefined : OUR_COMPONENTS[ours];
    const written = nameOf(nameNode);
    const tag = names.ofNext(nameNode) ?? written ?? '';
    const linking = lookedUp ? [lookedUp] : LINKING[tag];
    for (const attribute of attributes) {
      const name = nameOf(attribute.name);
      if (name === undefined || !linking?.includes(name)) continue;
      add(attribute.value, { site: `<${written ?? ours} ${name}>`, isLookedUp: lookedUp !== undefined, element, attribute, tag });
    }
  }

  function add(value: Node['value'], about: Pick<LinkSite, 'site' | 'isLookedUp' | 'element' | 'attribute' | 'tag'>): void {
    for (const { text, literal } of textsOf(value)) {
      const { line, column } = literal.loc?.start ?? { line: 1, column: 0 };
      found.push({ ...about, written: text, literal, line, column: column + 1 });
    }
  }
}

/** All texts that a value may turn out to be. */
function textsOf(value: Node['value']): { text: string; literal: Node }[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (value.type) {
    case 'StringLiteral':
      return [{ text: String(value.value), literal: value }];
    case 'TemplateLiteral':
      return value.expressions?.length === 0 ? [{ text: value.quasis?.[0]?.value.cooked ?? '', literal: value }] : [];
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
