import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, recordComplaints } from '../support/browser';
import { findComplaints } from '../support/complaints';
import { request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { writeFiles } from '../support/temporary-folder';

const [LOGO, DE, FR] = ['/img/logo.2f8952a6f1.svg', '/flags/de.c658e5f901.svg', '/flags/fr.1d0367e762.svg'] as const;
/** Matches the advice for a path that is put together at run time. */
const ADVICE = /gets the plain URL of a file[^\n]*\/flags\/(?:de|fr)\.svg\n[^\n]*\n[^\n]*clientAssets: \['\/flags\/\*\*'\]/g;

const config = (options: string) => `
  import { withSmartCache } from 'next-smart-cache/config';
  export default withSmartCache({ reactStrictMode: true }, ${options});`;

let app: NextApp;
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await app.dispose();
  fs.rmSync(kitFolder(), { recursive: true, force: true });
});

/** The folder of a package of the app's workspace. */
const kitFolder = () => `${app.dir}-kit`;

async function open(server: NodeServer, path: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  // In development the first visit waits for the bundler.
  page.setDefaultTimeout(120_000);
  const complaints = recordComplaints(page);
  await page.goto(server.origin + path, { waitUntil: 'load' });
  // The page answers after React has hydrated it.
  await page.waitForFunction(() => {
    document.querySelector('button')?.click();
    return document.body.textContent?.includes('clicked 1');
  });
  return { page, complaints };
}

const imagesOf = (page: Page) => page.$$eval('img', (images) => images.map((image) => image.getAttribute('src')));

/** The images of a page, which must be the same as the server sent them and in the browser, and of which nothing complains. */
async function imagesOnBothHalves(server: NodeServer, path: string): Promise<(string | null)[]> {
  const html = (await request(server.origin, path)).body.toString();
  const sent = [...html.matchAll(/<img[^>]* src="([^"]*)"/g)].map(([, src]) => src);
  const { page, complaints } = await open(server, path);
  const shown = await imagesOf(page);
  const areLoaded = await page.$$eval('img', (images) => images.every((image) => image.complete && image.naturalWidth > 0));
  const unexpected = await findComplaints(page, complaints);
  await page.close();
  expect({ shown, areLoaded, complaints: unexpected }).toEqual({ shown: sent, areLoaded: true, complaints: [] });
  return shown;
}

describe('in production, a path that is built at run time', () => {
  test('has its plain URL on server and client, and the build says which glob to add', async () => {
    app = createApp('client-code');
    const output = app.build();
    expect(output).toMatch(ADVICE);
    const server = await app.start();
    expect(await imagesOnBothHalves(server, '/')).toEqual([LOGO, '/flags/de.svg']);
    expect(await imagesOnBothHalves(server, '/legacy')).toEqual([LOGO, '/flags/fr.svg']);
    expect(server.output()).not.toMatch(ADVICE);
    expect(await imagesOnBothHalves(server, '/flags/fr')).toEqual([LOGO, '/flags/fr.svg']);
    expect(server.output().match(ADVICE)).toHaveLength(1);
  });

  test.each([
    { name: 'a glob, with Turbopack', options: "{ clientAssets: ['/flags/**'] }", bundler: [] },
    { name: "'all', with webpack", options: "{ clientAssets: 'all' }", bundler: ['--webpack'] },
  ])('has its hashed URL on server and client with clientAssets: $name', async ({ options, bundler }) => {
    app = createApp('client-code', { bundler });
    app.write('next.config.mjs', config(options));
    expect(app.build()).not.toMatch(ADVICE);
    const server = await app.start();
    expect(await imagesOnBothHalves(server, '/')).toEqual([LOGO, DE]);
    expect(await imagesOnBothHalves(server, '/legacy')).toEqual([LOGO, FR]);
    expect(await imagesOnBothHalves(server, '/flags/fr')).toEqual([LOGO, FR]);
  });
});

test('in production, a path in a workspace package has its hashed URL on server and client', async () => {
  app = createApp('client-code');
  const kit = kitFolder();
  writeFiles(kit, {
    'package.json': JSON.stringify({ name: '@acme/kit', main: 'index.jsx' }),
    'index.jsx': app.read('app/flag.jsx').replace('/img/logo.svg', '/img/typed.svg'),
  });
  app.write('package.json', JSON.stringify({ ...JSON.parse(app.read('package.json')), dependencies: { '@acme/kit': '*' } }));
  fs.mkdirSync(path.join(app.dir, 'node_modules/@acme'), { recursive: true });
  fs.symlinkSync(kit, path.join(app.dir, 'node_modules/@acme/kit'));
  app.write('app/page.jsx', app.read('app/page.jsx').replace('./flag', '@acme/kit'));
  app.build();
  const server = await app.start();
  expect(await imagesOnBothHalves(server, '/')).toEqual(['/img/typed.cde8bdf09b.svg', '/flags/de.svg']);
});

describe.each([
  { name: 'Turbopack', bundler: [] },
  { name: 'webpack', bundler: ['--webpack'] },
] as const)('next dev with $name', ({ bundler }) => {
  test('names the paths that production would lack, on server and client, except a path that was just typed', async () => {
    app = createApp('client-code', { bundler });
    const server = await app.dev();
    const { page, complaints } = await open(server, '/');
    expect(await imagesOf(page)).toEqual([LOGO, DE]);
    const isAdvice = (text: string) => text.includes('next-smart-cache');
    await until(() => complaints.some(isAdvice));
    await until(() => ADVICE.test(server.output()));
    expect(await findComplaints(page, complaints)).toEqual([expect.stringContaining("clientAssets: ['/flags/**']")]);

    // A path in quotes, and one that is put together: both are waited for equally long.
    app.write(
      'app/flag.jsx',
      app
        .read('app/flag.jsx')
        .replace('/img/logo.svg', '/img/typed.svg')
        .replace(/`\/flags\/.*`/, "'/icons/' + 'star.svg'"),
    );
    await page.waitForSelector('img[src^="/img/typed."]');
    await until(() => complaints.filter(isAdvice).length > 1);
    expect(complaints.filter(isAdvice)[1]).toContain("clientAssets: ['/icons/**']");
    await page.reload();
    await until(() => server.output().includes("clientAssets: ['/icons/**']"));
    expect([...complaints, server.output()].join('\n')).not.toContain('/img/typed.svg');
    await page.close();
  });
});

/** Waits without a limit of its own: the timeout of the test is the limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}
