import fs from 'node:fs';
import path from 'node:path';
import { launchBrowser } from '../support/browser';
import { expectedUrl } from '../support/expected-urls';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { startProxy } from '../support/proxy';
import { bundlerFlags } from './bundlers';

/** The stylesheets that go through Next's own bundler, and name files of public/. */

const FONT = path.resolve(__dirname, '../../node_modules/@fontsource/inter/files/inter-latin-400-normal.woff2');

/** The place in a stylesheet → the image that it names. */
const IMAGES = ['base-path', 'fragment', 'image-set', 'imported', 'kit', 'module', 'pages', 'variable'];

const svg = (text: string) => `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><!-- ${text} --></svg>\n`;

/** Next makes a new key for each build, and webpack takes nothing from a cache that was made with another one. */
const env = { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: Buffer.alloc(32, 'key').toString('base64') };

function createStyledApp(line: 'latest' | 'oldest', bundler: 'turbopack' | 'webpack'): NextApp {
  const app = createApp('bundled-css', { line, bundler: bundlerFlags(line, bundler), env });
  for (const image of [...IMAGES, 'comment']) app.write(`public/img/${image}.svg`, svg(image));
  app.write('public/fonts/text.woff2', fs.readFileSync(FONT));
  app.write('node_modules/kit/package.json', '{ "name": "kit", "version": "1.0.0" }');
  app.write('node_modules/kit/kit.css', '.kit { background: url(/img/kit.svg); }\n');
  return app;
}

/** The URLs of the stylesheets that Next has bundled for a page. */
async function bundledSheets(origin: string, page: string): Promise<string[]> {
  const html = (await request(origin, page)).body.toString();
  return [...new Set([...html.matchAll(/"(\/[\w/]*_next\/static\/[^"]*\.css[^"]*)"/g)].map(([, sheet]) => sheet as string))];
}

/** Fetches all of them. */
async function bundledCss(origin: string, page: string): Promise<string> {
  const sheets = await bundledSheets(origin, page);
  return (await Promise.all(sheets.map(async (sheet) => (await request(origin, sheet)).body.toString()))).join('\n');
}

