import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser';
import { expectedUrl } from '../support/expected-urls';
import { NEXT_VERSIONS } from '../support/installed-next';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { PAGE_CONTRACT } from '../support/page-contract';
import { bundlerFlags } from './bundlers';
import { MATRIX, ROUTERS } from './matrix';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each(MATRIX.map((row) => ({ ...row, name: `${row.line}, ${row.bundler}, ${row.routers.join(' + ')}` })))('$name', (row) => {
  let app: NextApp;
  let server: NodeServer;

  beforeAll(async () => {
    app = createApp(row.routers, { line: row.line, bundler: bundlerFlags(row.line, row.bundler) });
    app.build();
    server = await app.start();
  });
  afterAll(() => app.dispose());

  test('browsers get no code for development', () => {
    const folder = path.join(app.dir, '.next/static');
    const scripts = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
    // No minifier renames the props of the development components.
    const found = scripts.filter((name) =>
      /\b(?:assetPath|unhashed|reloads|data-hot)\b/.test(fs.readFileSync(path.join(folder, name), 'utf8')),
    );
    expect(scripts.length).toBeGreaterThan(5);
    expect(found).toEqual([]);
  });

  if (row.routers.includes('pages-router')) {
    test('a fallback page links hashed URLs, also those in its data', async () => {
      const settings = { publicDir: path.join(app.dir, 'public') };
      const page = await browser.newPage();
      await page.goto(`${server.origin}/legacy/static/not-built`);
      const late = page.getByAltText('not-built');
      await late.waitFor({ state: 'attached' });
      expect(await late.getAttribute('src')).toBe(expectedUrl('/legacy/photo.png', settings));
      expect(await page.locator('main img').first().getAttribute('src')).toBe(expectedUrl('/legacy/icon.svg', settings));
      await page.close();
    });
  }

  describe.each(row.routers)('%s', (router) => {
    test('verify finds no problem on the running site', () => {
      const { pages, navigation } = ROUTERS[router];
      const { status, stdout, stderr } = app.cli('verify', server.origin + navigation.from, '--json');
      const { assets, coverage } = JSON.parse(stdout) as { assets: { url: string }[]; coverage: { plain: string[] } };
      expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^next-smart-cache: .+\n$/) });
      // `verify` checks every link of the page.
      const links = pages.find(({ path: page }) => page === navigation.from)?.links ?? [];
      const urls = links.map((link) => expectedUrl(link, { publicDir: path.join(app.dir, 'public') }));
      expect(assets.map(({ url }) => new URL(url, server.origin).pathname)).toEqual(expect.arrayContaining(urls));
      expect(coverage.plain).toEqual([]);
    });

    test.each(PAGE_CONTRACT)('%s', async (_, check) => {
      const hasNoStaleImages = NEXT_VERSIONS[row.line].next === '15.4.0';
      await check({ origin: server.origin, browser, publicDir: path.join(app.dir, 'public'), hasNoStaleImages, ...ROUTERS[router] });
    });
  });
});
