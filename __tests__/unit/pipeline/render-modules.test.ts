import fs from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import type { SmartCacheOptions } from '../../../src/core/options';
import {
  type ImportMap,
  lookUp,
  type RenderManifest,
  type RenderManifestSettings,
  unpackAssetPaths,
} from '../../../src/core/render-manifest';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import { resolveProject } from '../../../src/pipeline/project';
import type { RenderManifestOptions } from '../../../src/pipeline/render-manifests';
import { parseRenderModule, renderModulePaths, writeRenderModules } from '../../../src/pipeline/render-modules';
import { listFiles, stampFiles } from '../../support/folders';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

const SETTINGS: RenderManifestSettings = { basePath: '', assetPrefix: '', cdnPrefix: '', integrity: 'cross-origin', onMissing: 'error' };

const PUBLIC = { 'public/js/app.js': 'hello', 'public/img/a.png': 'hello', 'public/img/b.png': 'hello', 'public/robots.txt': '' };
const APP_JS = ['/js/app.js', '/js/app.2cf24dba5f.js'];

/** An app with these files beside its `public/`, and the two modules generated for it. */
function setUp(
  source: Readonly<Record<string, string>>,
  options?: SmartCacheOptions,
  settings: Partial<RenderManifestSettings> = {},
  writing?: RenderManifestOptions,
) {
  const root = temporaryFolder();
  writeFiles(root, { ...PUBLIC, ...source });
  const project = resolveProject({ root, options });
  const modules = renderModulePaths(project, 'build');
  const write = () => writeRenderModules(project, buildManifest(project), { ...SETTINGS, ...settings }, modules, writing);
  const written = write();
  const read = (file: string) => fs.readFileSync(file, 'utf8');
  return {
    project,
    write,
    server: () => read(modules.server),
    client: () => read(modules.client),
    clientOnServer: () => read(modules.clientOnServer),
    unlisted: unpackAssetPaths(written.manifest.unlisted),
    clientPaths: () => Object.keys(parseRenderModule(read(modules.client)).assets),
  };
}

test('gives the server every entry', () => {
  expect(setUp({}, {}, { basePath: '/docs' }).server()).toMatchInlineSnapshot(`
"// Written by next-smart-cache; do not edit.
export const manifest = {"assets":{"/img/a.png":"/docs/img/a.2cf24dba5f.png","/img/b.png":"/docs/img/b.2cf24dba5f.png","/js/app.js":"/docs/js/app.2cf24dba5f.js","/robots.txt":"/docs/robots.txt"},"basePath":"/docs","onMissing":"error"};
export const NextScript = undefined;
export const HotScript = undefined, HotStyle = undefined;
"
`);
});

test('gives the client the files that the source names, plain files too', () => {
  const { client } = setUp({ 'app/page.tsx': `asset('/js/app.js'); asset("/robots.txt"); asset('/unknown.js')` });
  expect(client()).toMatchInlineSnapshot(`
"// Written by next-smart-cache; do not edit.
export const manifest = {"assets":{"/js/app.js":"/js/app.2cf24dba5f.js","/robots.txt":"/robots.txt"},"basePath":"","onMissing":"error"};
export const NextScript = undefined;
export const HotScript = undefined, HotStyle = undefined;
"
`);
});

test.each<[SmartCacheOptions['clientAssets'], string[]]>([
  ['referenced', ['/js/app.js']],
  ['all', ['/img/a.png', '/img/b.png', '/js/app.js', '/robots.txt']],
  [['/img/*.png'], ['/img/a.png', '/img/b.png', '/js/app.js']],
  [['b.png'], ['/img/b.png', '/js/app.js']],
  [[], ['/js/app.js']],
])('gives the client the entries of clientAssets: %j', (clientAssets, assetPaths) => {
  const { clientPaths } = setUp({ 'app/page.tsx': `asset('/js/app.js')` }, clientAssets && { clientAssets });
  expect(clientPaths()).toEqual(assetPaths);
});

