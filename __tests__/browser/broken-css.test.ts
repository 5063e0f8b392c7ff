import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { findReferences } from '../../src/pipeline/references/find-references';
import type { FoundReference } from '../../src/pipeline/references/reference';
import { rewriteBytes } from '../../src/pipeline/references/rewrite-references';
import { brokenCssBytes, ELEMENTS } from '../support/broken-css';
import { launchBrowser } from '../support/browser';
import fc from '../support/seeded-fast-check';

const REST = 'b{background:url(rest.png)}i{background:url(end.png)}';
const latin1 = (css: string) => Buffer.from(css, 'latin1');

/** Stylesheets with a broken spot, and the files that Chromium loads for them. */
const SHEETS: readonly (readonly [what: string, css: string | Buffer, ...loaded: string[]])[] = [
  ['nothing broken', `@import "d.css";a{background:url(a.png)}${REST}`, 'a.png', 'd.css', 'end.png', 'rest.png'],
  [
    'a bare data: URL with quotes',
    `a{background:url(data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'>)}${REST}`,
    'end.png',
    'rest.png',
  ],
  ['a bare URL with a space', `a{background:url(a b.png)}${REST}`, 'end.png', 'rest.png'],
  ['a bare URL that hides the end of its rule', `a{background:url(a "b.png}${REST}`, 'end.png'],
  ['a URL with an escaped parenthesis', `a{background:url(a\\29.png)}${REST}`, 'a).png', 'end.png', 'rest.png'],
  ['a brace too many', `}${REST}`, 'end.png'],
  ['a brace too many in front of an @import', `}@import "d.css";${REST}`, 'end.png'],
  ['a semicolon too many in front of an @import', `;@import "d.css";${REST}`, 'end.png'],
  ['a rule in front of an @import', `a{color:red}@import "d.css";${REST}`, 'end.png', 'rest.png'],
  ['an invalid rule in front of an @import', `!{color:red}@import "d.css";${REST}`, 'd.css', 'end.png', 'rest.png'],
  ['an @import in a block', `@media all{@import "d.css";${REST}}`, 'end.png', 'rest.png'],
  ['marks of an HTML comment', `<!--@import "d.css";${REST}-->`, 'd.css', 'end.png', 'rest.png'],
  ['a block for print that is not closed', `a{background:url(a.png)}@media print{${REST}`, 'a.png'],
  ['a block that is not closed', `@media all{${REST}`, 'end.png', 'rest.png'],
  ['a rule that is not closed', `a{background:url(a.png);${REST}`, 'a.png'],
  ['a string over two lines', `a{background:url("a.png\n)}${REST}`, 'end.png', 'rest.png'],
  ['a string over two lines in a rule of its own', `a{content:"\n;color:red}${REST}`, 'end.png', 'rest.png'],
  ['a parenthesis that is not closed', `a{background:(;}${REST}`],
  ['a bracket too many', `a{color:red);background:url(a.png)}${REST}`, 'a.png', 'end.png', 'rest.png'],
  ['the wrong bracket', `a{color:(];});background:url(a.png)}${REST}`, 'a.png', 'end.png', 'rest.png'],
  ['a comment that is not closed', `b{background:url(rest.png)}/*i{background:url(end.png)}`, 'rest.png'],
  ['a string at the end', 'b{background:url("rest.png', 'rest.png'],
  ['an @import at the end', '@import "d.css', 'd.css'],
  ['an @import at the end with a backslash', '@import "d.css\\', 'd.css'],
  ['a bare URL at the end', 'b{background:url(rest.png', 'rest.png'],
  ['a bare URL at the end with white space', 'b{background:url(rest.png \n', 'rest.png'],
  ['a bare URL at the end with a backslash', 'b{background:url(rest.png\\', 'rest.png%EF%BF%BD'],
  ['a set of images at the end', 'b{background:image-set("rest.png" 1x', 'rest.png'],
  ['a NUL character in a URL', `a{background:url(a\0.png)}${REST}`, 'a%EF%BF%BD.png', 'end.png', 'rest.png'],
  ['a control character in a URL', `a{background:url(a\u0001.png)}${REST}`, 'end.png', 'rest.png'],
  ['a character beyond ASCII in front of a URL', `a{background:\u00a0url(a.png)}${REST}`, 'end.png', 'rest.png'],
  ['a number in front of a URL', `a{background:1url(a.png)}i{background:1.url(i.png)}${REST}`, 'end.png', 'rest.png'],
  ['a byte-order mark', `\uFEFF@import "d.css";${REST}`, 'd.css', 'end.png', 'rest.png'],
  ['another @charset', `@charset "utf-16";@import "d.css";${REST}`, 'd.css', 'end.png', 'rest.png'],
  ['a comment in Latin-1', latin1(`/*\u00a9*/@import "d.css";${REST}`), 'd.css', 'end.png', 'rest.png'],
  ['a URL in Latin-1', latin1(`a{background:url(\u00e9.png)}${REST}`), '%EF%BF%BD.png', 'end.png', 'rest.png'],
  ['a broken @font-face', `@font-face{font-family:t;"\n;src:url(t.woff2)}${REST}`, 'end.png', 'rest.png', 't.woff2'],
  ['a @font-face at the end', `${REST}@font-face{font-family:t;src:url(t.woff2`, 'end.png', 'rest.png', 't.woff2'],
  ['a namespace', `@namespace m url(m.png);${REST}`, 'end.png', 'rest.png'],
  ['a filter of old', `a{filter:progid:DX.AlphaImageLoader(src='a.png');background:url(a.png)}${REST}`, 'a.png', 'end.png', 'rest.png'],
];

