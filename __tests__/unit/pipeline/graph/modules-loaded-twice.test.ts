import type { SmartCacheOptions } from '../../../../src/core/options';
import { rewriteSite, type SiteSettings } from '../../support/rewritten-site';

const EXCLUDE: SmartCacheOptions = { references: { exclude: '/vendor/**' } };

/** The warnings of modules that are loaded twice. */
function warningsOf(files: Readonly<Record<string, string>>, settings: SiteSettings = { options: EXCLUDE }) {
  return rewriteSite(files, settings).warnings.filter(({ what }) => what.includes('twice'));
}

const SITE = {
  '/main.js': "import './store.js'",
  '/vendor/old.js': "import('../store.js')",
  '/store.js': 'export let count = 0',
};

test('names the module, both files that import it, and the fix', () => {
  expect(warningsOf(SITE)).toEqual([
    {
      what: 'A page may load a module twice, under two URLs',
      where: 'public/store.js',
      why: '/main.js imports its hashed URL, and /vendor/old.js loads its plain URL, since "references.exclude" names /vendor/old.js; each copy has its own state',
      fix: 'take /vendor/old.js out of "references: { exclude }", or set "modules: { importMap: true }" and render <CachedImportMap />',
    },
  ]);
});

test('warns of a module that a file without rewritten references reaches through another one', () => {
  const files = {
    ...SITE,
    '/vendor/old.js': "import './more.js'",
    '/vendor/more.js': "import '../wrap.js'",
    '/wrap.js': "import './store.js'",
  };
  expect(warningsOf(files)).toMatchObject([{ where: 'public/store.js' }, { where: 'public/store.js' }]);
});

test('gives one warning for several modules', () => {
  const files = {
    '/main.js': "import './a.js';import './b.js'",
    '/vendor/old.js': "import '/b.js';import '/a.js'",
    '/a.js': '',
    '/b.js': '',
  };
  expect(warningsOf(files)).toMatchObject([{ where: 'public/b.js and 1 more' }]);
});

test.each<[string, files: Readonly<Record<string, string>>, settings: SiteSettings]>([
  ['all importers are rewritten', SITE, {}],
  ['no importer is rewritten', SITE, { options: { references: { exclude: ['/vendor/**', '/main.js'] } } }],
  ['no reference is followed', SITE, { options: { references: false } }],
  ['an import map gives both the same URL', SITE, { options: { ...EXCLUDE, modules: { importMap: true } } }],
  [
    'only a file whose references are not rewritten reaches the other importer',
    { ...SITE, '/vendor/old.js': "import '/main.js';import '/store.js'" },
    { options: EXCLUDE },
  ],
  ['the module is not hashed', { ...SITE }, { options: EXCLUDE, plainPaths: ['/store.js'] }],
  ['they import different modules', { ...SITE, '/vendor/old.js': "import './own.js'", '/vendor/own.js': '' }, { options: EXCLUDE }],
])('is silent if %s', (_, files, settings) => {
  const hashed = Object.fromEntries(Object.entries(files).filter(([assetPath]) => !settings.plainPaths?.includes(assetPath)));
  expect(warningsOf(hashed, settings)).toEqual([]);
});
