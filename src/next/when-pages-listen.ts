import { sinceRendered } from '../core/shared-globals.js';
import { keepRunning } from '../pipeline/watcher.js';

/** How long after it was rendered a page may not have begun to listen. */
const DEAF_MS = 5000;

/** How long it is given to begin, from the edit on, and from when the last page was rendered. */
const DELAY_MS = 2000;

/** An app that goes on rendering, such as one that asks for data again and again, is told all the same. */
const LONGEST_DELAY_MS = 10_000;

/**
 * Next's hot update does not reach a page that is just being loaded: the page
 * asks to be told of changes, and what has changed since it was rendered, but
 * before that, is never told (seen with Turbopack in Next 15 and 16:
 * vercel/next.js#98215). What has changed after an edit in `public/` is a whole
 * manifest, so the next edit mends it; this is in place of one. It can go when
 * the oldest Next that is supported tells such a page.
 *
 * @param tell changes what the bundler watches once more.
 * @returns to be called after each edit. Where the pages have been open for a
 * while, it does nothing.
 */
export function whenPagesListen(tell: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let edited = 0;
  const wait = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds).unref();
  };
  const act = () => {
    const left = DELAY_MS - sinceRendered();
    // An update in the midst of a page's start would be an error of Next's own there.
    if (left > 0 && performance.now() - edited < LONGEST_DELAY_MS) return wait(left);
    timer = undefined;
    // On a full disk it fails: the next edit tries it again.
    keepRunning(tell);
  };
  return () => {
    edited = performance.now();
    if (timer !== undefined || sinceRendered() <= DEAF_MS) wait(DELAY_MS);
  };
}
