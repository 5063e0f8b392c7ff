import { urlsOfSrcset } from '../../core/srcset.js';
import { importedNames } from './imported-names.js';
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
  link: ['href', 'imageSrcSet'],
  img: ['src', 'srcSet'],
  source: ['src', 'srcSet'],
  video: ['src', 'poster'],
  audio: ['src'],
  track: ['src'],
  embed: ['src'],
  object: ['data'],
  input: ['src'],
  image: ['href', 'xlinkHref'],
  use: ['href', 'xlinkHref'],
};

/** Those that hold several URLs, each with a description (HTML Standard, "srcset"). */
const SRCSETS: readonly string[] = ['srcSet', 'imageSrcSet'];

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
  /** Whether the text holds more than the URL. */
  isPart: boolean;
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
  const ours = importedNames(tree, OURSELVES);
  const ofNext = Object.entries(NEXT_COMPONENTS).map(([module, tag]) => ({ ...importedNames(tree, module), tag }));
  const found: LinkSite[] = [];
  visit(tree, (node) => {
    if (node.type === 'JSXElement') addAttributes(node);
    if (isAssetCall(node)) for (const each of textsOf(node.arguments?.[0])) add(each, { site: 'asset()', isLookedUp: true });
  });
  addMetadata();
  return found.sort((a, b) => a.line - b.line || a.column - b.column);

  function isAssetCall({ type, callee }: Node): boolean {
    return type === 'CallExpression' && ours.exportOf(callee) === 'asset';
  }

  function addAttributes(element: Node): void {
    const { name: nameNode, attributes = [] } = element.openingElement ?? {};
    const component = ours.exportOf(nameNode) ?? '';
    const lookedUp = OUR_COMPONENTS[component];
    const written = nameOf(nameNode);
    const tag = ofNext.find(({ exportOf }) => exportOf(nameNode) === 'default')?.tag ?? written ?? '';
    const linking = lookedUp ? [lookedUp] : LINKING[tag];
    for (const attribute of attributes) {
      const name = nameOf(attribute.name);
      if (name === undefined || !linking?.includes(name)) continue;
      const about = { site: `<${written ?? component} ${name}>`, isLookedUp: lookedUp !== undefined, element, attribute, tag };
      for (const each of textsOf(attribute.value)) {
        if (!SRCSETS.includes(name)) add(each, about);
        else for (const text of urlsOfSrcset(each.text)) add({ ...each, text }, { ...about, isPart: true });
      }
    }
  }

  /** Of the App Router's metadata. */
  function addMetadata(): void {
    for (const metadata of metadataOf(tree)) {
      for (const place of METADATA_URLS) {
        for (const each of urlsOf(valuesAt(metadata, place))) add(each, { site: 'metadata', isLookedUp: false });
      }
    }
  }

  function add({ text, literal }: Text, about: Pick<LinkSite, 'site' | 'isLookedUp'> & Partial<LinkSite>): void {
    const { line, column } = literal.loc?.start ?? { line: 1, column: 0 };
    found.push({ isPart: false, ...about, written: text, literal, line, column: column + 1 });
  }
}

interface Text {
  text: string;
  literal: Node;
}

/** All texts that a value may turn out to be. */
function textsOf(value: Node['value']): Text[] {
  return alternativesOf(value).flatMap((literal): Text[] => {
    if (literal.type === 'StringLiteral') return [{ text: String(literal.value), literal }];
    const isText = literal.type === 'TemplateLiteral' && literal.expressions?.length === 0;
    return isText ? [{ text: literal.quasis?.[0]?.value.cooked ?? '', literal }] : [];
  });
}

/** All that a value may turn out to be, without what is said of its type. */
function alternativesOf(value: Node['value']): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (value.type) {
    case 'JSXExpressionContainer':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return alternativesOf(value.expression);
    case 'ConditionalExpression':
      return [...alternativesOf(value.consequent), ...alternativesOf(value.alternate)];
    case 'LogicalExpression':
      return [...alternativesOf(value.left), ...alternativesOf(value.right)];
    default:
      return [value];
  }
}

