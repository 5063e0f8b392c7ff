import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, Page, Route } from 'playwright-core';
import { PNG } from 'pngjs';
import { launchBrowser, recordComplaints, recordMessages } from '../support/browser';
import { isOfNext } from '../support/complaints';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';

const PAGES = ['/server', '/client', '/legacy'] as const;

/** The URL of a file of `public/` that these tests save, with its hash or without. */
const SAVED_FILE =
  /\/(?:css\/(?:first|dark|imported|loading)|font\/text|img\/(?:picture|back)|js\/(?:hot|cold|module|leaf))(?:\.[0-9a-f]{10})?\.\w+(?:\?|$)/;

declare global {
  /** The versions of the page's scripts that have run, in order. */
  var cold: number[] | undefined;
  var hot: number[] | undefined;
  var modules: string[] | undefined;
  /** The colours that the title has had, frame by frame. */
  var colors: Set<string>;
  /** A stylesheet that React does not hoist. */
  var rendered: Element | null;
  /** A property of the document, so a reload removes it. */
  var isSameDocument: true | undefined;
}

describe.each([
  { name: 'Turbopack', bundler: [], pages: PAGES },
  { name: 'webpack', bundler: ['--webpack'], pages: PAGES },
  { name: 'Next 15', line: 'previous', bundler: ['--turbopack'], pages: PAGES },
  { name: 'Next 15 and React 18', line: 'previousReact18', bundler: [], pages: ['/legacy'] },
  // Development does not link a store for these either, so an edit must change the URLs.
  { name: 'static delivery', bundler: [], pages: ['/client'], args: "{}, { delivery: 'static' }" },
  { name: "output: 'export'", bundler: [], pages: ['/server'], args: "{ output: 'export' }" },
] as const)('next dev with $name', ({ name, bundler, pages, ...rest }) => {
  let app: NextApp;
  let server: NodeServer;
  let browser: Browser;
  let version = 2;
  let fonts = 0;
  /** The rest of `loading.css`. */
  let loading: string;

  beforeAll(async () => {
    app = createApp('hot', { bundler, line: 'line' in rest ? rest.line : 'latest' });
    app.write('public/font/text.woff2', font(fonts));
    if ('args' in rest) app.write('next.config.mjs', app.read('next.config.mjs').replace(/(?<=withSmartCache\().*(?=\);)/, rest.args));
    server = await app.dev();
    // Browsers do not let scripts read a sheet of another origin, such as that of a web font.
    const foreign = server.origin.replace('localhost', '127.0.0.1');
    loading = `@import url(${foreign}/css/foreign.css);\n${app.read('public/css/loading.css')}`;
    app.write('public/css/loading.css', loading);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await app.dispose();
  });

  test('shows an edit that is saved before the page listens', async () => {
    const page = await browser.newPage();
    const held: (() => void)[] = [];
    let isHeld = false;
    await page.routeWebSocket(/hmr/, (socket) => {
      const toServer = socket.connectToServer();
      socket.onMessage((message) => {
        if (isHeld) held.push(() => toServer.send(message));
        else toServer.send(message);
      });
    });
    // This visit compiles the page, so the reload renders it just before the edit.
    await page.goto(server.origin + (pages.find((url) => url === '/client') ?? pages[0]), { timeout: 150_000 });
    isHeld = true;
    // `load` may come after the time in which the server tells of an edit once more.
    await page.reload({ waitUntil: 'commit' });
    await expectSoon(() => held.length > 0, true);
    const modules = () => app.read('.smart-cache/development/client-manifest.mjs');
    const before = modules();
    const color = `rgb(${++version}, 5, 0)`;
    app.write('public/css/first.css', `h1 { color: ${color} } h2 { color: ${color} }`);
    await expectSoon(() => modules() === before, false);
    isHeld = false;
    for (const send of held) send();
    await page.waitForFunction((color) => getComputedStyle(document.querySelector('h1') as Element).color === color, color);
    await page.close();
  });

  describe.each(pages)('%s', (url) => {
    let page: Page;
    let complaints: string[];

    beforeAll(async () => {
      page = await browser.newPage({ viewport: { width: 400, height: 400 } });
      complaints = recordComplaints(page);
      // Next compiles a page at its first request, and may reuse parts from before the last edit.
      await page.goto(server.origin + url, { timeout: 150_000 });
      await page.getByText('hydrated').waitFor({ state: 'attached' });
      await page.locator('input').fill('typed');
      await page.evaluate(() => {
        window.scrollTo(0, 1234);
        globalThis.isSameDocument = true;
        globalThis.colors = new Set();
        const look = () => {
          colors.add(getComputedStyle(document.querySelector('h1') as Element).color);
          requestAnimationFrame(look);
        };
        look();
      });
    });
    afterAll(() => page.close());

    const colorOf = (tag: string) => page.locator(tag).evaluate((element) => getComputedStyle(element).color);
    const shows = (tag: string, color: string) =>
      page.waitForFunction(
        ([tag, color]) => getComputedStyle(document.querySelector(tag as string) as Element).color === color,
        [tag, color],
      );
    const titleIs = (color: string) => app.write('public/css/first.css', `h1 { color: ${color} } h2 { color: ${color} }`);
    const expectUntouched = async () => {
      const state = () => ({ same: globalThis.isSameDocument, input: document.querySelector('input')?.value, scrolled: window.scrollY });
      expect(await page.evaluate(state)).toEqual({ same: true, input: 'typed', scrolled: 1234 });
    };

    test('swaps an edited stylesheet in place: no reload, no moment without styles, and later sheets still win', async () => {
      const before = await colorOf('h1');
      const after = `rgb(${++version}, 0, 0)`;
      titleIs(after);
      await shows('h1', after);
      expect(await page.evaluate(() => [...colors])).toEqual([before, after]);
      expect(await colorOf('h2')).toBe('rgb(2, 0, 0)');
      await expectUntouched();
    });

    test('removes what an edit removes from a stylesheet, and shows an edit that is undone', async () => {
      const before = await colorOf('h1');
      app.write('public/css/first.css', '/* nothing */');
      await shows('h1', 'rgb(0, 0, 0)');
      titleIs(before);
      await shows('h1', before);
      await expectUntouched();
    });

    test('shows the last of ten quick saves, also when an editor writes another file and renames it', async () => {
      for (let count = 0; count < 10; count++) titleIs(`rgb(0, ${count}, 0)`);
      const after = `rgb(${++version}, 0, 0)`;
      app.write('public/css/.first.css.swp', `h1 { color: ${after} }`);
      fs.renameSync(path.join(app.dir, 'public/css/.first.css.swp'), path.join(app.dir, 'public/css/first.css'));
      await shows('h1', after);
      await expectUntouched();
    });

    test('keeps only the newest sheet when a sheet is saved again before it has loaded', async () => {
      const held: Route[] = [];
      await page.route(/\/css\/first\./, (route) => void held.push(route));
      for (let count = 1; count <= 3; count++) {
        titleIs(`rgb(${++version}, 0, ${count})`);
        await expectSoon(() => held.length, count);
      }
      await page.unroute(/\/css\/first\./);
      // The page no longer waits for the replaced sheets.
      await Promise.all(held.map((route) => route.continue().catch(() => {})));
      await shows('h1', `rgb(${version}, 0, 3)`);
      const sheets = () =>
        [...document.styleSheets].filter(({ href, media }) => href?.includes('/css/first.') && matchMedia(media.mediaText).matches).length;
      expect(await page.evaluate(sheets)).toBe(1);
      await expectUntouched();
    });

    test('keeps a disabled stylesheet disabled when it is edited, and lets the page enable it as before', async () => {
      const darkIs = (color: string) => app.write('public/css/dark.css', `h4 { color: ${color} }`);
      const before = await colorOf('h4');
      const links = () => page.locator('link[href^="/css/dark."]').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
      const first = await links();
      const after = `rgb(0, 0, ${++version})`;
      await page.evaluate(() => {
        globalThis.rendered = document.querySelector('link[href^="/css/dark."]');
      });
      darkIs(after);
      await expectSoon(async () => (await links()).join() === first.join(), false);
      // The page shows a later save, so it would show this one too.
      const title = `rgb(${version}, 4, 0)`;
      titleIs(title);
      await shows('h1', title);
      expect(await colorOf('h4')).toBe(before);
      await page.getByRole('button', { name: 'Theme' }).click();
      await shows('h4', after);
      const mediaOf = () => [...document.styleSheets].map(({ href, media }) => href?.includes('/css/dark.') && media.mediaText);
      expect(await page.evaluate(mediaOf)).toContain('all');
      const last = `rgb(0, 1, ${++version})`;
      darkIs(last);
      await shows('h4', last);
      // A sheet that React mounts again is gone until it has loaded.
      expect(await page.evaluate(() => globalThis.rendered?.isConnected)).toBe(true);
      await page.getByRole('button', { name: 'Theme' }).click();
      await shows('h4', before);
      await expectUntouched();
    });

    const width = () => page.locator('main p').evaluate((text) => text.getBoundingClientRect().width);
    const widthIn = (file: Buffer) =>
      page.locator('main p').evaluate(
        async (text, source) => {
          const face = await new FontFace('After', source).load();
          document.fonts.add(face);
          const copy = Object.assign(text.cloneNode(true) as HTMLElement, { style: 'font-family: After' });
          text.after(copy);
          const { width } = copy.getBoundingClientRect();
          copy.remove();
          document.fonts.delete(face);
          return width;
        },
        `url(data:font/woff2;base64,${file.toString('base64')})`,
      );

    describe('shows an edit of a file that a stylesheet loads:', () => {
      test('of an imported stylesheet', async () => {
        const after = `rgb(${++version}, 0, 0)`;
        app.write('public/css/imported.css', `h3 { color: ${after} }`);
        await shows('h3', after);
        await expectUntouched();
      });

      test('of a font', async () => {
        const after = await widthIn(font(++fonts));
        expect(await width()).not.toBe(after);
        app.write('public/font/text.woff2', font(fonts));
        await expectSoon(width, after);
        await expectUntouched();
      });

      const backIs = (green: number) =>
        app.write(
          'public/img/back.svg',
          `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="rgb(0, ${green}, 0)"/></svg>`,
        );

      test('of an image', async () => {
        const green = (++version * 3) % 256;
        backIs(green);
        const pixelOf = async (box: string) => [...PNG.sync.read(await page.locator(box).screenshot()).data.subarray(0, 3)];
        await expectSoon(() => pixelOf('#box'), [0, green, 0]);
        // A sheet that is rendered later shows the new image too, although the document has the old one.
        await page.getByRole('button', { name: 'Late' }).click();
        await page.locator('link[href^="/css/late."][media^="not all"]').waitFor({ state: 'attached' });
        await expectSoon(() => pixelOf('#late'), [0, green, 0]);
        await expectUntouched();
      });

      test('of the sheet itself, while such an image never arrives', async () => {
        const held: Route[] = [];
        await page.route(/\/img\/back\.svg\?edit=/, (route) => void held.push(route));
        backIs((++version * 3) % 256);
        await expectSoon(() => held.length, 1);
        const after = `rgb(0, ${version}, 1)`;
        app.write('public/css/loading.css', loading.replace('rgb(6, 0, 0)', after));
        await shows('#box', after);
        await page.unroute(/\/img\/back\.svg\?edit=/);
        await Promise.all(held.map((route) => route.continue().catch(() => {})));
        await expectUntouched();
      });
    });

    test('shows an edited image', async () => {
      const width = 20 + ++version;
      app.write('public/img/picture.svg', `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="11"/>`);
      await page.waitForFunction((width) => document.querySelector('img')?.naturalWidth === width, width);
      await expectUntouched();
    });

    test('runs an edited script with data-hot again', async () => {
      const ran = await page.evaluate(() => globalThis.hot);
      app.write('public/js/hot.js', `window.hot = [...(window.hot ?? []), ${++version}];`);
      await page.waitForFunction((version) => globalThis.hot?.includes(version), version);
      expect(await page.evaluate(() => globalThis.hot)).toEqual([...(ran ?? []), version]);
      await expectUntouched();
    });

    test('runs an edited module with data-hot again', async () => {
      const ran = await page.evaluate(() => globalThis.modules);
      app.write('public/js/module.js', moduleText(++version));
      await page.waitForFunction((version) => globalThis.modules?.at(-1)?.startsWith(`${version},`), version);
      expect(await page.evaluate(() => globalThis.modules?.slice(0, -1))).toEqual(ran);
      await expectUntouched();
    });

    test('reloads the page for any other script, and runs it once', async () => {
      expect(complaints.filter((text) => !isOfNext(text) && !isUnusedPreload(text) && !isCutBySave(text))).toEqual([]);
      app.write('public/js/cold.js', `window.cold = [...(window.cold ?? []), ${++version}];`);
      // Read everything in one call: at a second call, the browser may be leaving the document.
      await page.waitForFunction((version) => globalThis.cold?.join() === `${version}` && globalThis.isSameDocument === undefined, version);
      // Before that, webpack's server tells the page of no edit.
      await page.getByText('hydrated').waitFor({ state: 'attached' });
    });

    // Chromium shows the font that it had, when it is answered with another one to its question whether that is current.
    // With `output: 'export'`, Next warns about the headers that prevent it.
    if (name !== "output: 'export'")
      test('shows an edited font after a reload too', async () => {
        const after = await widthIn(font(++fonts));
        app.write('public/font/text.woff2', font(fonts));
        await expectSoon(width, after);
        await page.reload();
        await page.getByText('hydrated').waitFor({ state: 'attached' });
        await expectSoon(width, after);
      });

    describe('reloads the page, also with data-hot, because a document keeps modules by their URL:', () => {
      const runsIn = (expected: string) => page.waitForFunction((expected) => globalThis.modules?.at(-1)?.includes(expected), expected);
      const startsAnew = async (name: string, text: string, expected: string) => {
        // The server may report the last edit twice, so the page may reload at any moment: `waitForFunction` outlives that.
        await page.waitForFunction(() => {
          globalThis.isSameDocument = true;
          return true;
        });
        app.write(`public/js/${name}`, text);
        await page.waitForFunction(
          (expected) =>
            globalThis.isSameDocument === undefined && globalThis.modules?.length === 1 && globalThis.modules[0]?.includes(expected),
          expected,
        );
        await page.getByText('hydrated').waitFor({ state: 'attached' });
      };

      test('for a module that another module imports', () => startsAnew('leaf.js', `export const leaf = ${++version};`, `leaf ${version}`));

      test('for a module that returns to an earlier text', async () => {
        const before = app.read('public/js/module.js');
        const ran = (await (await page.waitForFunction(() => globalThis.modules?.at(-1))).jsonValue()) ?? '';
        app.write('public/js/module.js', moduleText(++version));
        await runsIn(`${version},`);
        await startsAnew('module.js', before, ran);
      });
    });

    test('reports a deleted file in terminal and browser console with what looked it up, and again when it is deleted again', async () => {
      const messages = recordMessages(page);
      const sentence = /public\/ has no file for an asset path: \/img\/picture\.svg, asked for by asset\(\)/;
      const picture = path.join(app.dir, 'public/img/picture.svg');
      const text = app.read('public/img/picture.svg');
      const before = server.output().length;
      const showsUrl = (url: RegExp) => page.waitForFunction((url) => url.test(document.querySelector('img')?.src ?? ''), url);
      for (const time of [1, 2]) {
        fs.rmSync(picture);
        const timesSaid = () => [messages.join(), server.output().slice(before)].map((said) => said.split(sentence).length - 1);
        // Next 15 passes nothing on from a browser to the terminal, and renders client code there at the next request alone.
        const isInTerminal = !('line' in rest) || url === '/server';
        await expectSoon(timesSaid, [time, isInTerminal ? time : 0]);
        await showsUrl(/\/img\/picture\.svg$/);
        fs.writeFileSync(picture, text);
        await showsUrl(/\/img\/picture(?:\.[0-9a-f]{10}\.svg|\.svg\?hash=[0-9a-f]{10})$/);
      }
    });
  });
});

