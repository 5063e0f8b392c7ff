import type { Page } from 'playwright-core';

/** @param complaints those that `recordComplaints` has recorded of this page, which must still be open. */
export async function expectNoComplaints(page: Page, complaints: readonly string[], status = 200): Promise<void> {
  expect(await findComplaints(page, complaints, status)).toEqual([]);
}

/**
 * Returns the complaints that this package may have caused.
 *
 * @param status of the page: the browser reports a page with an error status as one that failed to load.
 */
export async function findComplaints(page: Page, complaints: readonly string[], status = 200): Promise<string[]> {
  const used = await findUsedUrls(page);
  const ofPage = `(${page.url()})`;
  const isStatus = (complaint: string) => status !== 200 && complaint.includes(`status of ${status}`) && complaint.endsWith(ofPage);
  return complaints.filter((complaint) => !isStatus(complaint) && !isOfNext(complaint) && !isLatePreload(complaint, used));
}

/** Whether Next prints the complaint with and without this package. */
export function isOfNext(complaint: string): boolean {
  // `next dev` of Next 15, when a page of the Pages Router is reloaded while it is told of an edit.
  if (complaint.startsWith('uncaught: Invariant: attempted to hard navigate to the same URL')) return true;
  // `next dev`, of an app with both routers, on a page of the Pages Router.
  return /^warning: \[HMR\] Invalid message: \{"(?:type|action)":"isrManifest"/.test(complaint);
}

/** On a busy machine, an element can be rendered seconds after its preload, and the browser warns. A preload that no element uses stays a complaint. */
function isLatePreload(complaint: string, used: readonly string[]): boolean {
  const url = /^warning: The resource (\S+) was preloaded using link preload but not used/.exec(complaint)?.[1];
  return url !== undefined && used.includes(url);
}

/** The absolute URLs that images, scripts, stylesheets and icons of a page load. In development, the page may reload at any moment. */
async function findUsedUrls(page: Page): Promise<string[]> {
  for (;;) {
    try {
      return await page.evaluate(() => [
        ...[...document.images].flatMap(({ src, currentSrc }) => [src, currentSrc]),
        ...[...document.scripts].map(({ src }) => src),
        ...[...document.querySelectorAll<HTMLLinkElement>('link:is([rel~=stylesheet], [rel~=icon])')].map(({ href }) => href),
      ]);
    } catch (error) {
      if (!String(error).includes('context was destroyed')) throw error;
      await page.waitForLoadState();
    }
  }
}
