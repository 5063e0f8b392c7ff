/** Attributes with the URL of a file that a browser fetches, by HTML element (HTML Standard). An `<a>` or an `<iframe>` names a page. */
export const HTML_URL_ATTRIBUTES: ReadonlyMap<string, readonly string[]> = new Map([
  ['audio', ['src']],
  ['embed', ['src']],
  ['img', ['src']],
  ['input', ['src']],
  ['object', ['data']],
  ['script', ['src']],
  ['source', ['src']],
  ['track', ['src']],
  ['video', ['src', 'poster']],
]);

/** What a `<link>` must be for a browser to fetch it for the page that has it, or that is likely to come next (HTML Standard, "Link types"). */
const FETCHED = new Set([
  'stylesheet',
  'preload',
  'modulepreload',
  'prefetch',
  'icon',
  'apple-touch-icon',
  'apple-touch-icon-precomposed',
  'mask-icon',
  'manifest',
]);

/** Whether a `rel` has a browser fetch the file for this page or the next. What other links lead to, people and feed readers keep. */
export function isFetchedForPage(rel: string): boolean {
  return linkTypesOf(rel).some((type) => FETCHED.has(type));
}

/** What a `rel` says, word by word. */
export function linkTypesOf(rel: string): string[] {
  return rel.toLowerCase().split(/\s+/);
}
