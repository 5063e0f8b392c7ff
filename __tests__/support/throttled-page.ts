import type { BrowserContext, Page } from 'playwright-core';

/** A connection that Chromium's DevTools emulate. */
interface Connection {
  roundTripMilliseconds: number;
  downKilobits: number;
  upKilobits: number;
}

interface ThrottledPage {
  page: Page;
  /** Returns the time from the first request to the last byte, and the bytes received, headers included. */
  measure(): { milliseconds: number; bytes: number };
}

/** Opens a tab over an emulated connection. */
export async function openThrottledPage(profile: BrowserContext, connection: Connection): Promise<ThrottledPage> {
  const page = await profile.newPage();
  const devTools = await profile.newCDPSession(page);
  await devTools.send('Network.enable');
  await devTools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: connection.roundTripMilliseconds,
    downloadThroughput: (connection.downKilobits * 1000) / 8,
    uploadThroughput: (connection.upKilobits * 1000) / 8,
  });
  let startedAt: number | undefined;
  let endedAt = 0;
  let bytes = 0;
  devTools.on('Network.requestWillBeSent', ({ timestamp }) => {
    startedAt ??= timestamp;
  });
  devTools.on('Network.loadingFinished', ({ timestamp, encodedDataLength }) => {
    endedAt = Math.max(endedAt, timestamp);
    bytes += encodedDataLength;
  });
  return { page, measure: () => ({ milliseconds: (endedAt - (startedAt ?? 0)) * 1000, bytes }) };
}