/** Every URL that begins at the root, also where an `image-set()` holds it as a string. */
function urlsIn(css: string): string[] {
  return [...new Set([...css.matchAll(/[("']\s*(\/[\w-][^"')\s]*)/g)].map(([, url]) => url as string))].sort();
}

/** The URLs that the images and the font of a page must have. */
function expectedIn(app: NextApp) {
  const hashed = (written: string) => expectedUrl(written, { publicDir: path.join(app.dir, 'public'), prefix: '/docs' });
  return { hashed, image: (name: string) => hashed(`/img/${name}.svg`) };
}

/** `prefixed`: whether Next adds `-webkit-` to properties that older browsers know only with it. */
const LINES = [
  { line: 'latest', bundler: 'turbopack', prefixed: true },
  { line: 'latest', bundler: 'webpack', prefixed: true },
  { line: 'oldest', bundler: 'turbopack', prefixed: false },
  { line: 'oldest', bundler: 'webpack', prefixed: true },
] as const;

describe.each(LINES)('$line, $bundler: without a PostCSS config', ({ line, bundler, prefixed }) => {
  let app: NextApp;
  let server: NodeServer;
  beforeAll(async () => {
    app = createStyledApp(line, bundler);
    app.build();
    server = await app.start();
  });
  afterAll(() => app.dispose());

  test('bundled stylesheets hold hashed URLs with the basePath, and keep what Next makes of them', async () => {
    const { hashed, image } = expectedIn(app);
    const css = await bundledCss(server.origin, '/docs');
    expect(urlsIn(css)).toEqual(
      [
        ...['base-path', 'image-set', 'imported', 'kit', 'module', 'variable'].map(image),
        `${image('fragment')}?v=1#top`,
        hashed('/fonts/text.woff2'),
        '/img/none.svg',
      ].sort(),
    );
    expect(css).toMatch(new RegExp(`module[^}]*${image('module')}`));
    expect(css).toMatch(new RegExp(`--image:\\s*url\\(["']?${image('variable')}`));
    const plain = css.match(/(?<![\w-])user-select/g) ?? [];
    expect([plain.length > 0, css.match(/-webkit-user-select/g) ?? []]).toEqual([
      true,
      prefixed ? plain.map((name) => `-webkit-${name}`) : [],
    ]);
    expect(urlsIn(await bundledCss(server.origin, '/docs/legacy'))).toContain(image('pages'));
    const answer = await request(server.origin, image('module'));
    expect([answer.status, answer.cacheControl, answer.body.toString()]).toEqual([200, IMMUTABLE, svg('module')]);
  });

  if (line === 'oldest') return;

  test('a font that is preloaded, and an image that elements show too, are downloaded once', async () => {
    const { hashed, image } = expectedIn(app);
    const proxy = await startProxy(() => server.origin);
    const browser = await launchBrowser();
    const tab = await browser.newPage();
    await tab.goto(`${proxy.origin}/docs`, { waitUntil: 'networkidle' });
    await tab.evaluate(() => document.fonts.ready);
    const asked = proxy.seen.map(({ path: url }) => url).filter((url) => /\/(?:img|fonts)\//.test(url));
    await browser.close();
    await proxy.close();
    expect(asked.filter((url) => /woff2|base-path/.test(url)).sort()).toEqual([hashed('/fonts/text.woff2'), image('base-path')]);
    expect(asked).toHaveLength(new Set(asked).size);
  });

  test('a build that gets the cache of the last build notices which image has changed', async () => {
    const { image } = expectedIn(app);
    const [before, sheets] = [image('module'), await bundledSheets(server.origin, '/docs')];
    await server.stop();
    expect(fs.readdirSync(path.join(app.dir, '.next/cache'))).toContain(bundler);
    app.write('public/img/module.svg', svg('changed'));
    app.build();
    server = await app.start();
    const urls = urlsIn(await bundledCss(server.origin, '/docs'));
    expect(urls).toContain(image('module'));
    expect(urls).not.toContain(before);
    // The name of a stylesheet is made of its content, so a browser asks for it again.
    expect(await bundledSheets(server.origin, '/docs')).not.toEqual(sheets);
  });
});

test.each(['turbopack', 'webpack'] as const)('bundled stylesheets follow edits in development, with %s', async (bundler) => {
  const app = createStyledApp('latest', bundler);
  const { origin } = await app.dev();
  const hashOf = (text: string) => /\/docs\/img\/module\.([0-9a-f]{10})\.svg/.exec(text)?.[1];
  const before = hashOf(await bundledCss(origin, '/docs'));
  expect(before).toEqual(expect.any(String));
  let css = '';
  let saves = 0;
  let savedAt = 0;
  while (!hashOf(css) || hashOf(css) === before) {
    // Turbopack once missed a save that came right after its first compilation. Another save makes it read the file.
    if (Date.now() - savedAt > 15_000) {
      app.write('public/img/module.svg', svg(`saved ${saves++}`));
      savedAt = Date.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    // webpack replaces a stylesheet while it is being sent.
    css = await bundledCss(origin, '/docs').catch(() => css);
  }
  await app.dispose();
});

const withPostcss = (plugins: string) => ({ 'postcss.config.mjs': `export default { plugins: ${plugins} };\n` });

/** Follows create-next-app 16.4, but without `as`. That form is harder, since Turbopack then applies all rules in one pass. */
const WITH_LOADER = `
import { withSmartCache } from 'next-smart-cache/config';
export default withSmartCache({ basePath: '/docs', turbopack: { rules: { '*.css': ['@tailwindcss/turbopack'] } } });
`;

/** `addPlugin`: before which build `init` adds our plugin. webpack needs none, and must not rewrite a URL twice with it. */
test.each([
  { how: 'PostCSS in Turbopack', bundler: 'turbopack', files: withPostcss("['@tailwindcss/postcss']"), addPlugin: 'first' },
  { how: 'a loader in Turbopack', bundler: 'turbopack', files: { 'next.config.mjs': WITH_LOADER }, addPlugin: undefined },
  { how: 'PostCSS in webpack', bundler: 'webpack', files: withPostcss("{ '@tailwindcss/postcss': {} }"), addPlugin: 'second' },
] as const)('Tailwind and Sass link hashed URLs, also after an image alone has changed: $how', async ({ bundler, files, addPlugin }) => {
  const app = createApp('bundled-css', { line: 'companions', bundler: bundlerFlags('companions', bundler) });
  for (const name of ['apply', 'content', 'imported', 'sass']) app.write(`public/img/${name}.svg`, svg(name));
  for (const [file, text] of Object.entries(files)) app.write(file, text);
  // The file that the bundler reads has no URL: all come from what Tailwind imports and generates.
  app.write('app/globals.css', '@import "tailwindcss";\n@import "./imported.css";\n');
  app.write('app/imported.css', `${app.read('app/imported.css')}.apply { @apply bg-[url(/img/apply.svg)]; }\n`);
  app.write('app/page.module.scss', "$base: '/img';\n.sass { .in { list-style-image: url('#{$base}/sass.svg'); } }\n");
  const classes = "bg-[url('/docs/img/class.svg')] before:content-[url(/img/content.svg)] select-none";
  const page = app.read('app/page.jsx').replace('page.module.css', 'page.module.scss');
  app.write('app/page.jsx', page.replace('{styles.module}', `{\`${classes} \`.concat(styles.sass)}`));
  app.write('app/layout.jsx', app.read('app/layout.jsx').replace("import 'kit/kit.css';", ''));
  for (const build of ['first', 'second']) {
    app.write('public/img/class.svg', svg(build));
    const added = { status: 0, stderr: expect.stringContaining('postcss.config.mjs (PostCSS plugin)') };
    if (build === addPlugin) expect(app.cli('init')).toMatchObject(added);
    app.build();
    const server = await app.start();
    const css = await bundledCss(server.origin, '/docs');
    await server.stop();
    expect(urlsIn(css)).toEqual(['apply', 'class', 'content', 'imported', 'sass'].map(expectedIn(app).image));
    expect(css).toContain('-webkit-user-select');
  }
  await app.dispose();
});
