import type { FileLink } from './file-link';
import { timingsOf } from './file-timing';
import type { LinkMode } from './link-mode';
import { totalsOf, type VisitTotals } from './visit-totals';

const TIMEOUT_MS = 30_000;

/**
 * Visits a page that holds nothing but the files, in a frame out of sight, and
 * reads what the browser recorded about them.
 *
 * @param run goes into the files' URLs as a query: a new one makes them files
 * that this browser has never seen, so that the first visit is a real one.
 * @throws {Error} when a file did not load.
 */
export async function measureVisit(mode: LinkMode, run: string, files: readonly FileLink[]): Promise<VisitTotals> {
  const frame = createHiddenFrame();
  try {
    await navigate(frame, `/visit/${mode}?run=${run}`);
    const timings = timingsOf(frame.contentWindow?.performance.getEntriesByType('resource') ?? [], files);
    const loaded = new Set(timings.map(({ path }) => path));
    const missing = files.filter(({ path }) => !loaded.has(path));
    if (missing.length > 0) throw new Error(`${missing.map(({ path }) => path).join(', ')} did not load.`);
    return totalsOf(timings);
  } finally {
    frame.remove();
  }
}

function createHiddenFrame(): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.title = 'A visit that is being measured';
  frame.tabIndex = -1;
  frame.ariaHidden = 'true';
  // Off-screen instead of `hidden`: some browsers skip images in a frame without a layout.
  frame.className = 'measured-frame';
  return frame;
}

/** Resolves at the frame's `load` event, which waits for all that its HTML links. */
function navigate(frame: HTMLIFrameElement, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${url} took longer than ${TIMEOUT_MS / 1000} seconds.`)), TIMEOUT_MS);
    frame.addEventListener('load', () => {
      clearTimeout(timer);
      resolve();
    });
    frame.src = url;
    document.body.append(frame);
  });
}
