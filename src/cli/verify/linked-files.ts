import { Parser } from 'htmlparser2';
import { urlsOfSrcset } from '../../core/srcset.js';
import { findCssReferencesIfAny } from '../../pipeline/references/css-references.js';
import { isFetchedForPage } from '../../pipeline/source/link-types.js';

/** A file that a page names. */
export interface LinkedFile {
  url: string;
  /** The `integrity` of its tag. */
  integrity: string | undefined;
}

/** Attributes that hold the URL of a file, by element (HTML Standard). */
const URL_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  audio: ['src'],
  embed: ['src'],
  image: ['href', 'xlink:href'],
  img: ['src'],
  input: ['src'],
  object: ['data'],
  script: ['src'],
  source: ['src'],
  track: ['src'],
  use: ['href', 'xlink:href'],
  video: ['src', 'poster'],
};

/** The files that a page names in its HTML, each once, as absolute `http:` and `https:` URLs without fragment. */
export function findLinkedFiles(html: string, pageUrl: string): LinkedFile[] {
  const found = new Map<string, LinkedFile>();
  let base = pageUrl;
  let inside: 'style' | 'importmap' | undefined;
  let text = '';

  const parser = new Parser({
    onopentag(element, attributes) {
      if (element === 'base' && base === pageUrl && attributes.href)
        base = URL.canParse(attributes.href, pageUrl) ? new URL(attributes.href, pageUrl).href : base;
      for (const name of URL_ATTRIBUTES[element] ?? []) add(attributes[name], attributes.integrity);
      if (element === 'link' && isFetchedForPage(attributes.rel ?? '')) {
        add(attributes.href, attributes.integrity);
        addAll(urlsOfSrcset(attributes.imagesrcset ?? ''));
      }
      if (element === 'img' || element === 'source') addAll(urlsOfSrcset(attributes.srcset ?? ''));
      if (attributes.style) addAll(urlsOfCss(attributes.style));
      inside =
        element === 'style'
          ? 'style'
          : element === 'script' && attributes.type?.trim().toLowerCase() === 'importmap'
            ? 'importmap'
            : undefined;
      text = '';
    },
    ontext(data) {
      if (inside) text += data;
    },
    onclosetag() {
      if (inside === 'style') addAll(urlsOfCss(text));
      else if (inside === 'importmap') addImportMap(text);
      inside = undefined;
    },
  });
  parser.end(html);
  return [...found.values()];

  function addAll(urls: readonly string[]): void {
    for (const url of urls) add(url, undefined);
  }

  function add(written: string | undefined, integrity: string | undefined): void {
    const url = written?.trim() ? toHttpUrl(written, base) : undefined;
    if (url === undefined) return;
    // A preload and its tag name the same file; one of them may lack the integrity.
    found.set(url, { url, integrity: found.get(url)?.integrity ?? (integrity || undefined) });
  }

  function addImportMap(json: string): void {
    for (const [url, integrity] of entriesOfImportMap(json)) add(url, integrity);
  }
}

/** Absolute, without fragment; `undefined` for what is not fetched over HTTP. */
export function toHttpUrl(written: string, base: string): string | undefined {
  if (!URL.canParse(written, base)) return undefined;
  const url = new URL(written, base);
  url.hash = '';
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

function urlsOfCss(css: string): string[] {
  return findCssReferencesIfAny(css)
    .filter(({ kind }) => kind !== 'source-map')
    .map(({ url }) => url);
}

/** URLs and their integrity. Keys of `integrity` are URLs too; `imports` may lead to folders, which are not fetched. */
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
