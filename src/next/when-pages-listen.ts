import { RENDERED_AT, type WithRenderedAt } from '../core/render-manifest.js';

/** How long after it was rendered a page may not have begun to listen. */
const DEAF_MS = 5000;

/** How long it is given to begin, from the edit on, and from when the last page was rendered. */
const DELAY_MS = 2000;

/**
 * Next's hot update does not reach a page that is just being loaded: the page
 * asks to be told of changes, and what has changed since it was rendered, but
 * before that, is never told (seen with Turbopack in Next 15 and 16:
 * vercel/next.js#98215). What has changed after an edit in `public/` is a whole
 * manifest, so the next edit mends it; this is in place of one.
 *
 * @param tell changes what the bundler watches once more.
 * @returns to be called after each edit. Where the pages have been open for a
 * while, it does nothing.
 */
export function whenPagesListen(tell: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds).unref();
  };
  const act = () => {
    const left = DELAY_MS - sinceRendered();
    // An update in the midst of a page's start would be an error of Next's own there.
    if (left > 0) return wait(left);
    timer = undefined;
    tell();
  };
  return () => {
    if (timer !== undefined || sinceRendered() <= DEAF_MS) wait(DELAY_MS);
  };
}

/** Of any page, in milliseconds. */
function sinceRendered(): number {
  return Date.now() - ((globalThis as WithRenderedAt)[RENDERED_AT] ?? 0);
}
