import { type AnyNode, type ObjectNode, parse, type StringNode } from '@humanwhocodes/momoa';
import { findJsonMentions } from './json-mentions.js';
import type { FoundReference } from './reference.js';
import { ReferencesUnreadableError } from './references-unreadable-error.js';

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
  const root = parseJson(text);
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

function toReferences(kind: 'url' | 'page', nodes: readonly (AnyNode | undefined)[]): FoundReference[] {
  return nodes
    .filter((node): node is StringNode => node?.type === 'String')
    .map(({ value, loc }) => ({ kind, notation: 'json', url: value, start: loc.start.offset + 1, end: loc.end.offset - 1 }));
}

/** The items of a member, in all languages. */
function listed(holder: AnyNode | undefined, name: string): AnyNode[] {
  const localized = memberOf(holder, `${name}_localized`);
  const lists = localized?.type === 'Object' ? localized.members.map(({ value }) => value) : [];
  return [memberOf(holder, name), ...lists].flatMap(elementsOf);
}

function parseJson(text: string): AnyNode {
  try {
    return parse(text, { mode: 'json' }).body;
  } catch (error) {
    throw new ReferencesUnreadableError(
      Number(Object(error).offset) || 0,
      `it is not JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function memberOf(node: AnyNode | undefined, wanted: string): AnyNode | undefined {
  if (node?.type !== 'Object') return undefined;
  // Of two members with one name, the last one counts (ECMA-404 leaves it open; `JSON.parse` takes it).
  return (node as ObjectNode).members.findLast(({ name }) => name.type === 'String' && name.value === wanted)?.value;
}

function elementsOf(node: AnyNode | undefined): AnyNode[] {
  return node?.type === 'Array' ? node.elements.map(({ value }) => value) : [];
}
