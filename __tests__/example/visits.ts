import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, recordComplaints } from '../support/browser';
import { findComplaints } from '../support/complaints';
import { type Http2Proxy, startHttp2Proxy, TRUST_FLAG } from '../support/http2-proxy';
import { openThrottledPage } from '../support/throttled-page';
import { CHANGED_FILES, type ExampleApp } from './example-app';

/** Lighthouse's slow 4G: https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md */
const CONNECTION = { downKilobits: 1600, upKilobits: 750, roundTripMilliseconds: 150 };

const PAGES = { plain: '/plain', hashed: '/' };
type Mode = keyof typeof PAGES;
const MODES: readonly Mode[] = ['plain', 'hashed'];
type VisitKind = 'first' | 'repeat' | 'deploy';

interface Visit {
  /** Status and path of each request, except those for icons. */
  requests: string[];
  /** Bytes over the network, headers included. */
  bytes: number;
  /** The time from the navigation to the last byte of the last file. */
  milliseconds: number;
}

/** The requests of the first round, and the content of `example-app/measured-visits.json`. */
export interface MeasuredVisits {
  requests: Record<VisitKind, Record<Mode, string[]>>;
  measurement: ReturnType<typeof summarise>;
}

type Rounds = Record<VisitKind, Record<Mode, Visit[]>>;

/**
 * Visits both pages of the example, each in a browser profile of its own: with
 * an empty cache, again, and after a second deploy.
 *
 * @param rounds the figures are the median of so many visits.
 * @throws {Error} if a page writes a warning or an error to its console.
 */
export async function measureVisits(app: ExampleApp, rounds: number): Promise<MeasuredVisits> {
  app.build();
  let server = await app.start();
  const proxy = await startHttp2Proxy(() => server.origin);
  const browser = await launchBrowser([TRUST_FLAG]);
  try {
    const visits: Rounds = { first: { plain: [], hashed: [] }, repeat: { plain: [], hashed: [] }, deploy: { plain: [], hashed: [] } };
    await warmUp(browser, proxy);
    const profiles: { mode: Mode; profile: BrowserContext }[] = [];
    for (let round = 0; round < rounds; round++) {
      // The modes take turns to come first.
      for (const mode of round % 2 === 0 ? MODES : MODES.toReversed()) {
        const profile = await browser.newContext();
        profiles.push({ mode, profile });
        visits.first[mode].push(await visit(profile, proxy, mode));
        visits.repeat[mode].push(await visit(profile, proxy, mode));
      }
    }
    await server.stop();
    app.edit();
    app.build();
    server = await app.start();
    for (const { mode, profile } of profiles) visits.deploy[mode].push(await visit(profile, proxy, mode));
    const requests = mapVisits(visits, ([first]) => first?.requests ?? []);
    return { requests, measurement: summarise(browser.version(), rounds, visits) };
  } finally {
    await browser.close();
    await proxy.close();
    await server.stop();
  }
}

/** Lets the server read its files for the first time, and the browser start its processes. */
async function warmUp(browser: Browser, proxy: Http2Proxy): Promise<void> {
  const page = await browser.newPage();
  for (const mode of MODES) await openWholePage(page, proxy.origin + PAGES[mode]);
  await page.close();
}

async function visit(profile: BrowserContext, proxy: Http2Proxy, mode: Mode): Promise<Visit> {
  const { page, measure } = await openThrottledPage(profile, CONNECTION);
  const recorded = recordComplaints(page);
  proxy.takeRequests();
  await openWholePage(page, proxy.origin + PAGES[mode]);
  const complaints = await findComplaints(page, recorded);
  await page.close();
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return { requests: proxy.takeRequests().filter((request) => !isForIcon(request)), ...measure() };
}

/** Whether a request is for an icon: a full Chrome requests it for the tab, a headless shell does not. */
function isForIcon(request: string): boolean {
  return /^\d+ \/(?:icon\.svg|favicon\.ico)(?:\?|$)/.test(request);
}

/** Opens a page of the example, and waits until it has loaded each file: KaTeX requests its fonts late on a busy machine. */
export async function openWholePage(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => {
    const cells = [...document.querySelectorAll('.files td')];
    return cells.length > 0 && cells.every((cell) => cell.textContent !== '–');
  });
  await page.waitForLoadState('networkidle');
}

function summarise(chromium: string, rounds: number, visits: Rounds) {
  return {
    chromium,
    rounds,
    connection: CONNECTION,
    changedFiles: CHANGED_FILES,
    visits: mapVisits(visits, (ofMode) => ({
      requests: median(ofMode.map(({ requests }) => requests.length)),
      bytes: median(ofMode.map(({ bytes }) => bytes)),
      milliseconds: Math.round(median(ofMode.map(({ milliseconds }) => milliseconds))),
    })),
  };
}

function mapVisits<T>(visits: Rounds, summary: (visits: readonly Visit[]) => T): Record<VisitKind, Record<Mode, T>> {
  const ofKind = (kind: VisitKind) => ({ plain: summary(visits[kind].plain), hashed: summary(visits[kind].hashed) });
  return { first: ofKind('first'), repeat: ofKind('repeat'), deploy: ofKind('deploy') };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
