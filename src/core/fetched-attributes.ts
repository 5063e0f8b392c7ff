const SRC = ['src'];
const SRC_AND_SRCSET = ['src', 'srcSet'];
const HREF = ['href', 'xlinkHref'];

/**
 * The attributes whose URL a browser fetches for the page, by element, as React
 * names both (HTML Standard; SVG 2, section 5.5). A `<link>` counts only if
 * {@link isFetchedForPage} says so. `<a>`, `<area>`, `<form>` and `<iframe>`
 * name pages, whose URLs people keep.
 */
export const FETCHED_ATTRIBUTES: Readonly<Record<string, readonly string[] | undefined>> = {
  // No element is found by a name of `Object.prototype`.
  __proto__: null as never,
  audio: SRC,
  embed: SRC,
  image: HREF,
  img: SRC_AND_SRCSET,
  input: SRC,
  link: ['href', 'imageSrcSet'],
  object: ['data'],
  script: SRC,
  source: SRC_AND_SRCSET,
  style: ['children', 'dangerouslySetInnerHTML'],
  track: SRC,
  use: HREF,
  video: ['src', 'poster'],
};

/** Whether an attribute holds several URLs, each with a description (HTML Standard, "srcset"). */
function isSrcset(attribute: string): boolean {
  return attribute.endsWith('Set');
}

/** The attributes of an HTML element that hold one URL each. `<link>` and the elements of SVG have rules of their own. */
export function urlAttributesInHtml(element: string): readonly string[] {
  const attributes = FETCHED_ATTRIBUTES[element] ?? [];
  return element === 'link' || attributes === HREF ? [] : attributes.filter((name) => !isSrcset(name));
}

/** What a `<link>` must be for a browser to fetch it for the page that has it, or that is likely to come next (HTML Standard, "Link types"). */
const FETCHED = /(^|\s)(stylesheet|(module)?preload|prefetch|((apple-touch|mask)-)?icon(-precomposed)?|manifest)(\s|$)/i;

/** Whether a `rel` has a browser fetch the file for this page or the next. What other links lead to, people and feed readers keep. */
export function isFetchedForPage(rel: string): boolean {
  return FETCHED.test(rel);
}
