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
