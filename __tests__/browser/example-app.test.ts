import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import committed from '../../example-app/measured-visits.json';
import { CHANGED_FILES, type ExampleApp, installExampleApp } from '../example/example-app';
import { type MeasuredVisits, measureVisits, openWholePage } from '../example/visits';
import { launchBrowser } from '../support/browser';
import type { NodeServer } from '../support/node-server';

let app: ExampleApp;
let measured: MeasuredVisits;
let server: NodeServer;
let browser: Browser;

beforeAll(async () => {
  app = installExampleApp();
  measured = await measureVisits(app, 1);
  server = await app.start();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  app?.dispose();
});

describe('the visits that the example app shows', () => {
  /** The requests for files of `public/`, without hashes, sorted. */
  const publicFiles = (requests: readonly string[]) =>
    requests
      .filter((request) => /^\d+ \/(css|img|js|vendor)\//.test(request))
      .map((request) => request.replace(/\.[0-9a-f]{10}(?=\.\w+$)/, ''))
      .sort();

  it('loads at least 40 public files on a first visit, the same with plain and with hashed URLs', () => {
    const { plain, hashed } = measured.requests.first;
    expect(publicFiles(plain).length).toBeGreaterThanOrEqual(40);
    expect(publicFiles(hashed)).toEqual(publicFiles(plain));
    expect(hashed).toHaveLength(plain.length);
  });

  it('transfers fewer bytes with hashed URLs on a first visit, since the build compresses them more', () => {
    const { plain, hashed } = measured.measurement.visits.first;
    expect(hashed.bytes / plain.bytes).toBeLessThan(0.98);
  });

  it('requests the page alone on a repeat visit with hashed URLs, and every file with plain URLs', () => {
    expect(measured.requests.repeat.hashed).toEqual(['304 /']);
    const allNotModified = publicFiles(measured.requests.first.plain).map((request) => request.replace('200', '304'));
    expect(publicFiles(measured.requests.repeat.plain)).toEqual(allNotModified);
  });

  it('requests the changed files alone after a deploy with hashed URLs, and every file with plain URLs', () => {
    const changed = CHANGED_FILES.map((file) => `200 ${file}`);
    expect(publicFiles(measured.requests.deploy.hashed)).toEqual(changed);
    const plain = publicFiles(measured.requests.deploy.plain);
    expect(plain).toHaveLength(publicFiles(measured.requests.first.plain).length);
    expect(plain.filter((request) => !request.startsWith('304'))).toEqual(changed);
  });

  it('shows the figures of these visits: "npm run measure:example" writes them', () => {
    const now = measured.measurement;
    expect(committed).toMatchObject({ connection: now.connection, changedFiles: now.changedFiles });
    for (const kind of ['first', 'repeat', 'deploy'] as const) {
      for (const mode of ['plain', 'hashed'] as const) {
        const [shown, real] = [committed.visits[kind][mode], now.visits[kind][mode]];
        expect([kind, mode, shown.requests]).toEqual([kind, mode, real.requests]);
        // The order of the requests decides how well HTTP/2 compresses their headers.
        expect(Math.abs(shown.bytes - real.bytes)).toBeLessThan(500 + 0.05 * real.bytes);
      }
    }
  });
});

const SCREENS = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

describe.each(['/', '/plain'])('the page %s of the example app', (path) => {
  describe.each(Object.entries(SCREENS))('on a %s', (_, viewport) => {
    let page: Page;
    beforeAll(async () => {
      page = await openPage(path, viewport);
    });
    afterAll(() => page?.close());

    it.each(['light', 'dark'] as const)('has no accessibility violations in %s mode', async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      expect(await findViolations(page)).toEqual([]);
    });

    it('fits the width of the screen, and no text covers another', async () => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
      expect(await page.evaluate(findOverlaps)).toEqual([]);
    });
  });
});

describe('the example app', () => {
  it('reports a repeat visit as no requests for public files', async () => {
    const context = await browser.newContext();
    for (const expected of [/^[1-9]\d* requests for \d+ files/, /^0 requests for \d+ files, 0 B/]) {
      const page = await context.newPage();
      await openWholePage(page, server.origin);
      expect(await page.textContent('#this-visit [role=status]')).toMatch(expected);
      await page.close();
    }
    await context.close();
  });

  it('opens a postcard, shows the next one, and returns, by the keyboard', async () => {
    const page = await openPage('/');
    await page.focus('.postcard');
    await page.keyboard.press('Enter');
    const caption = page.locator('.lightbox figcaption');
    const first = await caption.textContent();
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('ArrowRight');
    expect(await caption.textContent()).not.toBe(first);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.lightbox', { state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('postcard');
    await page.close();
  });

  it('opens an answer by the keyboard', async () => {
    const page = await openPage('/');
    await page.focus('.accordion-button');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.accordion-collapse.show');
    expect(await findViolations(page)).toEqual([]);
    await page.close();
  });

  it('shows the focus on every element that the Tab key reaches', async () => {
    const page = await openPage('/');
    const reached: string[] = [];
    const unmarked: string[] = [];
    for (;;) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const element = document.activeElement ?? document.body;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const isMarked = outlineStyle !== 'none' && outlineWidth !== '0px';
        return { isEnd: element === document.body, isMarked, html: element.outerHTML.slice(0, 100), text: element.textContent };
      });
      if (focused.isEnd) break;
      reached.push(focused.text ?? '');
      if (!focused.isMarked) unmarked.push(focused.html);
    }
    expect(reached[0]).toBe('Skip to content');
    // The links, the list of files, the postcards, the map and the answers.
    expect(reached.length).toBeGreaterThan(30);
    expect(unmarked).toEqual([]);
    await page.close();
  });
});

async function openPage(path: string, viewport = SCREENS.desktop): Promise<Page> {
  // A colour in transition has another contrast than before and after.
  const page = await browser.newPage({ viewport, reducedMotion: 'reduce' });
  await openWholePage(page, server.origin + path);
  return page;
}

/** One line per rule of axe that the page violates, with the elements. */
async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`);
}

/** Pairs of texts that cover each other. Runs in the page. */
function findOverlaps(): string[] {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const boxes: { text: string; box: DOMRect }[] = [];
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim();
    // A map and a formula place their texts themselves. A list that scrolls hides the texts outside.
    if (!text || !element?.checkVisibility() || element.closest('script, .visually-hidden, .skip-link, .island-map, .katex, .files'))
      continue;
    range.selectNodeContents(node);
    boxes.push(...[...range.getClientRects()].map((box) => ({ text, box })));
  }
  return boxes.flatMap(({ text, box }, index) =>
    boxes
      .slice(index + 1)
      .filter(
        ({ box: other }) =>
          Math.min(box.right, other.right) - Math.max(box.left, other.left) > 2 &&
          Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 8,
      )
      .map((other) => `${text} / ${other.text}`),
  );
}
