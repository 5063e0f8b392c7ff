import type { Node } from 'jsonc-parser';
import { JsonSyntaxError, memberOf, parseJson } from '../../core/json-tree.js';
import { type FoundReference, ReferencesUnreadableError } from './reference.js';

/** Members with images. Each may have variants by language, such as `icons_localized`. */
const IMAGES = ['icons', 'screenshots'];
/** Members with objects that have images. */
const WITH_IMAGES = ['shortcuts', 'file_handlers', 'widgets'];

/**
 * Finds the URLs in a web app manifest (https://www.w3.org/TR/appmanifest/,
 * https://wicg.github.io/manifest-incubations/, and PWA-driven widgets): images,
 * pages that it resolves against its own URL, and other texts that may be URLs. The
 * app's service worker itself fetches `ms_ac_template` and `data` of a widget.
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError} if the text is not JSON.
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
  const imageUrls = images.map((image) => memberOf(image, 'src'));
  const references = [...toReferences('url', imageUrls), ...toReferences('page', pages)];
  const known = new Set(references.map(({ url }) => url));
  return [...references, ...findJsonMentions(text).filter(({ url }) => !known.has(url))];
}

/** `id` is not among them, since browsers resolve it against the origin. */
const PAGES = ['start_url', 'scope'];

function toReferences(kind: 'url' | 'page', nodes: readonly (Node | undefined)[]): FoundReference[] {
  return nodes
    .filter((node): node is Node => node?.type === 'string')
    .map(({ value, offset, length }) => ({ kind, notation: 'json', url: value, start: offset + 1, end: offset + length - 1 }));
}

/** Lists the items of a member in all languages. */
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

/** More than usual data needs, and few enough for the scan cache. */
const MAX_MENTIONS = 10_000;

/**
 * Finds the texts of a JSON document that look like file names, as in glTF
 * (https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#uris) or a sprite atlas.
 * Only the program that reads the document knows which of them are URLs.
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError} if the text is not JSON, or has too many of them.
 */
export function findJsonMentions(text: string): FoundReference[] {
  const mentions = new Set<string>();
  for (const value of textsIn(parseMentions(text))) if (FILE_NAME.test(value)) mentions.add(value);
  if (mentions.size > MAX_MENTIONS) throw new ReferencesUnreadableError(0, `it holds more than ${MAX_MENTIONS} names of files`);
  return [...mentions].map((url) => ({ kind: 'mention', notation: 'json', url, start: 0, end: 0 }));
}

/** A text with an extension and without a scheme or slash in front, not longer than a path. */
const FILE_NAME = /^(?![\\/]|[a-z][a-z\d+.-]*:)[^\n<>]{1,1000}\.[a-z][a-z\d]{0,9}(?:[?#].*)?$/i;

function parseMentions(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ReferencesUnreadableError(0, 'it is not JSON');
  }
}

/** Lists the names of members and all values. It does not recurse, since a document may be nested deeper than the stack. */
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