test('gives client code on the server the browser’s manifest, and the list of files that it lacks', () => {
  const { clientOnServer, unlisted } = setUp({ 'app/page.tsx': `asset('/js/app.js')` }, { clientAssets: ['/img/a.png'] });
  expect(unlisted).toEqual(['/img/b.png', '/robots.txt']);
  expect(clientOnServer()).toMatchInlineSnapshot(`
"// Written by next-smart-cache; do not edit.
import { manifest as browserManifest } from './client-manifest.mjs';
export { HotScript, HotStyle, NextScript } from './client-manifest.mjs';
export const manifest = { ...browserManifest, unlisted: "\\u0000/img/b.png\\u0000/robots.txt\\u0000" };
"
`);
});

test('gives the browser every entry in development, and both halves the same list', () => {
  const source = { 'app/page.tsx': `asset('/js/app.js')` };
  const { client, clientPaths, clientOnServer, unlisted } = setUp(source, {}, {}, { forDevelopment: true });
  expect(clientPaths()).toEqual(['/img/a.png', '/img/b.png', '/js/app.js', '/robots.txt']);
  expect(unlisted).toEqual(['/img/a.png', '/img/b.png', '/robots.txt']);
  expect(unpackAssetPaths(parseRenderModule(client()).unlisted)).toEqual(unlisted);
  expect(clientOnServer()).toMatchInlineSnapshot(`
"// Written by next-smart-cache; do not edit.
export { HotScript, HotStyle, manifest, NextScript } from './client-manifest.mjs';
"
`);
});

test('finds the asset paths that a workspace package names', () => {
  const app = setUp({ 'package.json': '{"dependencies":{"ui":"*"}}', 'kit/ui.tsx': '' });
  const ui = temporaryFolder();
  writeFiles(ui, { 'button.tsx': `asset('/img/b.png')` });
  fs.mkdirSync(path.join(app.project.root, 'node_modules'));
  fs.symlinkSync(ui, path.join(app.project.root, 'node_modules/ui'));
  app.write();
  expect(app.clientPaths()).toEqual(['/img/b.png']);
});

test('does not read public/ and distDir as source', () => {
  const mention = { 'lib.js': `'/js/app.js'` };
  expect(setUp({ 'public/lib.js': mention['lib.js'], '.next/lib.js': mention['lib.js'] }).clientPaths()).toEqual([]);
  expect(setUp(mention).clientPaths()).toEqual(['/js/app.js']);
});

test('imports next/script only if the source mentions a strategy', () => {
  const without = setUp({ 'app/page.tsx': '<CachedScript src="/js/app.js" />' });
  expect(without.server() + without.client()).not.toContain('next/script');
  expect(without.client()).toContain('export const NextScript = undefined;');
  const withStrategy = setUp({ 'app/page.tsx': '<CachedScript src="/js/app.js" strategy="lazyOnload" />' });
  for (const text of [withStrategy.server(), withStrategy.client()]) {
    expect(text).toContain("import Script from 'next/script';");
    expect(text).toContain('export const NextScript = Script;');
  }
});

