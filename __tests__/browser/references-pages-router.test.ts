import fs from 'node:fs';
import path from 'node:path';
import { launchBrowser, recordComplaints } from '../support/browser';
import { expectNoComplaints } from '../support/complaints';
import { request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';

let app: NextApp;
afterEach(() => app.dispose());

/** The modules of the fixture, linked from `_document`, where nothing is hydrated. */
function writePages(): void {
  fs.rmSync(path.join(app.dir, 'app'), { recursive: true });
  app.write(
    'pages/_document.jsx',
    `import { Head, Html, Main, NextScript } from 'next/document';
     import { asset, CachedImportMap, CachedScript, CachedStyle } from 'next-smart-cache';
     export default () => (
       <Html lang="en">
         <Head>
           <link rel="icon" href={asset('/favicon.ico')} />
           <CachedImportMap />
           <CachedStyle href="/css/site.css" />
           <CachedScript type="module" src="/js/main.js" preload="modules" />
         </Head>
         <body><Main /><NextScript /></body>
       </Html>
     );`,
  );
  app.write(
    'pages/index.jsx',
    `import { useEffect, useState } from 'react';
     export default () => {
       const [text, setText] = useState('rendered');
       useEffect(() => setText('hydrated'), []);
       return <p>{text}</p>;
     };`,
  );
}

test.each([
  { name: 'React 19, Turbopack', line: 'latest', bundler: [] },
  { name: 'React 18, webpack', line: 'previousReact18', bundler: [] },
] as const)('an import map in _document maps the modules to their hashed URLs: $name', async ({ line, bundler }) => {
  const options = { modules: { importMap: true }, clientAssets: ['/js/lib/computed.js'] };
  app = createApp('references', { line, bundler, env: { SMART_CACHE_OPTIONS: JSON.stringify(options) } });
  writePages();
  app.build();
  const { origin } = await app.start();
  const html = (await request(origin, '/')).body.toString();
  expect(html.indexOf('type="importmap"')).toBeGreaterThan(-1);
  expect(html.indexOf('type="importmap"')).toBeLessThan(html.indexOf('modulepreload'));

  const browser = await launchBrowser();
  const page = await browser.newPage();
  const complaints = recordComplaints(page);
  const asked: string[] = [];
  page.on('request', (each) => asked.push(new URL(each.url()).pathname));
  await page.goto(origin);
  await page.waitForFunction(() => document.documentElement.dataset.modules && document.documentElement.dataset.worker);
  await page.waitForSelector('text=hydrated');
  expect(await page.evaluate(() => document.documentElement.dataset.modules)).toBe('a,data,29,lazy1,lazy1');
  const modules = asked.filter((url) => url.startsWith('/js/'));
  expect(modules.length).toBeGreaterThan(8);
  expect(modules.filter((url) => !/\.[0-9a-f]{10}\.\w+$/.test(url))).toEqual([]);
  await expectNoComplaints(page, complaints);
  await browser.close();
});
