// One visit of a page over an emulated connection.

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
  const page = await profile.newPage();
  const devTools = await profile.newCDPSession(page);
  const bytesPerSecond = (CONNECTION.megabits * 1_000_000) / 8;
  await devTools.send('Network.enable');
  await devTools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: CONNECTION.latency,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
  const measured = measureTraffic(devTools);
  proxy.takeRequests();
  await page.goto(`${proxy.origin}/`, { waitUntil: 'load' });
  await page.evaluate(() => document.fonts.ready);
  await page.waitForLoadState('networkidle');
  const requests = proxy.takeRequests();
  await page.close();
  const failed = requests.filter((request) => !/^(?:200|304) /.test(request));
  if (failed.length > 0) throw new Error(`${proxy.origin}: ${failed.join(', ')}`);
  return { ...measured(), requests: requests.filter((request) => !/^\d+ \/$/.test(request)).length };
}

function measureTraffic(devTools) {
  let startedAt;
  let endedAt = 0;
  let bytes = 0;
  devTools.on('Network.requestWillBeSent', ({ timestamp }) => {
    startedAt ??= timestamp;
  });
  devTools.on('Network.loadingFinished', ({ timestamp, encodedDataLength }) => {
    endedAt = Math.max(endedAt, timestamp);
    bytes += encodedDataLength;
  });
  return () => ({ time: endedAt - startedAt, bytes });
}
