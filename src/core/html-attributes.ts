const SRC = ['src'];

/** The attributes that hold one URL, which a browser fetches for the page (HTML Standard). `<link>` and SVG have other rules. */
const URL_ATTRIBUTES: Readonly<Record<string, readonly string[] | undefined>> = {
  // An element may have a name of `Object.prototype`.
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

export function urlAttributesInHtml(element: string): readonly string[] {
  return URL_ATTRIBUTES[element] ?? [];
}

/** The `rel` of a `<link>` that a browser fetches for this page or the next (HTML Standard, "Link types"). */
const FETCHED = /(^|\s)(stylesheet|(module)?preload|prefetch|((apple-touch|mask)-)?icon(-precomposed)?|manifest)(\s|$)/i;

export function isFetchedForPage(rel: string): boolean {
  return FETCHED.test(rel);
}

export function urlsOfSrcset(srcset: string): string[] {
  return urlRangesOfSrcset(srcset).map(([start, end]) => srcset.slice(start, end));
}

/**
 * Finds the URLs of a `srcset` (HTML Standard, "parse a srcset attribute"). A URL
 * ends at white space, since it may contain commas.
 *
 * Reads character by character: `verify` reads pages of other people, who could
 * make a regular expression run for hours.
 */
export function urlRangesOfSrcset(srcset: string): [start: number, end: number][] {
  const ranges: [start: number, end: number][] = [];
  for (let start = skipSeparators(srcset, 0); start < srcset.length; ) {
    const end = skipUrl(srcset, start);
    const urlEnd = withoutCommas(srcset, end);
    ranges.push([start, urlEnd]);
    // The next URL follows a comma; other text before the next comma describes this one.
    start = skipSeparators(srcset, urlEnd < end ? end : skipDescriptors(srcset, end));
  }
  return ranges;
}

/** White space in HTML. */
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

/** Stops at a comma outside of parentheses, which may stay open to the end. */
function skipDescriptors(text: string, start: number): number {
  let isInParentheses = false;
  let index = start;
  for (; index < text.length && (isInParentheses || text[index] !== ','); index++) {
    if (text[index] === '(') isInParentheses = true;
    else if (text[index] === ')') isInParentheses = false;
  }
  return index;
}
