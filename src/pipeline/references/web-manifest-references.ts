import { type AnyNode, type ObjectNode, parse, type StringNode } from '@humanwhocodes/momoa';
import type { FoundReference } from './reference.js';
import { ReferencesUnreadableError } from './references-unreadable-error.js';

/** Members that hold images; each may have a variant by language, `icons_localized`. */
const IMAGES = ['icons', 'screenshots'];
/** Members that hold objects with images of their own. */
const WITH_IMAGES = ['shortcuts', 'file_handlers', 'widgets'];

/**
 * The images that a web app manifest names: its `icons` and `screenshots`, and
 * those of its `shortcuts`, `file_handlers`, `widgets` and home tab (W3C Web
 * Application Manifest, Manifest Incubations, PWA-driven Widgets). Other URLs
 * of a manifest lead to pages, or are asked for by the app's own service
 * worker: `ms_ac_template` and `data` of a widget. Of other JSON, none.
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError} for what is not JSON.
 */
export function findWebManifestReferences(text: string): FoundReference[] {
  const root = parseJson(text);
  const holders = [root, ...WITH_IMAGES.flatMap((name) => listed(root, name)), memberOf(memberOf(root, 'tab_strip'), 'home_tab')];
  return holders
    .flatMap((holder) => IMAGES.flatMap((name) => listed(holder, name)))
    .map((image) => memberOf(image, 'src'))
    .filter((source): source is StringNode => source?.type === 'String')
    .map(({ value, loc }) => ({
      kind: 'url',
      notation: 'json',
      url: value,
      start: loc.start.offset + 1,
      end: loc.end.offset - 1,
    }));
}

/** What a member lists, in all languages. */
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
