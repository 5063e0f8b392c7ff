/**
 * The URL to use in place of a written one; `undefined`: leave it as it is.
 *
 * @param mustBeSameOrigin whether a URL on another origin, such as a CDN's, is of no use. Default: false.
 */
export type FindUrl = (written: string, mustBeSameOrigin?: boolean) => string | undefined;

export type Props = Readonly<Record<string, unknown>>;

/** Names the `<img>` of `next/image`. Its optimizer reads files from this server, or from hosts that the app lists. */
export const NEXT_IMAGE = 'next/image';

/** The properties of elements that hold URLs, as React names them (HTML Standard; SVG 2, section 5.5). An object, since a page has thousands of properties. */
const URLS: Readonly<Record<string, unknown>> = { src: 1, srcSet: 1, imageSrcSet: 1, poster: 1, data: 1, href: 1, xlinkHref: 1 };

/** Elements that name pages, whose URLs people keep, and custom elements, which do with an attribute what they like. */
const LEFT_ALONE = /^(a|area|i?frame)$|-/;

/**
 * Matches the name of an element, followed by its `type` or `rel`, if browsers
 * never load the file from another origin (SVG 2, section 5.6; HTML Standard,
 * "start-the-track-processing-model"), or only with CORS, which a CDN may not
 * allow ("fetch a module script graph"). Next takes local images from its own origin.
 */
export const SAME_ORIGIN = /^(use|track|next)|modul/;

/**
 * The props of an element with hashed URLs in the attributes that a browser
 * fetches for the page, in `url()` of its `style`, and in the text of a `<style>`.
 *
 * @param element its name, or {@link NEXT_IMAGE}.
 * @returns the same object if no property may hold such a URL, otherwise a copy.
 */
export function hashProps(element: string, props: Props, find: FindUrl): Props {
  let copy: Record<string, unknown> | undefined;
  for (const name in props) {
    const isCss = element === 'style' || name === 'style';
    if (!isCss && (URLS[name] !== 1 || LEFT_ALONE.test(element))) continue;
    // Each property is read once, as it may be a getter; and the object may be frozen, or another element's too.
    copy ??= { ...props };
    // An `integrity` says that the author knows the bytes, `data-no-hash` that the URL is to stay; a loader gets a name and no URL.
    if (copy.integrity || copy.loader || copy['data-no-hash'] != null || (element === 'link' && !isHashedLink(copy))) break;
    const value = copy[name];
    if (isCss) copy[name] = hashCss(value, find);
    else if (typeof value === 'string')
      copy[name] = name.endsWith('Set')
        ? hashSrcset(value, find)
        : (find(value, SAME_ORIGIN.test(`${element}${copy.type || copy.rel}`)) ?? value);
  }
  return copy ?? props;
}

/** Hashes the URLs that begin at the root. Text that only looks like one, such as a part of a `data:` URL, is not in the manifest. */
function hashSrcset(srcset: string, find: FindUrl): string {
  return isShort(srcset) ? srcset.replace(/(^|[\s,])(\/\S*[^\s,])/g, (_, before, url) => before + (find(url) ?? url)) : srcset;
}

/**
 * Tells whether a regular expression can read the text. V8 keeps a position for each character
 * of a long string, up to 64 MB of them, once an app has made many expressions (`RegExpStack`).
 */
const isShort = (text: string) => text.length < 1e6;

/** CSS, or an object with CSS in its properties. */
function hashCss(css: unknown, find: FindUrl): unknown {
  if (typeof css === 'string') {
    if (!isShort(css)) return css;
    return css.replace(URL_TOKEN, (written, writtenQuote, path) => {
      // From another origin, browsers load fonts, masks and filters only with CORS, which CSS cannot ask for.
      const hashed = path && find(path, true);
      // React 18 writes `&quot;` into a `<style>`, where browsers do not decode it, so no quote is added without need.
      const quote = /['()]/.test(hashed) ? '"' : writtenQuote;
      return hashed ? `url(${quote}${hashed}${quote})` : written;
    });
  }
  let hashed = css;
  for (const name in css as Props) {
    const value = (css as Props)[name];
    // Most have none, and a page may have thousands. A number is the index of a list of texts in a `<style>`: React 19
    // renders none, and React 18 puts comments between them.
    if (typeof value === 'string' && /url\(/i.test(value) && !(+name >= 0)) hashed = { ...(hashed as Props), [name]: hashCss(value, find) };
  }
  return hashed;
}

/**
 * A `url()` with a path, or a comment or a string, in which there is none (CSS Syntax
 * Level 3, section 4.3). One with escapes stays as it is. The longest path has a limit, so that
 * the time does not grow with the square of the text.
 */
const URL_TOKEN = /url\(\s*(["']?)(\/[^"\\\n]{0,499}?)\1\s*\)|\/\*.*?(\*\/|$)|"([^"\\\n]+|\\.)*"?|'([^'\\\n]+|\\.)*'?/gis;

