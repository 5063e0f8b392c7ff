import type { SmartCacheOptions } from '../../../../src/core/options';
import { type ImportMap, toRenderManifest } from '../../../../src/core/render-manifest';
import { buildManifest } from '../../../../src/pipeline/build-manifest';
import { buildImportMap } from '../../../../src/pipeline/graph/import-map';
import { isImport } from '../../../../src/pipeline/graph/reference-graph';
import { resolveProject } from '../../../../src/pipeline/project';
import { findReferences } from '../../../../src/pipeline/references/find-references';
import fc from '../../../support/seeded-fast-check';
import { anySite, type GeneratedFile, PLAIN_PATHS, referencesOf, textsOf } from '../../support/generated-site';
import { projectWith } from '../../support/project';
import { type RewrittenSite, rewriteSite, type SiteSettings } from '../../support/rewritten-site';

interface Settings {
  options?: SmartCacheOptions;
  basePath?: string;
  isChecked?: boolean;
}

/** The import map of an app with these files whose source names these entries; every hash in it as `#`. */
function importMap(
  files: Readonly<Record<string, string>>,
  entries: readonly string[],
  { options, basePath = '', isChecked = false }: Settings = {},
): ImportMap {
  const project = projectWith(files, { ...options, modules: { importMap: true, ...options?.modules } }, { basePath });
  const { manifest, plainPaths, graph } = buildManifest(project);
  const rendered = toRenderManifest(manifest, plainPaths, { ...project.prefixes, integrity: false, onMissing: 'error' });
  const map = buildImportMap(project, project.options.modules.imports, graph, entries, rendered, (assetPath) =>
    isChecked ? manifest.assets[assetPath]?.integrity.slice(0, 10) : undefined,
  );
  return JSON.parse(JSON.stringify(map).replace(/(?<=\.)[0-9a-f]{10}(?=\.)/g, '#')) as ImportMap;
}

const FILES = {
  'js/main.js': "import './a.js';import('./b.js')",
  'js/a.js': "import '../lib/c.js'",
  'js/b.js': 'export {}',
  'lib/c.js': 'export {}',
  'js/other.js': 'export {}',
  'css/site.css': '',
};
const STORE = '/_next/static/media/smart-cache';

test('maps the URL that a browser makes of an import to the hashed URL, for all modules that an entry reaches', () => {
  expect(importMap(FILES, ['/js/main.js', '/css/site.css', '/js/other.js'])).toEqual({
    imports: {
      '/js/a.js': '/js/a.#.js',
      '/js/b.js': '/js/b.#.js',
      '/js/main.js': '/js/main.#.js',
      '/lib/c.js': '/lib/c.#.js',
    },
  });
});

test('maps URLs with and without the basePath', () => {
  expect(importMap({ 'main.js': "import './a.js'", 'a.js': 'export {}' }, ['/main.js'], { basePath: '/docs' }).imports).toEqual({
    '/a.js': '/docs/a.#.js',
    '/docs/a.js': '/docs/a.#.js',
    '/docs/main.js': '/docs/main.#.js',
    '/main.js': '/docs/main.#.js',
  });
});

test('maps URLs beside the importer under static delivery', () => {
  const { imports } = importMap({ 'main.js': "import './a.js'", 'a.js': 'export {}' }, ['/main.js'], { options: { delivery: 'static' } });
  expect(imports).toEqual({
    '/a.js': `${STORE}/a.#.js`,
    '/main.js': `${STORE}/main.#.js`,
    [`${STORE}/a.js`]: `${STORE}/a.#.js`,
    [`${STORE}/main.js`]: `${STORE}/main.#.js`,
  });
});

test('has no entry for a module that keeps its name under static delivery', () => {
  const files = { 'js/main.js': "import './config.js'", 'js/config.js': 'export {}' };
  const { imports } = importMap(files, ['/js/main.js'], { options: { delivery: 'static', exclude: '/js/config.js' } });
  expect(Object.keys(imports)).toEqual([`${STORE}/js/main.js`, '/js/main.js']);
});

