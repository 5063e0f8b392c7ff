import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';
import { createApp, type NextApp } from '../support/next-app';

/** The same app with the package, and with its URLs written as plain strings. */
type Variant = 'package' | 'plain';

interface AppSpec {
  variant: Variant;
  bundler: readonly string[];
  /** How many files its `public/` holds. */
  files: number;
  /** Whether it has a Client Component and a page of the Pages Router, with two `asset()` each. */
  hasClientCode: boolean;
}

const apps: NextApp[] = [];
afterAll(() => Promise.all(apps.map((app) => app.dispose())));

function build({ variant, bundler, files, hasClientCode }: AppSpec): NextApp {
  const app = createApp('client-size', { bundler, prebuild: false });
  apps.push(app);
  for (let index = 0; index < files; index++) app.write(`public/img/photo-${index}.svg`, `<svg id="${index}"/>`);
  app.write('app/page.jsx', pageSource(variant, 1, 2));
  if (hasClientCode) {
    app.write('app/client/page.jsx', `'use client';\n${pageSource(variant, 3, 4)}`);
    app.write('pages/legacy.jsx', pageSource(variant, 5, 6));
  }
  // Any rewrite makes Next send the Pages Router its matcher (2.8 kB), so the plain app has one of its own.
  const rewrites = hasClientCode ? "rewrites: async () => [{ source: '/old', destination: '/' }]," : '';
  const config = `{ generateBuildId: () => 'same', ${rewrites} }`;
  app.write(
    'next.config.mjs',
    variant === 'plain'
      ? `export default ${config};`
      : `import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache(${config});`,
  );
  app.build();
  return app;
}

function pageSource(variant: Variant, ...photos: number[]): string {
  const images = photos.map((photo) => {
    const assetPath = `"/img/photo-${photo}.svg"`;
    return `<img alt="" src={${variant === 'plain' ? assetPath : `asset(${assetPath})`}} />`;
  });
  const imported = variant === 'plain' ? '' : "import { asset } from 'next-smart-cache';\n";
  return `${imported}export default function Page() { return <main>${images.join('')}</main>; }\n`;
}

