import MagicString from 'magic-string';
import { type Node, nameOf, parseSource } from '../../pipeline/source/syntax-tree.js';
import { importsOf, isBoundElsewhere } from './bindings.js';
import { insertImport, rangeOf } from './code-style.js';
import { isCommonJs } from './common-js.js';
import { findHashedLinks, type HashedLink, type RestOfApp } from './hashed-links.js';

/** One place that could link a hashed URL. */
export interface TagChange {
  /** Both from 1. */
  line: number;
  column: number;
  before: string;
  after: string;
}

/** Places in a file, and its text with all of them changed. */
export interface RewrittenTags {
  text: string;
  changes: TagChange[];
  /** Why they have to be changed by hand: the text is as it was. */
  obstacle?: string;
}

const PACKAGE = 'next-smart-cache';

/**
 * Makes `CachedScript`, `CachedStyle` and `asset()` of what links files of
 * `public/` under plain URLs. All else stays as it is written.
 *
 * A `<script>` that nothing lets run later is told to keep its place, as it
 * does without us: `async={false}`.
 *
 * @param toAssetPath the asset path that a URL means, if it is to be hashed in what it stands in.
 * @param restOfApp what the rest of it has to say.
 * @throws {SyntaxError} for what is no JavaScript or TypeScript.
 */
export async function rewriteTags(
  file: string,
  text: string,
  toAssetPath: (written: string, site: string) => string | undefined,
  restOfApp: RestOfApp = {},
): Promise<RewrittenTags> {
  const tree = await parseSource(file, text);
  const code = new MagicString(text);
  const changes: TagChange[] = [];
  /** What is to be imported, and where it is used. */
  const needed = new Map<string, Node[]>();
  const renamed = new Set<Node>();
  for (const link of findHashedLinks(file, tree, toAssetPath, restOfApp)) {
    const { component, element } = link;
    const place = (component && element) ?? link.literal;
    const [start, end] = rangeOf(place);
    if (component && element && !renamed.has(element)) {
      renamed.add(element);
      renameElement(element, component);
    }
    replaceText(link, component === undefined);
    const name = component ?? 'asset';
    needed.set(name, [...(needed.get(name) ?? []), place]);
    changes.push({
      line: link.line,
      column: link.column,
      before: excerpt(text.slice(start, end), link.written),
      after: excerpt(code.slice(start, end), link.assetPath),
    });
  }
  if (changes.length === 0) return { text, changes };
  const names = [...needed.keys()].sort();
  const taken = names.find((name) => isBoundElsewhere(tree, name, PACKAGE, needed.get(name) ?? []));
  if (taken !== undefined) return { text, changes, obstacle: `the file has something else named "${taken}"` };
  if (isCommonJs(tree)) return { text, changes, obstacle: 'the file is CommonJS, which has no import' };
  addImport(names);
  return { text: code.toString(), changes };

  function renameElement({ openingElement, closingElement }: Node, component: string): void {
    for (const named of [openingElement, closingElement]) {
      if (typeof named?.name === 'object') code.update(...rangeOf(named.name), component);
    }
    const attributes = openingElement?.attributes ?? [];
    if (component === 'CachedStyle') {
      const rel = attributes.find(({ name }) => nameOf(name) === 'rel');
      if (!rel) return;
      const [start, end] = rangeOf(rel);
      code.remove(start - (/\s*$/.exec(text.slice(0, start))?.[0].length ?? 0), end);
    } else if (!attributes.some(saysWhenItRuns)) {
      // What is spread may say otherwise, and must come behind it.
      const spread = attributes.find(({ type }) => type === 'JSXSpreadAttribute');
      const last = attributes.at(-1);
      if (spread) code.appendLeft(rangeOf(spread)[0], 'async={false} ');
      else if (last) code.appendLeft(rangeOf(last)[1], ' async={false}');
    }
  }

  function replaceText({ literal, attribute, written, assetPath }: HashedLink, isCall: boolean): void {
    const [start, end] = rangeOf(literal);
    const original = text.slice(start, end);
    const isAttribute = attribute?.value === literal;
    // An attribute's text has entities, and a string escapes: what is the same is left as it is written.
    const isSame = assetPath === written && !(isAttribute && original.includes('&'));
    const path = isSame ? original : quoted(assetPath, original);
    if (!isCall && isSame) return;
    code.update(start, end, !isCall ? path : isAttribute ? `{asset(${path})}` : `asset(${path})`);
  }

  function addImport(names: readonly string[]): void {
    const ours = importsOf(tree).filter(
      ({ source, importKind, specifiers }) =>
        source?.value === PACKAGE && importKind !== 'type' && specifiers?.every(({ type }) => type === 'ImportSpecifier'),
    );
    const specifiers = ours.flatMap((each) => each.specifiers ?? []);
    const known = new Set(specifiers.map(({ local }) => nameOf(local)));
    const missing = names.filter((name) => !known.has(name));
    const last = specifiers.at(-1);
    if (missing.length === 0) return;
    if (last) code.appendLeft(rangeOf(last)[1], `, ${missing.join(', ')}`);
    else insertImport(code, text, tree, { names: missing, module: PACKAGE });
  }
}

/** Of an attribute: whether it lets a script run later than where it stands, or says of itself that it does not. */
function saysWhenItRuns({ name, value }: Node): boolean {
  return nameOf(name) === 'async' || (nameOf(name) === 'defer' && isSet(value));
}

/** Of an attribute that is there or is not: whether it is there for certain. What is worked out at run time may come to nothing. */
function isSet(value: Node['value']): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const given = value.type === 'JSXExpressionContainer' ? value.expression?.value : value.value;
  return Boolean(given);
}

/** A string in the author's quotes. */
function quoted(value: string, original: string): string {
  const inner = JSON.stringify(value).slice(1, -1);
  return original.startsWith("'") ? `'${inner.replaceAll('\\"', '"').replaceAll("'", "\\'")}'` : `"${inner}"`;
}

const MAX_EXCERPT = 80;

/** Code on one line, and of that the start, as far as the path at least. */
function excerpt(code: string, path: string): string {
  const line = code.replace(/\s+/g, ' ');
  const endOfPath = line.indexOf(path) + `${path}"`.length;
  const end = Math.max(MAX_EXCERPT, endOfPath);
  // To leave out the `)}` of a long path alone would save nothing.
  return line.length > end + ')}'.length ? `${line.slice(0, end)}…` : line;
}
