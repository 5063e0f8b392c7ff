import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser, recordComplaints } from '../support/browser';
import { findComplaints } from '../support/complaints';
import { expectedUrl } from '../support/expected-urls';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { type RecordingProxy, startProxy } from '../support/proxy';

/** A site with the same page twice: with and without the `basePath` in its paths. */
const page = (prefix: string) => `
  import { Hydrated } from '../components/hydrated';
  import { Places } from '../components/places';
  export default function Page({ path }) {
    return <main><Places path={path} prefix="${prefix}" /><Hydrated page="hydrated" /></main>;
  }
  export const getServerSideProps = () => ({ props: { path: '${prefix}/img/prop.svg' } });
`;
const config = (options: object) => `
  import { withSmartCache } from 'next-smart-cache/config';
  export default withSmartCache({ basePath: '/docs' }, ${JSON.stringify(options)});
`;

/** Places whose file a browser takes from another origin, in the order of the page, and those whose file it does not. */
const EVERYWHERE = [
  'img',
  'query',
  'srcset-1x',
  'srcset-2x',
  'source',
  'input',
  'poster',
  'object',
  'embed',
  'svg-image',
  'prop',
  'spread',
];
const SAME_ORIGIN = ['sprite', 'style-text', 'style', 'custom-property'];

let app: NextApp;
let server: NodeServer;
let cdn: RecordingProxy;
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  cdn = await startProxy(() => server.origin, { 'Access-Control-Allow-Origin': '*' });
  app = createApp('automatic', { line: 'previousReact18', bundler: [] });
  // The App Router of Next 15 has a React of its own.
  for (const folder of ['app', 'pages']) fs.rmSync(path.join(app.dir, folder), { recursive: true });
  app.write('jsconfig.json', '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "next-smart-cache" } }\n');
  app.write('pages/with.jsx', page('/docs'));
  app.write('pages/without.jsx', page(''));
  app.write('next.config.mjs', config({}));
  app.build();
  server = await app.start();
});
afterAll(async () => {
  await browser.close();
  await app.dispose();
  await cdn.close();
});

/** Returns the HTML of the server, and the messages of the page while React 18 hydrates it. */
async function visit(url: string): Promise<{ html: string; complaints: string[] }> {
  const tab = await browser.newPage();
  const recorded = recordComplaints(tab);
  const answer = await tab.goto(server.origin + url, { waitUntil: 'load' });
  await tab.waitForFunction(() => document.documentElement.dataset.hydrated === 'hydrated');
  const html = (await answer?.text()) ?? '';
  const complaints = await findComplaints(tab, recorded);
  await tab.close();
  return { html, complaints };
}

const urlOf = (name: string, prefix: string) => expectedUrl(`/img/${name}.svg`, { publicDir: path.join(app.dir, 'public'), prefix });

test.each(['/docs/with', '/docs/without'])('with React 18, %s of an app with a basePath links all places hashed below it', async (url) => {
  const { html, complaints } = await visit(url);
  for (const name of [...EVERYWHERE, ...SAME_ORIGIN]) expect(html).toContain(urlOf(name, '/docs'));
  // A quote that was not written would be an entity here, which browsers do not decode in a <style>.
  expect(html).toContain(`.text { background-image: url(${urlOf('style-text', '/docs')}) }`);
  // The link to an image, and the prop in the data that Next sends along.
  expect(html.match(/\/img\/[\w-]+\.svg(?=")/g)).toEqual(['/img/img.svg', '/img/prop.svg']);
  // `data-no-hash` keeps a path without the basePath, which Next does not serve.
  const isPlain404 = (text: string) => /status of 404.*\/plain\/no-hash\.svg\)$/.test(text);
  expect(complaints.filter((text) => url === '/docs/with' || !isPlain404(text))).toEqual([]);
});

test('builds with a cdnPrefix', async () => {
  await server.stop();
  app.write('next.config.mjs', config({ cdnPrefix: `${cdn.origin}/docs` }));
  app.build();
  server = await app.start();
});

test('with a CDN, it links what browsers take from there, and leaves what they would refuse on this server', async () => {
  const { html, complaints } = await visit('/docs/with');
  for (const name of EVERYWHERE) expect(html).toContain(urlOf(name, `${cdn.origin}/docs`));
  for (const name of SAME_ORIGIN) expect(html).toContain(`/docs/img/${name}.svg`);
  for (const name of SAME_ORIGIN) expect(html).not.toContain(urlOf(name, ''));
  expect(complaints).toEqual([]);
  const answers = cdn.seen.filter(({ path: asked }) => asked.startsWith('/docs/img/'));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(answers.length).toBeGreaterThanOrEqual(8);
});