/** Any CSS, the same in each run. */
const SAMPLES = fc.sample(brokenCssBytes, { numRuns: 120, seed: 1 });

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe('a sheet that holds', () => {
  const sheets = SHEETS.map(([, css]) => Buffer.from(css));
  let before: string[][];
  let after: string[][];
  beforeAll(async () => {
    before = await loadedBy(sheets);
    after = await loadedBy(sheets.map(rewrite));
  });

  test.each(SHEETS.map(([what, , ...loaded], index) => ({ what, loaded, index })))(
    '$what loads the expected files in Chromium, and the same files by their new URLs once it is rewritten',
    ({ loaded, index }) => {
      expect(before[index]).toEqual(loaded);
      expect(after[index]).toEqual(loaded.map((url) => `new/${url}`));
    },
  );
});

test('a random sheet loads the same files in Chromium, by their new URLs, once it is rewritten', async () => {
  const before = await loadedBy(SAMPLES);
  const after = await loadedBy(SAMPLES.map(rewrite));
  expect(before.flat().length).toBeGreaterThan(100);
  expect(after).toEqual(before.map((loaded) => loaded.map((url) => `new/${url}`)));
});

/** Puts `new/` in front of each URL of a file. */
function rewrite(content: Buffer): Buffer {
  const { references = [] } = findReferences('/sheet.css', content.length, () => content) ?? {};
  return rewriteBytes(
    content,
    references.map((reference) => ({ reference, url: `new/${pathOf(reference)}` })),
  );
}

/** Returns the URL that a browser requests, without `?query` and `#fragment`. */
function pathOf({ url }: FoundReference): string {
  return new URL(url, 'http://sheet.invalid').pathname.slice(1);
}

const PAGE = [
  '<!doctype html><link rel="stylesheet" href="sheet.css"><p style="font-family:t">p</p>',
  ...ELEMENTS.map((name) => `<${name} style="display:list-item">${name}</${name}>`),
  // Layout, as soon as the sheet is there.
  '<script>document.body.offsetHeight</script>',
].join('');

/** The URLs that Chromium requests for each of these sheets, relative to the sheet and sorted. */
async function loadedBy(sheets: readonly Buffer[]): Promise<string[][]> {
  const requests = sheets.map((): string[] => []);
  const server = http.createServer((request, response) => {
    const [, index, file] = /^\/(\d+)\/(.*)$/.exec(request.url ?? '') ?? [];
    const isHtml = index === undefined || file === '';
    // Next does the same.
    response.setHeader('Content-Type', isHtml ? 'text/html' : 'text/css; charset=UTF-8');
    if (index === undefined) response.end(sheets.map((_, each) => `<iframe src="/${each}/"></iframe>`).join(''));
    else if (file === '') response.end(PAGE);
    else if (file === 'sheet.css') response.end(sheets[Number(index)]);
    else {
      requests[Number(index)]?.push(file as string);
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await browser.newPage();
  try {
    // Chromium fires the load event after it has all files that the layout needs.
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { timeout: 120_000 });
    return requests.map((loaded) => [...new Set(loaded)].sort());
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
}