/** Every script that a page's HTML names, by its content: names differ where only a name in the content does. */
function scriptsOf(app: NextApp, html: string): string[] {
  const names = new Set(app.read(`.next/server/${html}`).match(/static\/[^"\\]+\.js/g));
  return [...names].sort().map((name) => app.read(`.next/${name}`));
}

const gzipBytes = (texts: readonly string[]) => texts.reduce((sum, text) => sum + gzipSync(text).length, 0);

/**
 * Replaces numbers and names that differ between equal builds: the numbers of
 * modules, and the names of chunks.
 */
function withoutIds(texts: readonly string[]): string[] {
  return texts.map((text) => text.replace(/\b\d{4,6}\b/g, 'module').replace(/static\/chunks\/[^"'`\\]+/g, 'chunk')).sort();
}

/** Returns all scripts that a browser can request, except the store, by name. */
function clientFiles(app: NextApp): Record<string, string> {
  const folder = path.join(app.dir, '.next/static');
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  return Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
}

/** The rewrites as `_buildManifest.js` sends them. */
function shippedRewrites(app: NextApp): Record<string, unknown[]> {
  const self: { __BUILD_MANIFEST?: { __rewrites: Record<string, unknown[]> } } = {};
  vm.runInNewContext(app.read('.next/static/same/_buildManifest.js'), { self });
  return JSON.parse(JSON.stringify(self.__BUILD_MANIFEST?.__rewrites));
}

const built = new Map<string, NextApp>();
function appOf(name: string): NextApp {
  const app = built.get(name);
  if (!app) throw new Error(`${name} was not built`);
  return app;
}

const TURBOPACK = { name: 'Turbopack', bundler: [] } as const;
const WEBPACK = { name: 'webpack', bundler: ['--webpack'] } as const;

// Each build has its own timeout, so that a slow machine needs no longer one.
test.each<[string, AppSpec]>([
  ['server, plain, Turbopack', { variant: 'plain', files: 10, hasClientCode: false, ...TURBOPACK }],
  ['server, package, Turbopack', { variant: 'package', files: 10_000, hasClientCode: false, ...TURBOPACK }],
  ['client, plain, Turbopack', { variant: 'plain', files: 10, hasClientCode: true, ...TURBOPACK }],
  ['client, package, Turbopack', { variant: 'package', files: 10, hasClientCode: true, ...TURBOPACK }],
  ['client, plain, webpack', { variant: 'plain', files: 10, hasClientCode: true, ...WEBPACK }],
  ['client, package, webpack', { variant: 'package', files: 10_000, hasClientCode: true, ...WEBPACK }],
])('the app builds: %s', (name, spec) => {
  built.set(name, build(spec));
});

test.each([
  ['an app that has no other', 'server', TURBOPACK.name],
  ['a page of an app that has client code too', 'client', TURBOPACK.name],
  ['the same with webpack', 'client', WEBPACK.name],
])('Server Components cost no byte: %s', (_, kind, bundler) => {
  const plain = scriptsOf(appOf(`${kind}, plain, ${bundler}`), 'app/index.html');
  const app = appOf(`${kind}, package, ${bundler}`);
  expect(plain.length).toBeGreaterThan(3);
  expect(withoutIds(scriptsOf(app, 'app/index.html'))).toEqual(withoutIds(plain));
  expect(app.read('.next/server/app/index.html')).toMatch(/\/img\/photo-1\.[0-9a-f]{10}\.svg/);
});

test('every file of an app without client code is the same as without the package, except for the rewrites', () => {
  const withoutRewrites = (app: NextApp) =>
    withoutIds(Object.entries(clientFiles(app)).flatMap(([name, text]) => (name.endsWith('_buildManifest.js') ? [] : text)));
  expect(withoutRewrites(appOf('server, package, Turbopack'))).toEqual(withoutRewrites(appOf('server, plain, Turbopack')));
});

describe.each([TURBOPACK, WEBPACK])('with $name', ({ name }) => {
  test.each([
    ['a Client Component', 'app/client.html', [3, 4]],
    ['a page of the Pages Router', 'pages/legacy.html', [5, 6]],
  ])('two asset() in %s cost less than 1 kB', (_, html, photos) => {
    const scripts = scriptsOf(appOf(`client, package, ${name}`), html);
    for (const photo of photos) expect(scripts.join('\n')).toMatch(new RegExp(`/img/photo-${photo}\\.[0-9a-f]{10}\\.svg`));
    const plain = gzipBytes(scriptsOf(appOf(`client, plain, ${name}`), html));
    const added = gzipBytes(scripts) - plain;
    expect(plain).toBeGreaterThan(50_000);
    expect(added).toBeGreaterThan(0);
    expect(added).toBeLessThan(1000);
  });
});

test.each([
  ['server, package, Turbopack', []],
  ['client, package, Turbopack', [1, 2, 3, 4, 5, 6]],
  // Entries are shared by all client code, so the names in the Server Component are among them.
  ['client, package, webpack', [1, 2, 3, 4, 5, 6]],
])('browsers get no file name that the app source lacks, and no message of the server: %s', (name, photos) => {
  const texts = Object.values(clientFiles(appOf(name)));
  expect(new Set(texts.flatMap((text) => text.match(/photo-\d+/g) ?? []))).toEqual(new Set(photos.map((photo) => `photo-${photo}`)));
  expect(texts.join('\n')).not.toMatch(/clientAssets|unlisted|public\/ has no file/);
});

test('there are three rewrites and three header rules, for 10 files as for 10,000', () => {
  const many = shippedRewrites(appOf('server, package, Turbopack'));
  const few = shippedRewrites(appOf('client, package, Turbopack'));
  const own = { source: '/old', destination: '/' };
  expect(few).toEqual({ ...many, afterFiles: [...(many.afterFiles ?? []), expect.objectContaining(own)] });
  expect(Object.values(many).flat()).toHaveLength(3);
  expect(JSON.stringify(many).length).toBeLessThan(1000);
  const headersOf = (name: string) => (JSON.parse(appOf(name).read('.next/routes-manifest.json')) as { headers: unknown[] }).headers;
  expect(headersOf('server, package, Turbopack')).toHaveLength(3);
  expect(headersOf('client, package, Turbopack')).toHaveLength(3);
});