/** What is read of a module's statements and functions, and of objects. */
interface Part extends Node {
  declaration?: Part | null;
  declarations?: Part[];
  specifiers?: Part[];
  exported?: Node;
  argument?: Node | null;
  computed?: boolean;
}

/** The objects that a module of the App Router exports as `metadata`, or returns from `generateMetadata`. */
function metadataOf(tree: Node): Node[] {
  const made = exportedAs('generateMetadata', tree).flatMap(alternativesOf);
  return [
    ...exportedAs('metadata', tree),
    ...made.flatMap(({ body }) => (body?.type === 'BlockStatement' ? returnedIn(body) : (body ?? []))),
  ];
}

/** The function, or the value of the variable, that a module exports under a name. */
function exportedAs(wanted: string, { program }: Node): Node[] {
  const body: readonly Part[] = program?.body ?? [];
  const locals = new Set<string | undefined>();
  for (const { type, declaration, specifiers = [], source } of body) {
    if (type !== 'ExportNamedDeclaration' || source) continue;
    for (const each of declarationsIn(declaration)) if (nameOf(each.id ?? undefined) === wanted) locals.add(wanted);
    for (const { local, exported } of specifiers) if (nameOf(exported) === wanted) locals.add(nameOf(local));
  }
  return body
    .flatMap((statement) => declarationsIn(statement.declaration ?? statement))
    .filter(({ id }) => id && locals.has(nameOf(id)))
    .map((each) => each.init ?? each);
}

function declarationsIn(statement: Part | null | undefined): readonly Part[] {
  return statement?.declarations ?? (statement?.type === 'FunctionDeclaration' ? [statement] : []);
}

/** What a function returns, without what functions inside it do. */
function returnedIn(node: unknown): Node[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(returnedIn);
  const { type, argument, ...children } = node as Part;
  if (type === 'ReturnStatement') return argument ? [argument] : [];
  // Their statements are all that matters here, and functions in expressions are others' too.
  if (/Function|Method|Class|Expression/.test(type)) return [];
  return Object.entries(children).flatMap(([key, child]) => (key === 'loc' || key.endsWith('Comments') ? [] : returnedIn(child)));
}

/** Where the App Router's metadata has URLs that are fetched. Not in `alternates` and its like: people keep those. */
const METADATA_URLS: readonly (readonly string[])[] = [
  ['icons'],
  ['icons', 'icon'],
  ['icons', 'shortcut'],
  ['icons', 'apple'],
  ['icons', 'other'],
  ['openGraph', 'images'],
  ['openGraph', 'videos'],
  ['openGraph', 'audio'],
  ['twitter', 'images'],
  ['manifest'],
];

/** What an object has at the end of a chain of keys. */
function valuesAt(value: Node, keys: readonly string[]): Node[] {
  return keys.reduce((values, key) => values.flatMap((each) => membersOf(each, key)), [value]);
}

function membersOf(value: Node, wanted: string): Node[] {
  return alternativesOf(value)
    .flatMap<Part>(({ type, properties = [] }) => (type === 'ObjectExpression' ? properties : []))
    .filter(({ type, key, computed }) => type === 'ObjectProperty' && !computed && (nameOf(key) ?? key?.value) === wanted)
    .flatMap((property) => alternativesOf(property.value));
}

/** A URL, an object with one, or a list of either. */
function urlsOf(values: readonly Node[]): Text[] {
  return values.flatMap(alternativesOf).flatMap((value): Text[] => {
    if (value.type === 'ArrayExpression') return urlsOf((value.elements ?? []).filter((element) => element !== null));
    return value.type === 'ObjectExpression' ? membersOf(value, 'url').flatMap(textsOf) : textsOf(value);
  });
}
