const SRC = ['src'];
const HREF = ['href', 'xlinkHref'];

/** Stands for the `<img>` of `next/image`, which its optimizer reads from this server, or from hosts that the app lists. */
export const NEXT_IMAGE = 'next/image';

/**
 * The attributes whose URL a browser fetches for the page, by element, as React
 * names both (HTML Standard; SVG 2, section 5.5). A `<link>` counts only if
 * {@link isFetchedForPage} says so. `<a>`, `<area>`, `<form>` and `<iframe>`
 * name pages, whose URLs people keep.
 */
export const FETCHED_ATTRIBUTES: ReadonlyMap<string, readonly string[]> = /* @__PURE__ */ new Map([
  ['audio', SRC],
  ['embed', SRC],
  ['image', HREF],
  ['img', ['src', 'srcSet']],
  ['input', SRC],
  ['link', ['href', 'imageSrcSet']],
  [NEXT_IMAGE, SRC],
  ['object', ['data']],
  ['script', SRC],
  ['source', ['src', 'srcSet']],
  ['track', SRC],
  ['use', HREF],
  ['video', ['src', 'poster']],
]);

/** Whether an attribute holds several URLs, each with a description (HTML Standard, "srcset"). */
export function isSrcset(attribute: string): boolean {
  return /srcset$/i.test(attribute);
}

/** The attributes of an HTML element that hold one URL each. `<link>` and the elements of SVG have rules of their own. */
export function urlAttributesInHtml(element: string): readonly string[] {
  const attributes = FETCHED_ATTRIBUTES.get(element) ?? [];
  return element === 'link' || attributes === HREF ? [] : attributes.filter((name) => !isSrcset(name));
}

/** What a `<link>` must be for a browser to fetch it for the page that has it, or that is likely to come next (HTML Standard, "Link types"). */
const FETCHED = /^(?:stylesheet|preload|modulepreload|prefetch|icon|apple-touch-icon(?:-precomposed)?|mask-icon|manifest)$/;

/** Whether a `rel` has a browser fetch the file for this page or the next. What other links lead to, people and feed readers keep. */
export function isFetchedForPage(rel: string): boolean {
  return linkTypesOf(rel).some((type) => FETCHED.test(type));
}

/** The words of a `rel`. */
export function linkTypesOf(rel: string): string[] {
  return rel.toLowerCase().split(/\s+/);
}