describe('preloads and the import map', () => {
  const SITE = {
    'public/css/fonts.css': '@font-face{src:url(a.woff2)}',
    'public/css/a.woff2': 'hello',
    'public/js/main.js': "import './leaf.js'",
    'public/js/leaf.js': 'hello; export {}',
  };
  const STYLE = `<CachedStyle href="/css/fonts.css" preload="fonts" />`;
  const SCRIPT = `<CachedScript src="/js/main.js" type="module" preload="modules" />`;
  /** Replaces every hash by `#`. */
  const without = (text: string) => text.replace(/(?<=\.)[0-9a-f]{10}(?=\.)/g, '#');
  const manifestIn = (text: string) => parseRenderModule(without(text));

  test('are left out unless the source asks for them', () => {
    const { server, client, clientOnServer } = setUp({ ...SITE, 'app/page.tsx': `asset('/css/fonts.css'); asset('/js/main.js')` });
    for (const text of [server(), client(), clientOnServer()]) expect(text).not.toMatch(/preloads|importMap/);
  });

  test('are listed for the files that the source names, on both halves', () => {
    const { server, client } = setUp({ ...SITE, 'app/page.tsx': STYLE + SCRIPT });
    const preloads = { '/css/fonts.css': ['/css/a.#.woff2'], '/js/main.js': ['/js/main.#.js', '/js/leaf.#.js'] };
    expect(manifestIn(server()).preloads).toEqual(preloads);
    expect(manifestIn(client()).preloads).toEqual(preloads);
    expect(manifestIn(setUp({ ...SITE, 'app/page.tsx': STYLE }).server()).preloads).toEqual({ '/css/fonts.css': ['/css/a.#.woff2'] });
  });

  test('put the whole import map on the server, and only a mark in the browser, whose page holds the map', () => {
    const { server, client, clientOnServer } = setUp(
      { ...SITE, 'app/page.tsx': `<CachedImportMap />${SCRIPT}` },
      { modules: { importMap: true } },
    );
    const { imports, integrity } = manifestIn(server()).importMap as ImportMap;
    expect(imports).toEqual({ '/js/leaf.js': '/js/leaf.#.js', '/js/main.js': '/js/main.#.js' });
    expect(Object.keys(integrity ?? {})).toEqual(['/js/leaf.#.js', '/js/main.#.js']);
    expect(manifestIn(client()).importMap).toBe(true);
    expect(without(clientOnServer())).toContain(`importMap: ${JSON.stringify({ imports, integrity })}`);
  });

  test('give a preload of a module the integrity of the import map, and other preloads none', () => {
    const source = { ...SITE, 'app/page.tsx': `<CachedImportMap />${SCRIPT}${STYLE}` };
    const modules = { importMap: true };
    const { importMap, preloads } = parseRenderModule(setUp(source, { modules }).server());
    const { integrity = {} } = importMap as ImportMap;
    expect(preloads?.['/js/main.js']).toHaveLength(2);
    for (const asset of preloads?.['/js/main.js'] ?? []) expect(integrity[asset[0] ?? '']).toBe(asset[1]);
    expect(preloads?.['/css/fonts.css']).toEqual([expect.stringMatching(/woff2$/)]);
    const unchecked = parseRenderModule(setUp(source, { modules }, { integrity: false }).server());
    expect(unchecked.importMap).toEqual({ imports: expect.anything() });
    expect(unchecked.preloads?.['/js/main.js']).toEqual([expect.any(String), expect.any(String)]);
  });

  test('include an empty import map if the source names no module', () => {
    const { server, client } = setUp({ ...SITE, 'app/page.tsx': '<CachedImportMap />' });
    expect(parseRenderModule(server()).importMap).toEqual({ imports: {} });
    expect(parseRenderModule(client()).importMap).toBe(true);
  });
});

test('writes nothing a second time', () => {
  const { project, write } = setUp({ 'app/page.tsx': `asset('/js/app.js')` });
  const before = stampFiles(project.outputDir);
  write();
  expect(stampFiles(project.outputDir)).toEqual(before);
});

