import type { Node } from 'jsonc-parser';
import { JsonSyntaxError, memberOf, parseJson } from '../../core/json-tree.js';
import { type FoundReference, ReferencesUnreadableError } from './reference.js';

/** Members that hold images; each may have a variant by language, `icons_localized`. */
const IMAGES = ['icons', 'screenshots'];
/** Members that hold objects with images of their own. */
const WITH_IMAGES = ['shortcuts', 'file_handlers', 'widgets'];

/**
 * The URLs in a web app manifest (W3C Web Application Manifest, Manifest
 * Incubations, PWA-driven Widgets): images in `icons` and `screenshots`, also
 * those of its `shortcuts`, `file_handlers`, `widgets` and home tab; the pages
 * that it resolves against its own URL; and other texts that may be URLs. The app's
 * service worker asks for `ms_ac_template` and `data` of a widget by itself.
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError} for what is not JSON.
 */
export function findWebManifestReferences(text: string): FoundReference[] {
  const root = parseManifest(text);
  const holders = [root, ...WITH_IMAGES.flatMap((name) => listed(root, name)), memberOf(memberOf(root, 'tab_strip'), 'home_tab')];
  const images = holders.flatMap((holder) => IMAGES.flatMap((name) => listed(holder, name)));
  const pages = [
    ...PAGES.map((name) => memberOf(root, name)),
    ...listed(root, 'shortcuts').map((shortcut) => memberOf(shortcut, 'url')),
    ...listed(root, 'protocol_handlers').map((handler) => memberOf(handler, 'url')),
    ...listed(root, 'file_handlers').map((handler) => memberOf(handler, 'action')),
    memberOf(memberOf(root, 'share_target'), 'action'),
    memberOf(memberOf(root, 'note_taking'), 'new_note_url'),
  ];
  const sources = images.map((image) => memberOf(image, 'src'));
  const references = [...toReferences('url', sources), ...toReferences('page', pages)];
  const known = new Set(references.map(({ url }) => url));
  return [...references, ...findJsonMentions(text).filter(({ url }) => !known.has(url))];
}

/** Members of the manifest itself. `id` is resolved against the origin, so it is not among them. */
const PAGES = ['start_url', 'scope'];

function toReferences(kind: 'url' | 'page', nodes: readonly (Node | undefined)[]): FoundReference[] {
  return nodes
    .filter((node): node is Node => node?.type === 'string')
    .map(({ value, offset, length }) => ({ kind, notation: 'json', url: value, start: offset + 1, end: offset + length - 1 }));
}

/** The items of a member, in all languages. */
function listed(holder: Node | undefined, name: string): Node[] {
  const localized = memberOf(holder, `${name}_localized`);
  const lists = localized?.type === 'object' ? (localized.children ?? []).flatMap(({ children: [, value] = [] }) => value ?? []) : [];
  return [memberOf(holder, name), ...lists].flatMap(elementsOf);
}

function parseManifest(text: string): Node {
  try {
    return parseJson(text);
  } catch (error) {
    throw new ReferencesUnreadableError(error instanceof JsonSyntaxError ? error.offset : 0, `it is not JSON: ${(error as Error).message}`);
  }
}

function elementsOf(node: Node | undefined): readonly Node[] {
  return node?.type === 'array' ? (node.children ?? []) : [];
}

/** More than data about files needs, and few enough for the scan cache. */
const MAX_MENTIONS = 10_000;

/**
 * Finds the texts of a JSON document that may be URLs relative to it, as in glTF
 * (section 2.8) or the atlas of a sprite: they look like the name of a file.
 * Only the program that reads the document knows whether one is a URL.
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError} if the text is not JSON, or holds too many.
 */
export function findJsonMentions(text: string): FoundReference[] {
  const mentions = new Set<string>();
  for (const value of textsIn(parseMentions(text))) if (FILE_NAME.test(value)) mentions.add(value);
  if (mentions.size > MAX_MENTIONS) throw new ReferencesUnreadableError(0, `it holds more than ${MAX_MENTIONS} names of files`);
  return [...mentions].map((url) => ({ kind: 'mention', notation: 'json', url, start: 0, end: 0 }));
}

/** Whether a text has an extension, no scheme and no slash in front, and is no longer than a path may be. */
const FILE_NAME = /^(?![\\/]|[a-z][a-z\d+.-]*:)[^\n<>]{1,1000}\.[a-z][a-z\d]{0,9}(?:[?#].*)?$/i;

function parseMentions(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ReferencesUnreadableError(0, 'it is not JSON');
  }
}

/** Lists the names of members, and the values, without recursion: a document may be nested deeper than the stack allows. */
function* textsIn(root: unknown): Iterable<string> {
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') yield value;
    else if (Array.isArray(value)) for (const element of value) left.push(element);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) left.push(name, member);
    }
  }
}