/** Leaves a preload for `fetch()` or a worker plain, since no element holds the URL that they load. The same for one without `as` (`null`, `undefined`), whose use is unknown. */
function isHashedLink({ rel, as }: Props): boolean {
  return /stylesheet|modulep|icon|manifest|pre(load|fetch).*,(?!$|[nuw]|fetch)/i.test(`${rel},${as}`);
}

const SRC = ['src'];

/**
 * The attributes of HTML elements that hold one URL, which a browser fetches for
 * the page (HTML Standard). `<link>` and the elements of SVG have rules of their own.
 */
const URL_ATTRIBUTES: Readonly<Record<string, readonly string[] | undefined>> = {
  // No element is found by a name of `Object.prototype`.
  __proto__: null as never,
  audio: SRC,
  embed: SRC,
  img: SRC,
  input: SRC,
  object: ['data'],
  script: SRC,
  source: SRC,
  track: SRC,
  video: ['src', 'poster'],
};

/** The attributes of an HTML element that hold one URL each. */
export function urlAttributesInHtml(element: string): readonly string[] {
  return URL_ATTRIBUTES[element] ?? [];
}

/** What a `<link>` must be for a browser to fetch it for the page that has it, or that is likely to come next (HTML Standard, "Link types"). */
const FETCHED = /(^|\s)(stylesheet|(module)?preload|prefetch|((apple-touch|mask)-)?icon(-precomposed)?|manifest)(\s|$)/i;

/** Whether a `rel` has a browser fetch the file for this page or the next. What other links lead to, people and feed readers keep. */
export function isFetchedForPage(rel: string): boolean {
  return FETCHED.test(rel);
}

/** The URLs of a `srcset`: see {@link urlRangesOfSrcset}. */
export function urlsOfSrcset(srcset: string): string[] {
  return urlRangesOfSrcset(srcset).map(([start, end]) => srcset.slice(start, end));
}

/**
 * Where the URLs of a `srcset` are (HTML Standard, "parse a srcset attribute"). A URL
 * ends at white space, since it may hold commas itself: `data:` ones do.
 *
 * Character by character, in one pass: pages of other people are read too, and
 * a regular expression can be made to take hours.
 */
export function urlRangesOfSrcset(srcset: string): [start: number, end: number][] {
  const ranges: [start: number, end: number][] = [];
  for (let start = skipSeparators(srcset, 0); start < srcset.length; ) {
    const end = skipUrl(srcset, start);
    const urlEnd = withoutCommas(srcset, end);
    ranges.push([start, urlEnd]);
    // Behind a comma comes the next URL; all else up to the next comma describes this one.
    start = skipSeparators(srcset, urlEnd < end ? end : skipDescriptors(srcset, end));
  }
  return ranges;
}

/** White space of the HTML Standard. */
const SPACE: ReadonlySet<string | undefined> = new Set(['\t', '\n', '\f', '\r', ' ']);

function skipSeparators(text: string, start: number): number {
  let index = start;
  while (text[index] === ',' || SPACE.has(text[index])) index++;
  return index;
}

function skipUrl(text: string, start: number): number {
  let index = start;
  while (index < text.length && !SPACE.has(text[index])) index++;
  return index;
}

function withoutCommas(text: string, end: number): number {
  let index = end;
  while (text[index - 1] === ',') index--;
  return index;
}

/** To the comma that ends them; one in parentheses does not, and parentheses may stay open to the end. */
function skipDescriptors(text: string, start: number): number {
  let isInParentheses = false;
  let index = start;
  for (; index < text.length && (isInParentheses || text[index] !== ','); index++) {
    if (text[index] === '(') isInParentheses = true;
    else if (text[index] === ')') isInParentheses = false;
  }
  return index;
}
