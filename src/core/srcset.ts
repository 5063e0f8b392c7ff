/**
 * The URLs of a `srcset` (HTML Standard, "parse a srcset attribute"). A URL
 * ends at white space, since it may hold commas itself: `data:` ones do.
 */
export function urlsOfSrcset(srcset: string): string[] {
  const urls: string[] = [];
  let rest = srcset;
  while (true) {
    rest = rest.replace(/^[\s,]+/, '');
    const [url] = /^\S+/.exec(rest) ?? [];
    if (url === undefined) return urls;
    rest = rest.slice(url.length);
    urls.push(url.replace(/,+$/, ''));
    // Behind a comma comes the next URL; all else up to the next comma describes this one.
    if (!url.endsWith(',')) rest = rest.replace(/^(?:\([^)]*\)|[^,(])*/, '');
  }
}
