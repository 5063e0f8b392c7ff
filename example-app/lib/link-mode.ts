/** How a page links the files of `public/`: by hashed URL, or by the plain path, as one would without this package. */
export type LinkMode = 'hashed' | 'plain';

/** The page that is linked in this mode. */
export const PAGE_OF_MODE: Record<LinkMode, string> = { hashed: '/', plain: '/plain' };

export function isLinkMode(text: string): text is LinkMode {
  return Object.hasOwn(PAGE_OF_MODE, text);
}