test('maps imports between a file that needs a rewrite and one that does not, in both directions', () => {
  const odd = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`vendor/lib-${index}.0123456789.js`, '']));
  const files = { ...odd, 'js/main.js': "import '../vendor/a.js'", 'vendor/a.js': "import '../js/b.js'", 'js/b.js': 'export {}' };
  expect(importMap(files, ['/js/main.js']).imports).toMatchObject({
    '/vendor/a.js': `${STORE}/vendor/a.#.js`,
    '/js/b.js': '/js/b.#.js',
  });
});

test('maps URLs of a CDN', () => {
  const options = { cdnPrefix: 'https://cdn.example.com' };
  expect(importMap({ 'main.js': "import './a.js'", 'a.js': 'export {}' }, ['/main.js'], { options }).imports).toMatchObject({
    'https://cdn.example.com/a.js': 'https://cdn.example.com/a.#.js',
    '/a.js': 'https://cdn.example.com/a.#.js',
  });
  expect(
    importMap({ 'main.js': "import './a.js?v'", 'a.js': 'export {}' }, ['/main.js'], { options: { cdnPrefix: '//cdn.example.com' } })
      .imports,
  ).toMatchObject({
    '//cdn.example.com/a.js?v': '//cdn.example.com/a.#.js?v',
  });
});

test('maps every spelling that an importer uses', () => {
  const files = { 'js/main.js': "import './it%27s.js';import \"./it's.js?v=1#x\"", "js/it's.js": 'export {}' };
  const { imports, integrity } = importMap(files, ['/js/main.js'], { isChecked: true });
  expect(imports).toMatchObject({
    "/js/it's.js": "/js/it's.#.js",
    '/js/it%27s.js': "/js/it's.#.js",
    "/js/it's.js?v=1#x": "/js/it's.#.js?v=1#x",
  });
  expect(Object.keys(integrity ?? {})).toEqual(["/js/it's.#.js", "/js/it's.#.js?v=1#x", '/js/main.#.js']);
});

test('ends for modules in a circle', () => {
  const { imports } = importMap({ 'a.js': "import './b.js'", 'b.js': "import './a.js'" }, ['/a.js']);
  expect(imports).toEqual({ '/a.js': '/a.#.js', '/b.js': '/b.#.js' });
});

describe('bare specifiers', () => {
  const imports = { three: '/three/build.js', 'three/addons/': '/three/addons/', cdn: 'https://cdn.example.com/x.js', gone: '/gone.js' };
  const files = {
    'main.js': "import 'three';import 'three/addons/orbit.js';import 'react'",
    'three/build.js': 'export {}',
    'three/addons/orbit.js': "import 'three'",
  };

  test('are mapped, including those of files in a mapped folder', () => {
    expect(importMap(files, ['/main.js'], { options: { modules: { imports } } }).imports).toEqual({
      '/main.js': '/main.#.js',
      '/three/addons/orbit.js': '/three/addons/orbit.#.js',
      '/three/build.js': '/three/build.#.js',
      cdn: 'https://cdn.example.com/x.js',
      gone: '/gone.js',
      three: '/three/build.#.js',
      'three/addons/': '/three/addons/',
      'three/addons/orbit.js': '/three/addons/orbit.#.js',
    });
  });

  test('are mapped without any entry', () => {
    expect(importMap(files, [], { options: { modules: { imports: { three: '/three/build.js' } } } }).imports).toEqual({
      '/three/build.js': '/three/build.#.js',
      three: '/three/build.#.js',
    });
  });
});

test('has the integrity of each hashed URL', () => {
  const { integrity } = importMap({ 'main.js': "import './a.js'", 'a.js': 'hello' }, ['/main.js'], { isChecked: true });
  expect(integrity).toEqual({ '/a.#.js': 'sha256-LPJ', '/main.#.js': expect.stringMatching(/^sha256-/) });
});

