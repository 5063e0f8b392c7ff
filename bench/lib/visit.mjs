// One visit of a page over an emulated connection.
import { openThrottledPage } from './from-tests.mjs';

/** The connection that Chromium's DevTools emulate: milliseconds of a round trip, and megabits per second in both directions. */
export const CONNECTION = { latency: 150, megabits: 9 };

/**
 * Opens the start page in a new tab, until nothing is on its way any more.
 *
 * @param profile the browser context whose cache to use.
 * @param proxy in front of the server; it counts the requests.
 * @returns seconds until the last byte, requests besides the page, and bytes received.
 * @throws {Error} if an answer is neither success nor "not modified".
 */
export async function visit(profile, proxy) {
  const kilobits = CONNECTION.megabits * 1000;
  const { page, measure } = await openThrottledPage(profile, {
    roundTripMilliseconds: CONNECTION.latency,
    downKilobits: kilobits,
    upKilobits: kilobits,
  });
  proxy.takeRequests();
  await page.goto(`${proxy.origin}/`, { waitUntil: 'load' });
  await page.evaluate(() => document.fonts.ready);
  await page.waitForLoadState('networkidle');
  const requests = proxy.takeRequests();
  await page.close();
  const failed = requests.filter((request) => !/^(?:200|304) /.test(request));
  if (failed.length > 0) throw new Error(`${proxy.origin}: ${failed.join(', ')}`);
  const { milliseconds, bytes } = measure();
  return { time: milliseconds / 1000, bytes, requests: requests.filter((request) => !/^\d+ \/$/.test(request)).length };
}
