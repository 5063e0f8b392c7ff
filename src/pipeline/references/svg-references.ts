import { isFetchedForPage, urlAttributesInHtml, urlRangesOfSrcset } from '../../core/html-attributes.js';
import { findCssReferences } from './css-references.js';
import type { BrokenSpot, FoundReference, Notation } from './reference.js';
import { declaredEntities, PREDEFINED_ENTITIES, XmlText } from './xml-text.js';
import { type Range, type XmlAttribute, type XmlToken, xmlTokens } from './xml-tokens.js';

const SVG = 'http://www.w3.org/2000/svg';
const XHTML = 'http://www.w3.org/1999/xhtml';
const XLINK = 'http://www.w3.org/1999/xlink';

/** Attributes of SVG elements with CSS that may have a `url()` (https://www.w3.org/TR/SVG2/styling.html#PresentationAttributes). */
const CSS_ATTRIBUTES: ReadonlySet<string> = new Set([
  'style',
  'fill',
  'stroke',
  'filter',
  'mask',
  'clip-path',
  'marker',
  'marker-start',
  'marker-mid',
  'marker-end',
  'cursor',
]);

/** Elements that change an attribute of their parent (https://www.w3.org/TR/svg-animations/). */
const ANIMATIONS: ReadonlySet<string> = new Set(['animate', 'set']);
/** Their attributes with the new values. */
const ANIMATED_VALUES: ReadonlySet<string> = new Set(['from', 'to', 'values']);

interface Element {
  namespace: string | undefined;
  name: string;
  /** Prefix → namespace. The default namespace has the prefix `''`. */
  namespaces: ReadonlyMap<string, string>;
  /** The text of a `<style>` so far. */
  css?: XmlText;
}

/** The namespaces of an SVG without declarations, which HTML documents do not need. */
const ROOT: Element = { namespace: undefined, name: '', namespaces: new Map(Object.entries({ '': SVG, xlink: XLINK })) };

/**
 * Finds the references of an SVG image. A browser fetches them when the image is
 * a document, in an `<object>`, or inlined. In an `<img>` it fetches nothing.
 *
 * @param text without a byte-order mark.
 * @param onBrokenSpot called for spots in stylesheets that browsers skip or misread.
 * @throws {ReferencesUnreadableError}
 */
