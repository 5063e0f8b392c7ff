import { FETCHED_ATTRIBUTES, isFetchedForPage, isSrcset } from '../../core/fetched-attributes.js';
import { urlsOfSrcset } from '../../core/srcset.js';
import { findCssReferences } from '../references/css-references.js';
import { importedNames } from './imported-names.js';
import { metadataUrls } from './metadata-urls.js';
import { type Node, nameOf, parseSource, visit } from './syntax-tree.js';
import { alternativesOf, type Text, textsOf } from './written-texts.js';

/** A place in the app's source that links a URL, written out as text. */
export interface LinkedUrl {
  /** As it is written, without its quotes. */
  written: string;
  /** What it stands in, as a message names it: `<img src>`, `asset()`, `style url()`. */
  site: string;
  /** Whether it is given to this package, which looks it up. */
  isLookedUp: boolean;
  /** Both from 1. */
  line: number;
  column: number;
}

/** Components of Next that link files; their default exports may have any name. */
const NEXT_COMPONENTS: Readonly<Record<string, string>> = {
  'next/script': 'script',
  'next/image': 'img',
  'next/legacy/image': 'img',
};

const OURSELVES = 'next-smart-cache';

/** Of our own components, the attribute that is looked up. */
const OUR_COMPONENTS: ReadonlyMap<string, string> = new Map(Object.entries({ CachedScript: 'src', CachedStyle: 'href' }));

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
  for (const each of metadataUrls(tree)) add(each, { site: 'metadata', isLookedUp: false });
  return found.sort((a, b) => a.line - b.line || a.column - b.column);

  function isAssetCall({ type, callee }: Node): boolean {
    return type === 'CallExpression' && ours.exportOf(callee) === 'asset';
  }

  function addAttributes(element: Node): void {
    const { name: nameNode, attributes = [] } = element.openingElement ?? {};
    const component = ours.exportOf(nameNode) ?? '';
    const lookedUp = OUR_COMPONENTS.get(component);
    const written = nameOf(nameNode);
    const tag = ofNext.find(({ exportOf }) => exportOf(nameNode) === 'default')?.tag ?? written ?? '';
    const isKept = tag === 'link' && !mayHaveRel(attributes, isFetchedForPage);
    const linking = lookedUp ? [lookedUp] : isKept ? [] : FETCHED_ATTRIBUTES[tag];
    for (const attribute of attributes) {
      const name = nameOf(attribute.name);
      if (name === 'style') addStyle(attribute);
      if (name === undefined || !linking?.includes(name)) continue;
      const about = { site: `<${written ?? component} ${name}>`, isLookedUp: lookedUp !== undefined, element, attribute, tag };
      for (const each of textsOf(attribute.value)) {
        if (!isSrcset(name)) add(each, about);
        else for (const text of urlsOfSrcset(each.text)) add({ ...each, text }, { ...about, isPart: true });
      }
    }
  }

  /** `style={{ backgroundImage: 'url(/a.png)' }}` */
  function addStyle({ value }: Node): void {
    const properties = alternativesOf(value).flatMap((object) => object.properties ?? []);
    for (const each of properties.flatMap((property) => textsOf(property.value))) {
      for (const { kind, url } of findCssReferences(each.text)) {
        if (kind === 'url') add({ ...each, text: url }, { site: 'style url()', isLookedUp: false, isPart: true });
      }
    }
  }

  function add({ text, literal }: Text, about: Pick<LinkSite, 'site' | 'isLookedUp'> & Partial<LinkSite>): void {
    const { line, column } = literal.loc?.start ?? { line: 1, column: 0 };
    found.push({ isPart: false, ...about, written: text, literal, line, column: column + 1 });
  }
}

/** Whether a `<link>` with these attributes may have a `rel` of some kind. Of one that is worked out, or may be among what is spread, nobody knows. */
export function mayHaveRel(attributes: readonly Node[], isOfKind: (rel: string) => boolean): boolean {
  const rel = attributes.find(({ name }) => nameOf(name) === 'rel');
  if (!rel) return attributes.some(({ type }) => type === 'JSXSpreadAttribute');
  return alternativesOf(rel.value).some((value) => {
    const [known] = textsOf(value);
    return known === undefined || isOfKind(known.text);
  });
}