const ORIGIN = 'https://example.com';

const SITES: Record<string, SiteSettings & { front?: string }> = {
  'rewrite delivery': {},
  'rewrite delivery below a basePath': { basePath: '/docs', front: `${ORIGIN}/docs` },
  'rewrite delivery behind a CDN': { options: { cdnPrefix: 'https://cdn.example.com' }, front: 'https://cdn.example.com' },
  'static delivery below a basePath': { basePath: '/docs', options: { delivery: 'static' }, front: `${ORIGIN}/docs` },
};

test.each(Object.entries(SITES))(
  'generated sites, %s: every import resolves to the hashed URL of its file, so no module is loaded twice',
  (_, settings) => {
    const { basePath = '', front = ORIGIN } = settings;
    const options = { ...settings.options, modules: { importMap: true } };
    const project = resolveProject({ root: '/app', basePath, options });
    fc.assert(
      fc.property(anySite(basePath), (site) => {
        const linked = rewriteSite(textsOf(site), { ...settings, options, plainPaths: PLAIN_PATHS });
        const manifest = { version: 1, algorithm: 'sha256', assets: Object.fromEntries(linked.outputs) } as const;
        const rendered = toRenderManifest(manifest, PLAIN_PATHS, { ...project.prefixes, integrity: false, onMissing: 'error' });
        const { imports } = buildImportMap(
          project,
          project.options.modules.imports,
          linked.graph,
          [...linked.outputs.keys()],
          rendered,
          () => undefined,
        );
        // A browser resolves keys and values as URLs, relative to a page of the site.
        const byHref = new Map(Object.entries(imports).map(([key, url]) => [new URL(key, ORIGIN).href, new URL(url, ORIGIN).href]));
        for (const { assetPath, url } of site.flatMap((file) => urlsOf(file, linked, front))) {
          const text = linked.text(assetPath);
          const references = findReferences(assetPath, text.length, () => Buffer.from(text))?.references ?? [];
          const targets = referencesOf(site.find((file) => file.assetPath === assetPath) as GeneratedFile).map(({ target }) => target);
          for (const [index, reference] of references.entries()) {
            const target = targets[index];
            if (target === undefined || !isImport(reference)) continue;
            const asked = new URL(reference.url, url).href;
            const hashed = linked.outputs.get(target)?.url;
            const expected = hashed === undefined ? ORIGIN + basePath + target : front + hashed;
            const loaded = new URL(byHref.get(asked) ?? asked);
            expect([assetPath, reference.url, loaded.origin + loaded.pathname]).toEqual([assetPath, reference.url, expected]);
            expect(loaded.search + loaded.hash).toBe(new URL(asked).search + new URL(asked).hash);
          }
        }
      }),
    );
  },
);

/** The modules of a generated file and the URLs that they are loaded from. */
function urlsOf({ assetPath }: GeneratedFile, linked: RewrittenSite, front: string): { assetPath: string; url: string }[] {
  return assetPath.endsWith('.js') ? [{ assetPath, url: front + (linked.outputs.get(assetPath)?.url ?? '') }] : [];
}

test('accepts names that every object has', () => {
  const imports = { ['__proto__']: '/js/a.js', constructor: '/js/a.js', toString: 'https://cdn.example.com/a.js' };
  const files = { 'js/main.js': "import '__proto__';import 'constructor';import 'valueOf'", 'js/a.js': 'export {}' };
  const map = importMap(files, ['/js/main.js'], { options: { modules: { imports } } });
  expect(Object.entries(map.imports).filter(([name]) => !name.startsWith('/'))).toEqual([
    ['__proto__', '/js/a.#.js'],
    ['constructor', '/js/a.#.js'],
    ['toString', 'https://cdn.example.com/a.js'],
  ]);
});
