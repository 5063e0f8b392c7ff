import { Tokenizer } from 'htmlparser2';
import type { Place } from '../../core/coverage.js';
import { SAME_ORIGIN } from '../../core/hash-props.js';
import { isFetchedForPage, urlAttributesInHtml, urlsOfSrcset } from '../../core/html-attributes.js';
import { findCssReferences } from './css-references.js';
import { toHttpUrl } from './find-references.js';

/** A file that a page loads. */
export interface LinkedFile {
  url: string;
  /** The `integrity` of its tag. */
  integrity: string | undefined;
  place: Place;
  /** The place in words: `<img src>`. */
  label: string;
}

const SVG_ELEMENTS: readonly string[] = ['image', 'use'];
const SVG_ATTRIBUTES: readonly string[] = ['href', 'xlink:href'];

/** Matches a URL with neither a slash nor a scheme in front (https://url.spec.whatwg.org/#relative-url-string). */
const RELATIVE = /^\s*(?![/\\]|[a-z][a-z\d+.-]*:)/i;

/** Properties for the media in a preview of the page (https://ogp.me; X, "Cards"). */
const PREVIEW = /^(?:og:(?:image|video|audio)|twitter:image)(?::(?:url|secure_url|src))?$/;

/**
 * Lists the files that the HTML of a page loads, and those that previews of the
 * page show. Each is listed once, as an absolute `http:` or `https:` URL without fragment.
 */
export function findLinkedFiles(html: string, pageUrl: string): LinkedFile[] {
  const found = new Map<string, LinkedFile>();
  const previews: string[] = [];
  const ownOrigins = new Set<string>();
  let base: string | undefined;
  readElements(html, {
    onStart(element, attributes) {
      const href = attributes.get('href');
      const isLeftAlone = attributes.has('data-no-hash');
      const tag = (place: Place, label: string) => ({
        integrity: attributes.get('integrity'),
        place: isLeftAlone ? 'no-hash' : place,
        label,
      });
      if (element === 'base' && base === undefined && href && URL.canParse(href, pageUrl)) base = new URL(href, pageUrl).href;
      for (const name of SVG_ELEMENTS.includes(element) ? SVG_ATTRIBUTES : urlAttributesInHtml(element)) {
        const place = attributes.get('integrity')
          ? 'own-integrity'
          : SAME_ORIGIN.test(element + attributes.get('type'))
            ? 'same-origin'
            : 'element';
        add(attributes.get(name), tag(place, `<${element} ${name}>`));
      }
      const rel = attributes.get('rel') ?? '';
      if (element === 'link' && isFetchedForPage(rel)) {
        const link = tag(...placeOfLink(rel, attributes));
        add(href, link);
        addAll(urlsOfSrcset(attributes.get('imagesrcset') ?? ''), link);
      }
      if (element === 'link' && /(?:^|\s)canonical(?:\s|$)/i.test(rel)) addOwnOrigin(href);
      if (element === 'img' || element === 'source')
        addAll(urlsOfSrcset(attributes.get('srcset') ?? ''), tag('element', `<${element} srcSet>`));
      const style = attributes.get('style');
      if (style) addAll(urlsOfCss(style), tag('style', 'style'));
      if (element === 'meta') {
        const property = attributes.get('property') ?? attributes.get('name') ?? '';
        if (property === 'og:url') addOwnOrigin(attributes.get('content'));
        if (PREVIEW.test(property)) previews.push(attributes.get('content') ?? '');
      }
    },
    onText(element, attributes, text) {
      const place = attributes.has('data-no-hash') ? 'no-hash' : 'style';
      if (element === 'style') addAll(urlsOfCss(text), { integrity: undefined, place, label: '<style>' });
      else if (attributes.get('type')?.trim().toLowerCase() === 'importmap') {
        for (const [url, integrity] of entriesOfImportMap(text)) add(url, { integrity, place: 'element', label: 'import map' });
      }
    },
  });
  const preview = { integrity: undefined, place: 'metadata', label: 'metadata' } as const;
  for (const content of previews) add(toOwnOrigin(content), preview);
  return [...found.values()];

  function addAll(urls: readonly string[], tag: Omit<LinkedFile, 'url'>): void {
    for (const url of urls) add(url, tag);
  }

  function add(written: string | undefined, { integrity, place, label }: Omit<LinkedFile, 'url'>): void {
    const url = written?.trim() ? toHttpUrl(written, base ?? pageUrl) : undefined;
    if (url === undefined) return;
    const known = found.get(url);
    const isRelative = (place === 'element' || place === 'same-origin') && RELATIVE.test(written ?? '');
    const where = known && rankOf(known.place) >= rankOf(place) ? known : { place: isRelative ? ('relative' as const) : place, label };
    // A preload and its tag name the same file. One of them may lack the integrity.
    found.set(url, { url, integrity: known?.integrity ?? (integrity || undefined), place: where.place, label: where.label });
  }

  function addOwnOrigin(url: string | undefined): void {
    if (url && URL.canParse(url, pageUrl)) ownOrigins.add(new URL(url, pageUrl).origin);
  }

  /** Previews need absolute URLs. Next makes them with `metadataBase`, like `canonical` and `og:url`, or with localhost. */
  function toOwnOrigin(content: string): string {
    if (!URL.canParse(content)) return content;
    const { origin, hostname, pathname, search } = new URL(content);
    return ownOrigins.has(origin) || hostname === 'localhost' ? pathname + search : content;
  }
}

