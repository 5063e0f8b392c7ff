import { linkTypesOf } from '../../pipeline/source/link-types.js';
import { type LinkSite, mayHaveRel } from '../../pipeline/source/linked-urls.js';
import { type Node, nameOf, visit } from '../../pipeline/source/syntax-tree.js';

interface JsxNode extends Node {
  children?: JsxNode[];
}

/**
 * The stylesheets of a file that may become `CachedStyle`. React 19 hoists one
 * in front of all plain ones, so none of those may stand before it; and it
 * never takes one away, so its place must be one that every page has: in the
 * only `<html>` of the file, with nothing around it that may come to nothing.
 *
 * @param hashed what links files of `public/` that get a hash.
 */
export function hoistableStylesheets(file: string, tree: Node, hashed: readonly LinkSite[]): Set<Node> {
  const able = new Set(hashed.filter(isUnchanging).map(({ element }) => element));
  const lasting = elementsOfDocument(file, tree);
  const hoistable = new Set<Node>();
  let isBehindPlain = false;
  visit(tree, (node) => {
    if (!mayBeStylesheet(node)) return;
    isBehindPlain ||= !(able.has(node) && lasting.has(node));
    if (!isBehindPlain) hoistable.add(node);
  });
  return hoistable;
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

/** What takes the place of the root layout until an error is gone (App Router). */
const PASSING_DOCUMENT = /(?:^|[\\/])global-error\.\w+$/;

/** What the only `<html>` of a file, or the `<Html>` of `_document`, holds in every case: of several, one goes when another comes. */
function elementsOfDocument(file: string, tree: Node): Set<Node> {
  const documents: Node[] = [];
  visit(tree, (node) => {
    if (['html', 'Html'].includes(nameOf(node.openingElement?.name) ?? '')) documents.push(node);
  });
  const found = new Set<Node>();
  const [only] = documents;
  if (only && documents.length === 1 && !PASSING_DOCUMENT.test(file)) add(only);
  return found;

  function add({ children = [] }: JsxNode): void {
    for (const child of children) {
      if (child.type !== 'JSXFragment' && !isAlwaysRendered(child)) continue;
      found.add(child);
      add(child);
    }
  }
}

/** Components, save for the `<Head>` of `_document`, may leave out what they are given; and what `<noscript>` and `<template>` hold may never count. */
function isAlwaysRendered({ openingElement }: Node): boolean {
  const name = nameOf(openingElement?.name) ?? '';
  return name === 'Head' || (/^[a-z]/.test(name) && name !== 'noscript' && name !== 'template');
}

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
