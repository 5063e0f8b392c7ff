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
