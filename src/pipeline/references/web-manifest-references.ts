import { type AnyNode, type ObjectNode, parse, type StringNode } from '@humanwhocodes/momoa';
import type { FoundReference } from './reference.js';
import { ReferencesUnreadableError } from './references-unreadable-error.js';

/**
 * The images that a web app manifest names (W3C Web Application Manifest):
 * `icons`, `screenshots`, and the `icons` of `shortcuts`. Of other JSON, none.
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError} for what is not JSON.
 */
export function findWebManifestReferences(text: string): FoundReference[] {
  const root = parseJson(text);
  const shortcuts = elementsOf(memberOf(root, 'shortcuts'));
  const images = [
    ...elementsOf(memberOf(root, 'icons')),
    ...elementsOf(memberOf(root, 'screenshots')),
    ...shortcuts.flatMap((shortcut) => elementsOf(memberOf(shortcut, 'icons'))),
  ];
  return images
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
