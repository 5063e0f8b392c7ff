import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser, recordComplaints } from '../support/browser';
import { findComplaints } from '../support/complaints';
import { expectedUrl } from '../support/expected-urls';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';

/** The files of each package that the test copies to `public/`. */
const DISTRIBUTIONS: readonly { name: string; from: string; entries: readonly string[] }[] = [
  {
    name: 'ace-builds',
    from: 'src-min-noconflict',
    entries: ['ace.js', 'mode-javascript.js', 'theme-monokai.js', 'worker-javascript.js'],
  },
  { name: 'ckeditor4', from: '.', entries: ['ckeditor.js', 'config.js', 'contents.css', 'styles.js', 'lang', 'plugins', 'skins'] },
  { name: 'leaflet', from: 'dist', entries: ['leaflet.css', 'leaflet.js', 'images'] },
  { name: 'mathjax', from: 'es5', entries: ['tex-chtml.js', 'input/tex', 'output/chtml'] },
  { name: 'monaco-editor', from: 'min', entries: ['vs'] },
  { name: 'plyr', from: 'dist', entries: ['plyr.css', 'plyr.js', 'plyr.svg'] },
  {
    name: 'tinymce',
    from: '.',
    entries: ['tinymce.min.js', 'icons', 'models', 'themes', 'plugins/lists', 'skins/ui/oxide', 'skins/content/default'],
  },
];

const BOTH = ['rewrite', 'static'];

/**
 * `isUp`: whether the library has found all of its files. `files`: those that
 * the page names, with the kinds of delivery under which they are hashed.
 */
const LIBRARIES: readonly { library: string; isUp: () => boolean; files: Readonly<Record<string, readonly string[]>> }[] = [
  {
    library: 'ace',
    isUp: () => document.querySelector('.ace-monokai .ace_storage') !== null,
    files: { '/ace-builds/ace.js': [] },
  },
  {
    library: 'ckeditor',
    isUp: () => {
      const icon = document.querySelector('.cke_button__bold_icon');
      return (
        icon !== null && getComputedStyle(icon).backgroundImage.includes('/skins/') && document.querySelector('.cke_wysiwyg_frame') !== null
      );
    },
    files: { '/ckeditor4/ckeditor.js': [] },
  },
  {
    library: 'leaflet',
    isUp: () => (document.querySelector<HTMLImageElement>('.leaflet-marker-icon')?.naturalWidth ?? 0) > 0,
    files: { '/leaflet/leaflet.css': [], '/leaflet/leaflet.js': BOTH },
  },
  {
    library: 'mathjax',
    isUp: () => document.querySelector('mjx-container mjx-menclose') !== null,
    files: { '/mathjax/tex-chtml.js': ['rewrite'] },
  },
  {
    library: 'monaco',
    isUp: () => document.querySelectorAll('.view-line span[class*="mtk"]').length > 2,
    files: { '/monaco-editor/vs/loader.js': BOTH },
  },
  {
    library: 'plyr',
    isUp: () => [...document.querySelectorAll('.plyr use')].some((icon) => icon.getBoundingClientRect().width > 0),
    files: { '/plyr/plyr.css': BOTH, '/plyr/plyr.js': BOTH },
  },
  {
    library: 'tinymce',
    isUp: () => {
      const button = document.querySelector('.tox-tbtn');
      return button !== null && getComputedStyle(button).display === 'flex' && document.querySelector('.tox-edit-area__iframe') !== null;
    },
    files: { '/tinymce/tinymce.min.js': [] },
  },
];

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each(['rewrite', 'static'] as const)('libraries in public/, loaded by plain tags, under %s delivery', (delivery) => {
  let app: NextApp;
  let server: NodeServer;
  let output: string;

  beforeAll(async () => {
    app = createApp('vendored', { line: 'companions', env: { DELIVERY: delivery } });
    for (const { name, from, entries } of DISTRIBUTIONS) {
      const source = path.join(app.installation, 'node_modules', name, from);
      for (const entry of entries) fs.cpSync(path.join(source, entry), path.join(app.dir, 'public', name, entry), { recursive: true });
    }
    output = app.build();
    server = await app.start();
  });
  afterAll(() => app.dispose());

  test.each(LIBRARIES)('$library finds its files, and is hashed unless it would not find them then', async ({ library, isUp, files }) => {
    const page = await browser.newPage();
    const complaints = recordComplaints(page);
    const failed: string[] = [];
    page.on('response', (response) => {
      if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`);
    });
    const answer = await page.goto(`${server.origin}/${library}`, { waitUntil: 'load' });
    await page.waitForFunction(isUp);
    const html = (await answer?.text()) ?? '';
    for (const [assetPath, hashedUnder] of Object.entries(files)) {
      const isHashed = hashedUnder.includes(delivery);
      const url = isHashed ? expectedUrl(assetPath, { publicDir: path.join(app.dir, 'public'), delivery }) : assetPath;
      expect(html).toMatch(new RegExp(`<(?:script src|link rel="stylesheet" href)="${url}"`));
      // The line names only five of the files, since a log has little room.
      if (!isHashed && delivery === 'rewrite')
        expect(output).toMatch(new RegExp(`automatic hashing leaves 4 files alone: .*${assetPath} \\(`));
    }
    expect([failed, await findComplaints(page, complaints)]).toEqual([[], []]);
    await page.close();
  });
});