export function findSvgReferences(text: string, onBrokenSpot: (spot: BrokenSpot) => void = () => {}): FoundReference[] {
  const references: FoundReference[] = [];
  const open: Element[] = [ROOT];
  let entities = PREDEFINED_ENTITIES;

  for (const token of xmlTokens(text)) {
    const parent = open.at(-1) as Element;
    if (token.type === 'doctype') entities = declaredEntities(text.slice(token.start, token.end));
    else if (token.type === 'instruction') {
      if (open.length === 1) addStylesheet(token);
    } else if (token.type === 'tag') {
      const element = addTag(token, parent);
      if (!token.isEmpty) open.push(element);
    } else if (token.type === 'end-tag') {
      if (parent.css) addCss(parent.css);
      if (open.length > 1) open.pop();
    } else {
      parent.css?.append(token.start, token.end, token.type);
    }
  }
  return references;

  function addTag({ name, attributes, isEmpty }: Extract<XmlToken, { type: 'tag' }>, parent: Element): Element {
    const namespaces = namespacesOf(attributes, parent.namespaces);
    const { prefix, local } = splitName(name);
    const element: Element = { namespace: namespaces.get(prefix), name: local, namespaces };
    const isStyle = local === 'style' && (element.namespace === SVG || element.namespace === XHTML);
    if (isStyle && !isEmpty) element.css = new XmlText(text, entities);
    if (element.namespace === SVG) addSvgAttributes(element, attributes, parent);
    else if (element.namespace === XHTML) addHtmlAttributes(element, attributes);
    return element;
  }

  function namespacesOf(attributes: readonly XmlAttribute[], inherited: Element['namespaces']): Element['namespaces'] {
    const declarations = attributes.filter(({ name }) => name === 'xmlns' || name.startsWith('xmlns:'));
    if (declarations.length === 0) return inherited;
    return new Map([...inherited, ...declarations.map((each) => [each.name.slice('xmlns:'.length), decode(each).value.trim()] as const)]);
  }

  function addSvgAttributes(element: Element, attributes: readonly XmlAttribute[], parent: Element): void {
    const animated = ANIMATIONS.has(element.name) ? attributes.find(({ name }) => name === 'attributeName') : undefined;
    const animatedName = animated && decode(animated).value.trim();
    for (const attribute of attributes) {
      if (isHref(attribute.name, element)) {
        addUrl(decode(attribute), kindOfHref(element));
      } else if (CSS_ATTRIBUTES.has(attribute.name)) addCssAttribute(attribute);
      else if (animatedName !== undefined && ANIMATED_VALUES.has(attribute.name)) addAnimated(attribute, animatedName, element, parent);
    }
  }

  function addAnimated(attribute: XmlAttribute, animatedName: string, element: Element, parent: Element): void {
    if (CSS_ATTRIBUTES.has(animatedName)) {
      addCssAttribute(attribute);
      return;
    }
    const value = decode(attribute);
    if (!isHref(animatedName, element)) return;
    const kind = kindOfHref(parent);
    if (attribute.name !== 'values') addUrl(value, kind);
    else for (const { 0: url, index } of value.value.matchAll(/[^;\s](?:[^;]*[^;\s])?/g)) addUrl(value, kind, index, index + url.length);
  }

  function addHtmlAttributes({ name: element }: Element, attributes: readonly XmlAttribute[]): void {
    const rel = attributes.find(({ name }) => name === 'rel');
    for (const attribute of attributes) {
      const { name } = attribute;
      if (urlAttributesInHtml(element).includes(name)) addUrl(decode(attribute), 'url');
      else if (name === 'href' && element === 'a') addUrl(decode(attribute), 'page');
      else if (name === 'style') addCssAttribute(attribute);
      else if (name === 'srcset' && (element === 'img' || element === 'source')) {
        const value = decode(attribute);
        for (const [start, end] of urlRangesOfSrcset(value.value)) addUrl(value, 'url', start, end);
      } else if (name === 'href' && element === 'link' && rel && isFetchedForPage(decode(rel).value)) addUrl(decode(attribute), 'url');
    }
  }

  /** Reads `<?xml-stylesheet href="…"?>` (https://www.w3.org/TR/xml-stylesheet/). */
  function addStylesheet({ start, end }: Range): void {
    const instruction = text.slice(start, end);
    if (!/^xml-stylesheet\s/.test(instruction)) return;
    for (const { 1: name, 2: value = '', index, 0: whole } of instruction.matchAll(PSEUDO_ATTRIBUTE)) {
      if (name !== 'href') continue;
      const valueStart = start + index + whole.length - value.length + 1;
      addUrl(new XmlText(text, PREDEFINED_ENTITIES).append(valueStart, valueStart + value.length - 2, 'attribute'), 'url');
    }
  }

  function decode({ start, end }: Range): XmlText {
    return new XmlText(text, entities).append(start, end, 'attribute');
  }

  function addUrl(value: XmlText, kind: 'url' | 'page', start = 0, end = value.value.length): void {
    const url = value.value.slice(start, end);
    const { isCdata: _, ...range } = value.rangeInFile(start, end);
    references.push({ kind, notation: 'xml', url, ...range });
  }

  /** Skips values without a function, which have no URL. */
  function addCssAttribute(attribute: Range): void {
    const css = decode(attribute);
    if (css.value.includes('(')) addCss(css);
  }

  function addCss(css: XmlText): void {
    for (const reference of findCssReferences(css.value, ({ offset, why }) => onBrokenSpot({ offset: css.offsetOf(offset), why }))) {
      const { isCdata, ...range } = css.rangeInFile(reference.start, reference.end);
      references.push({ ...reference, ...range, notation: isCdata ? reference.notation : inXml(reference.notation) });
    }
  }
}

const PSEUDO_ATTRIBUTE = /\s([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/g;

/** Whether an attribute is `href`, or `xlink:href` with any prefix. */
function isHref(attribute: string, { namespaces }: Element): boolean {
  if (attribute === 'href') return true;
  const { prefix, local } = splitName(attribute);
  return local === 'href' && prefix !== '' && namespaces.get(prefix) === XLINK;
}

/** An `<a>` names a page. A browser fetches all other URLs with the image. */
function kindOfHref({ name }: Element): 'url' | 'page' {
  return name === 'a' ? 'page' : 'url';
}

function splitName(name: string): { prefix: string; local: string } {
  const colon = name.indexOf(':');
  return colon === -1 ? { prefix: '', local: name } : { prefix: name.slice(0, colon), local: name.slice(colon + 1) };
}

function inXml(notation: Notation): Notation {
  switch (notation) {
    case 'string':
      return 'xml-string';
    case 'css-url':
      return 'xml-css-url';
    default:
      return 'xml-comment';
  }
}
