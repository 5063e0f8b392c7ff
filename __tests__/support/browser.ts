import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { oneAtATime } from './one-at-a-time';

const SYSTEM_BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A slow machine compiles a page of `next dev` in this time. Playwright waits for 30 seconds by default. */
const TIMEOUT_MS = 120_000;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  // WebGL without a GPU: Chromium means to stop falling back to it unasked.
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Painting in parts can change some pixels at the edges of the parts.
  '--disable-partial-raster',
];

/**
 * Chromium: the one named by `CHROMIUM_PATH`, the system's, or the one that npm installed.
 *
 * @param flags command-line flags that this test needs besides those of all tests.
 */
export async function launchBrowser(flags: readonly string[] = []): Promise<Browser> {
  const system = [process.env.CHROMIUM_PATH, ...SYSTEM_BROWSERS].find((file) => file && fs.existsSync(file));
  const browser = await chromium.launch({ executablePath: system ?? installedByNpm(), args: [...FLAGS, ...flags] });
  browser.on('context', (context) => context.setDefaultTimeout(TIMEOUT_MS));
  return browser;
}

/** Clicks an element of a page that React renders, as soon as React knows of it: before, a link loads the next page anew. */
export async function clickHydrated(page: Page, selector: string): Promise<void> {
  const element = await page.waitForSelector(selector);
  // React keeps the props of a node that it has hydrated under a key of this name, in versions 17 to 19.
  await page.waitForFunction((node) => Object.keys(node).some((key) => key.startsWith('__reactProps$')), element);
  await element.click();
}

/**
 * Where the npm package has unpacked its browser. It is ESM alone, which a
 * CommonJS test cannot import. Its own flags are left out: they put everything
 * into one process, which ends with the first window that is closed.
 */
function installedByNpm(): string {
  const script = "import chromium from '@sparticuz/chromium'; process.stdout.write(await chromium.executablePath());";
  // It unpacks into the temporary folder, and takes a file that is there for a whole one.
  return oneAtATime('browser', () =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: __dirname, encoding: 'utf8' }),
  );
}

/** Records the warnings and errors that the page prints or throws. A test fails on any of them. */
export function recordComplaints(page: Page): string[] {
  return recordMessages(page, (type) => ['error', 'warning'].includes(type));
}

/** Collects only some types of messages. Default: all. */
export function recordMessages(page: Page, isWanted: (type: string) => boolean = () => true): string[] {
  const messages: string[] = [];
  page.on('console', (message) => {
    if (!isWanted(message.type())) return;
    // The text does not say which resource.
    const url = message.text().startsWith('Failed to load resource') ? ` (${message.location().url})` : '';
    messages.push(`${message.type()}: ${message.text()}${url}`);
  });
  page.on('pageerror', (error) => messages.push(`uncaught: ${error.message}`));
  return messages;
}