/** Ranks the tag of a file above its preload: React preloads images on its own, even with `data-no-hash`. */
function rankOf(place: Place): number {
  return place === 'preload' ? 0 : place === 'no-hash' ? 1 : 2;
}

function placeOfLink(rel: string, attributes: Attributes): [Place, string] {
  if (/icon|manifest/i.test(rel)) return ['metadata', `<link rel="${rel}">`];
  if (!/preload|prefetch/i.test(rel)) return [attributes.get('integrity') ? 'own-integrity' : 'element', `<link rel="${rel}">`];
  const as = attributes.get('as') ?? '';
  const isForData = !/modulepreload/i.test(rel) && /^(?:|fetch|.*worker)$/i.test(as);
  return isForData ? ['fetch', as || `<link rel="${rel}">`] : ['preload', 'preload'];
}

type Attributes = ReadonlyMap<string, string>;

interface ElementCallbacks {
  onStart(element: string, attributes: Attributes): void;
  /** Called for `<style>` and `<script>` with their whole text. */
  onText(element: string, attributes: Attributes, text: string): void;
}

/**
 * Reads HTML tag by tag, in linear time. The `Parser` of htmlparser2 10.1.0 takes
 * quadratic time for unclosed tags: its `stack.unshift` moves all open elements
 * for each tag.
 */
function readElements(html: string, { onStart, onText }: ElementCallbacks): void {
  let element = '';
  let attributes = new Map<string, string>();
  let name = '';
  let value = '';
  /** Set inside `<style>` and `<script>`. */
  let text: string | undefined;

  const endText = () => {
    if (text !== undefined) onText(element, attributes, text);
    text = undefined;
  };
  const tokens = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      onopentagname(start, end) {
        element = html.slice(start, end).toLowerCase();
        attributes = new Map();
      },
      onattribname(start, end) {
        name = html.slice(start, end).toLowerCase();
        value = '';
      },
      onattribdata(start, end) {
        value += html.slice(start, end);
      },
      onattribentity(codePoint) {
        value += String.fromCodePoint(codePoint);
      },
      onattribend() {
        // Browsers use the first of two attributes with one name.
        if (!attributes.has(name)) attributes.set(name, value);
      },
      onopentagend() {
        onStart(element, attributes);
        if (element === 'style' || element === 'script') text = '';
      },
      onselfclosingtag() {
        onStart(element, attributes);
      },
      ontext(start, end) {
        if (text !== undefined) text += html.slice(start, end);
      },
      onclosetag: endText,
      onend: endText,
      ontextentity() {},
      oncdata() {},
      oncomment() {},
      ondeclaration() {},
      onprocessinginstruction() {},
    },
  );
  tokens.write(html);
  tokens.end();
}

function urlsOfCss(css: string): string[] {
  return findCssReferences(css)
    .filter(({ kind }) => kind !== 'source-map')
    .map(({ url }) => url);
}

/** Lists URLs with their integrity. The keys of `integrity` are URLs too. `imports` may name folders, which are not fetched. */
function entriesOfImportMap(json: string): [url: string, integrity: string | undefined][] {
  try {
    const map: unknown = JSON.parse(json);
    const integrity = Object.entries(Object(Object(map).integrity) as object);
    const imports = Object.values(Object(Object(map).imports) as object).map((url) => [url, undefined]);
    return [...integrity, ...imports].filter(
      (entry): entry is [string, string | undefined] =>
        typeof entry[0] === 'string' && !entry[0].endsWith('/') && (entry[1] === undefined || typeof entry[1] === 'string'),
    );
  } catch {
    return [];
  }
}
