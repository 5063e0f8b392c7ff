import { type Node, nameOf } from './syntax-tree.js';
import { alternativesOf, type Text, textsOf } from './written-texts.js';

/** The URLs in the metadata that a module of the App Router exports: icons, images, the web app manifest. */
export function metadataUrls(tree: Node): Text[] {
  const places = metadataOf(tree).flatMap((metadata) => METADATA_URLS.map((keys) => valuesAt(metadata, keys)));
  return places.flatMap(urlsOf);
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
