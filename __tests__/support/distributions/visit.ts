import type { BrowserContext, Page } from 'playwright-core';
import { recordMessages } from '../browser';
import type { RecordingProxy } from '../proxy';
import { takeScreenshot } from '../screenshots';
import { ALWAYS_PLAIN, MESSAGES_OF_THE_MACHINE } from './pages';

/** The result of opening a page in a new tab. */
export interface Visit {
  /** The requested files in the order of the answers, without the page, Next's own files, and files with a fixed name. */
  asked: readonly RecordingProxy['seen'][number][];
  /** The console messages and errors of the page. */
  messages: readonly string[];
  screenshot: Buffer;
  /** Faces that text is set in, sorted. */
  fonts: readonly string[];
  images: { all: number; broken: number };
}

export interface VisitOptions {
  /** Selector of an element that exists when the page is rendered. Default: no waiting. */
  shows?: string;
  /** Requests that the test lets fail. Default: none. */
  without?: RegExp;
  /** Further actions on the page. */
  act?: (page: Page) => Promise<unknown>;
}

/** Opens a page in a new tab, waits until it is rendered in full, and takes its picture. */
export async function visit(context: BrowserContext, proxy: RecordingProxy, path: string, options: VisitOptions = {}): Promise<Visit> {
  const { shows, without, act } = options;
  const page = await context.newPage();
  const messages = recordMessages(page);
  if (without) await page.route(without, (route) => route.abort());
  proxy.seen.length = 0;
  await page.goto(proxy.origin + path, { waitUntil: 'networkidle' });
  if (shows) await page.waitForSelector(shows, { state: 'attached' });
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.allSettled([...document.images].map((image) => image.decode()));
    // The second frame paints what the first one still had to lay out.
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  });
  await act?.(page);
  const state = await page.evaluate(() => ({
    fonts: [...document.fonts]
      .filter(({ status }) => status === 'loaded')
      .map(({ family, weight, style }) => `${family.replaceAll('"', '')} ${weight.replace('normal', '400')} ${style}`)
      .sort(),
    images: { all: document.images.length, broken: [...document.images].filter(({ naturalWidth }) => naturalWidth === 0).length },
  }));
  const screenshot = await takeScreenshot(page);
  await page.close();
  return {
    asked: proxy.seen.filter((seen) => seen.path !== path && !isOfNext(seen.path) && !ALWAYS_PLAIN.includes(seen.path)),
    messages: messages.filter((message) => !MESSAGES_OF_THE_MACHINE.some((known) => known.test(message))),
    screenshot,
    ...state,
  };
}

/** Leaves out the files that the package has put there. */
function isOfNext(path: string): boolean {
  return path.startsWith('/_next/') && !path.includes('smart-cache');
}
