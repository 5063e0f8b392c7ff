/** How a page links the files of `public/`: by their hashed URLs, or by their plain paths, as Next does without this package. */
export type LinkMode = 'hashed' | 'plain';

/** The page that uses this mode. */
export const PAGE_OF_MODE: Record<LinkMode, string> = { hashed: '/', plain: '/plain' };
