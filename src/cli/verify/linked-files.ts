import { Tokenizer } from 'htmlparser2';
import { isFetchedForPage, urlAttributesInHtml } from '../../core/fetched-attributes.js';
import { urlsOfSrcset } from '../../core/srcset.js';
import { findCssReferences } from '../../pipeline/references/css-references.js';

/** A file that a page loads. */
export interface LinkedFile {
  url: string;
  /** The `integrity` of its tag. */
  integrity: string | undefined;
}

/** SVG elements in a page name files too. */
const SVG_ELEMENTS: readonly string[] = ['image', 'use'];
const SVG_ATTRIBUTES: readonly string[] = ['href', 'xlink:href'];

/** The files that a page loads by its HTML, each once, as absolute `http:` and `https:` URLs without fragment. */
export function findLinkedFiles(html: string, pageUrl: string): LinkedFile[] {
  const found = new Map<string, LinkedFile>();
  let base: string | undefined;
  readElements(html, {
    onStart(element, attributes) {
      const href = attributes.get('href');
      if (element === 'base' && base === undefined && href && URL.canParse(href, pageUrl)) base = new URL(href, pageUrl).href;
      for (const name of SVG_ELEMENTS.includes(element) ? SVG_ATTRIBUTES : urlAttributesInHtml(element))
        add(attributes.get(name), attributes.get('integrity'));
      if (element === 'link' && isFetchedForPage(attributes.get('rel') ?? '')) {
        add(href, attributes.get('integrity'));
        addAll(urlsOfSrcset(attributes.get('imagesrcset') ?? ''));
      }
      if (element === 'img' || element === 'source') addAll(urlsOfSrcset(attributes.get('srcset') ?? ''));
      const style = attributes.get('style');
      if (style) addAll(urlsOfCss(style));
    },
    onText(element, attributes, text) {
      if (element === 'style') addAll(urlsOfCss(text));
      else if (attributes.get('type')?.trim().toLowerCase() === 'importmap') {
        for (const [url, integrity] of entriesOfImportMap(text)) add(url, integrity);
      }
    },
  });
  return [...found.values()];

  function addAll(urls: readonly string[]): void {
    for (const url of urls) add(url, undefined);
  }

  function add(written: string | undefined, integrity: string | undefined): void {
    const url = written?.trim() ? toHttpUrl(written, base ?? pageUrl) : undefined;
    if (url === undefined) return;
    // A preload and its tag name the same file; one of them may lack the integrity.
    found.set(url, { url, integrity: found.get(url)?.integrity ?? (integrity || undefined) });
  }
}

type Attributes = ReadonlyMap<string, string>;

interface ElementCallbacks {
  onStart(element: string, attributes: Attributes): void;
  /** For `<style>` and `<script>`, with all of their text. */
  onText(element: string, attributes: Attributes, text: string): void;
}

/**
 * Reads HTML tag by tag, in time linear in its size. The `Parser` of
 * htmlparser2 is not used: it keeps the open elements in an array and moves
 * all of them for each tag (10.1.0, `stack.unshift`), which is quadratic where
 * tags are not closed.
 */
function readElements(html: string, { onStart, onText }: ElementCallbacks): void {
  let element = '';
  let attributes = new Map<string, string>();
  let name = '';
  let value = '';
  /** Inside of `<style>` and `<script>`. */
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
        // The first of two attributes with one name counts.
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

/** Absolute, without fragment; `undefined` for what is not fetched over HTTP. */
export function toHttpUrl(written: string, base: string): string | undefined {
  if (!URL.canParse(written, base)) return undefined;
  const url = new URL(written, base);
  url.hash = '';
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

function urlsOfCss(css: string): string[] {
  return findCssReferences(css)
    .filter(({ kind }) => kind !== 'source-map')
    .map(({ url }) => url);
}

/** URLs and their integrity. Keys of `integrity` are URLs too; `imports` may name folders, which are not fetched. */
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