/** React preloads the images of Server Components. On a busy machine, an edited image may be loaded before its preload, which Chromium then reports. */
function isUnusedPreload(complaint: string): boolean {
  return /\/img\/picture\S* was preloaded using link preload but not used/.test(complaint);
}

/** Next sends the size of a file before it reads the file, so a save in between cuts the response. The update of that save loads the file again. */
function isCutBySave(complaint: string): boolean {
  const [, url = ''] = /^error: Failed to load resource: net::ERR_CONTENT_LENGTH_MISMATCH \((.+)\)$/.exec(complaint) ?? [];
  return SAVED_FILE.test(url);
}

function moduleText(version: number): string {
  return `import { leaf } from './leaf.js';\nwindow.modules = [...(window.modules ?? []), \`${version}, leaf \${leaf}\`];\n`;
}

/** Two fonts that differ in the width of their letters. */
function font(which: number): Buffer {
  return fs.readFileSync(require.resolve(`@fontsource/inter/files/inter-latin-${which % 2 === 0 ? 400 : 900}-normal.woff2`));
}

/** Repeats a check for up to two minutes. */
async function expectSoon(look: () => unknown | Promise<unknown>, expected: unknown): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end && !isDeepStrictEqual(await look(), expected); )
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await look()).toEqual(expected);
}