test('reads a module back as it was written', () => {
  const { server } = setUp({}, {}, { cdnPrefix: 'https://cdn.example.com' });
  const { assets, basePath, onMissing } = parseRenderModule(server());
  expect({ basePath, onMissing }).toEqual({ basePath: '', onMissing: 'error' });
  expect(assets[APP_JS[0] ?? '']).toEqual([`https://cdn.example.com${APP_JS[1]}`, 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=']);
});

test('lists in development the edited files that each stylesheet loads, by the decoded path of their URL', () => {
  const sheets = {
    'public/css/a.css': '@import "b.css"; a { background: url("../img/my%20photo.png"), url(/img/a.png) }',
    'public/css/b.css': 'b { background: url(../img/b.png) }',
    'public/img/my photo.png': 'hello',
  };
  const edited = new Set(['/img/my photo.png', '/img/b.png', '/js/app.js']);
  const { server, client } = setUp(sheets, {}, { basePath: '/docs' }, { forDevelopment: true, edited });
  for (const module of [server, client]) {
    expect(parseRenderModule(module()).reloads).toEqual({
      '/css/a.css': { '/docs/img/my photo.png': '2cf24dba5f', '/docs/img/b.png': '2cf24dba5f' },
      '/css/b.css': { '/docs/img/b.png': '2cf24dba5f' },
    });
  }
});

test('gives each module that loads an edited file a load state in development, whether or not the source mentions it', () => {
  const files = { 'public/js/main.js': "import './leaf.js';", 'public/js/leaf.js': 'export {};' };
  const edited = new Set(['/js/leaf.js', '/js/app.js']);
  for (const module of ['server', 'client'] as const) {
    const { loadStates, reloads } = parseRenderModule(setUp(files, {}, {}, { forDevelopment: true, edited })[module]());
    expect([loadStates, reloads]).toEqual([{ '/js/main.js': expect.stringMatching(/^[0-9a-f]{10}$/) }, {}]);
  }
});

test('writes names that need escapes in JavaScript', () => {
  const names = ["it's.js", '"quoted".js', 'line\nbreak.js', '`$' + '{x}`.js', '</script>.js', '\u2028.js'].map((name) =>
    name.replaceAll('/', '∕'),
  );
  const { server } = setUp(Object.fromEntries(names.map((name) => [`public/odd/${name}`, ''])));
  const assetPaths = Object.keys(parseRenderModule(server()).assets).filter((assetPath) => assetPath.startsWith('/odd/'));
  expect(assetPaths).toEqual(names.map((name) => `/odd/${name}`).sort());
});

test('treats names of Object.prototype as entries like others', async () => {
  const files = { 'public/__proto__': '1', 'public/constructor.js': '2', 'public/toString': '3', 'app/page.jsx': '<CachedImportMap />' };
  const imports = { ['__proto__']: '/constructor.js' };
  const { server, clientOnServer } = setUp(files, { modules: { imports } });
  const manifest = parseRenderModule(server());
  const evaluated = evaluate(server());
  expect(evaluated).toEqual(manifest);
  for (const { importMap } of [manifest, evaluated, evaluate(clientOnServer())]) {
    expect(Object.entries((importMap as ImportMap).imports)).toContainEqual(['__proto__', manifest.assets['/constructor.js']]);
  }
  for (const assetPath of ['/__proto__', '/toString']) expect(lookUp(evaluated, assetPath)?.url).toMatch(/\.[0-9a-f]{10}$/);
  for (const written of ['__proto__', '/hasOwnProperty', 'constructor']) expect(lookUp(evaluated, written)).toBeUndefined();
});

/** The exports that a JavaScript engine reads from a module written here. */
function evaluate(module: string): RenderManifest {
  const [, literal] = /^export const manifest = (.*);$/m.exec(module) ?? [];
  return runInNewContext(`(${literal})`, { browserManifest: {} }) as RenderManifest;
}

test('keeps the modules of a build and of development apart', () => {
  const outputDir = path.join('/app', '.smart-cache');
  const [build, development] = [renderModulePaths({ outputDir }, 'build'), renderModulePaths({ outputDir }, 'development')];
  expect(build).toEqual({
    server: path.join(outputDir, 'build/manifest.mjs'),
    client: path.join(outputDir, 'build/client-manifest.mjs'),
    hot: path.join(outputDir, 'build/hot'),
    nextImage: path.join(outputDir, 'build/next-image.mjs'),
    nextScript: path.join(outputDir, 'build/next-script.mjs'),
    clientOnServer: path.join(outputDir, 'build/client-manifest-on-server.mjs'),
  });
  expect(new Set([...Object.values(build), ...Object.values(development)]).size).toBe(12);
});

test('writes the modules into .smart-cache/', () => {
  expect(listFiles(setUp({}).project.outputDir)).toEqual([
    'build/client-manifest-on-server.mjs',
    'build/client-manifest.mjs',
    'build/manifest.mjs',
    'manifest.json',
  ]);
});
