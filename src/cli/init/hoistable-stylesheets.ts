import { linkTypesOf } from '../../core/fetched-attributes.js';
import { type LinkSite, mayHaveRel } from '../../pipeline/source/linked-urls.js';
import { type Node, nameOf, visit } from '../../pipeline/source/syntax-tree.js';
import type { AppStylesheets } from './app-stylesheets.js';
import { leadingElements, onlyDocument } from './document-head.js';

/**
 * The stylesheets of a file that may become `CachedStyle`. React 19 hoists one
 * in front of all plain ones, and of those with another `precedence` that it
 * comes to later. So it must be the same with none of either in between. And it
 * never takes one away, so its place must be one that every page has: in the
 * head of the only `<html>` of the file, with nothing around it that may come
 * to nothing.
 *
 * @param hashed what links files of `public/` that get a hash.
 * @param others the other stylesheets of the app.
 */
export function hoistableStylesheets(file: string, tree: Node, hashed: readonly LinkSite[], others: AppStylesheets): Set<Node> {
  const hoistable = new Set<Node>();
  const document = onlyDocument(file, tree);
  if (document === undefined || !isFirst(file, document, others)) return hoistable;
  const able = new Map(hashed.filter(isUnchanging).map(({ element, written }) => [element, written]));
  const lasting = leadingElements(document);
  // React renders a sheet once, whatever its media are.
  const seen = new Set<string>();
  let isBehindPlain = false;
  visit(tree, (node) => {
    if (!mayBeStylesheet(node)) return;
    const written = able.get(node) ?? '';
    isBehindPlain ||= !able.has(node) || !lasting.has(node) || seen.has(written);
    seen.add(written);
    if (!isBehindPlain) hoistable.add(node);
  });
  return hoistable;
}

/** Whether what a document hoists has the same of the app's other stylesheets in front of it as a plain link. */
function isFirst(file: string, document: Node, { importing, areHoisted, areInNextHead }: AppStylesheets): boolean {
  if (areHoisted) return false;
  if (nameOf(document.openingElement?.name) === 'Html') return !areInNextHead;
  // React comes to those of the layout first, and to those of pages and components later: with a `precedence` of their own in `next dev`.
  return importing.every((each) => each === file);
}

/** Whether a link is a stylesheet of which nothing changes: React does not heed it, once it is hoisted. */
function isUnchanging({ element, attribute, literal, tag }: LinkSite): boolean {
  if (element === undefined || nameOf(element.openingElement?.name) !== 'link' || tag !== 'link') return false;
  const { attributes = [] } = element.openingElement ?? {};
  if (attributes.some(({ type, name }) => type === 'JSXSpreadAttribute' || KEEPING_PLAIN.includes(nameOf(name) ?? ''))) return false;
  const media = attributeOf(element, 'media')?.value;
  const isFixed = contentOf(attribute?.value) === literal && (!media || contentOf(media)?.type === 'StringLiteral');
  return isFixed && textOf(attributeOf(element, 'rel')) === 'stylesheet';
}

/** With one of these, `CachedStyle` is a plain link as well: React hoists none that is watched, or switched on and off. */
const KEEPING_PLAIN = ['onLoad', 'onError', 'disabled'];

/** What is worked out at run time may be one. */
function mayBeStylesheet({ openingElement }: Node): boolean {
  const name = nameOf(openingElement?.name);
  if (name !== 'link') return name === 'style';
  return mayHaveRel(openingElement?.attributes ?? [], (rel) => linkTypesOf(rel).includes('stylesheet'));
}

/** An attribute of an element, by its name. */
export function attributeOf({ openingElement }: Node, name: string): Node | undefined {
  return openingElement?.attributes?.find((attribute) => nameOf(attribute.name) === name);
}

/** An attribute's text; `undefined` for what is worked out at run time. */
export function textOf(attribute: Node | undefined): string | undefined {
  const text = contentOf(attribute?.value)?.value;
  return typeof text === 'string' ? text : undefined;
}

/** Of an attribute's value, what is in its braces, if it has any. */
function contentOf(value: Node['value']): Node | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return value.type === 'JSXExpressionContainer' ? value.expression : value;
}
