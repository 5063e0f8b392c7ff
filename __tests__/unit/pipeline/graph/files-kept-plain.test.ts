import { encodeAssetPath } from '../../../../src/core/asset-path';
import { findReferences } from '../../../../src/pipeline/references/find-references';
import type { ReferenceKind } from '../../../../src/pipeline/references/reference';
import fc from '../../../support/seeded-fast-check';
import { anySite, PLAIN_PATHS, referencesOf, textsOf } from '../../support/generated-site';
import { rewriteSite, type SiteSettings } from '../../support/rewritten-site';

const ORIGIN = 'https://example.com';
const CDN = 'https://cdn.example.com';

/** More top-level folders than the rewrites can list. */
const MANY_FOLDERS = Array.from({ length: 40 }, (_, index) => `/a-folder-of-the-app-${index}/a.txt`);
const MANY = Object.fromEntries(MANY_FOLDERS.map((assetPath) => [assetPath, '']));

const SETTINGS: Record<string, SiteSettings & { extra?: Record<string, string>; assetPrefix?: string }> = {
  'static delivery': { options: { delivery: 'static' } },
  'static delivery below a basePath': { options: { delivery: 'static' }, basePath: '/docs' },
  'static delivery with references: false': { options: { delivery: 'static', references: false } },
  'static delivery with references: { exclude }': { options: { delivery: 'static', references: { exclude: ['/css/**', '*.svg'] } } },
  'static delivery with an import map that no page renders': { options: { delivery: 'static', modules: { importMap: true } } },
  'static delivery on a CDN that has nothing but hashed files': { options: { delivery: 'static', cdnPrefix: CDN } },
  'static delivery on such a CDN, with references: false': { options: { delivery: 'static', cdnPrefix: CDN, references: false } },
  'an assetPrefix that has nothing but /_next/': { options: { delivery: 'static' }, assetPrefix: CDN },
  'more folders than the rewrites hold': { extra: MANY },
  'more folders than the rewrites hold, with references: false': { extra: MANY, options: { references: false }, basePath: '/docs' },
};

test.each(Object.entries(SETTINGS))('keeps the target of every reference: %s', (_, settings) => {
  const { basePath = '', options, extra = {}, assetPrefix } = settings;
  const front = options?.cdnPrefix ?? assetPrefix ?? ORIGIN + basePath;
  fc.assert(
    fc.property(anySite(basePath), (site) => {
      const linked = rewriteSite({ ...textsOf(site), ...extra }, { ...settings, plainPaths: PLAIN_PATHS });
      const plainUrl = (assetPath: string) => ORIGIN + basePath + encodeAssetPath(assetPath);
      const live = new Map(PLAIN_PATHS.map((assetPath) => [plainUrl(assetPath), assetPath]));
      for (const { assetPath } of site) live.set(plainUrl(assetPath), assetPath);
      for (const [assetPath, { url }] of linked.outputs) live.set(front + url, assetPath);
      for (const file of site) {
        const output = linked.outputs.get(file.assetPath);
        expect(linked.keptPlain.includes(file.assetPath)).toBe(output === undefined);
        const text = output === undefined ? (textsOf([file])[file.assetPath] ?? '') : linked.text(file.assetPath);
        const references = findReferences(file.assetPath, text.length, () => Buffer.from(text))?.references ?? [];
        const before = referencesOf(file);
        expect(references).toHaveLength(before.length);
        for (const [index, { target }] of before.entries()) {
          if (target === undefined) continue;
          const { url } = references[index] as { url: string };
          const { origin, pathname } = new URL(url, output === undefined ? plainUrl(file.assetPath) : front + output.url);
          expect([file.assetPath, url, live.get(origin + spelled(pathname))]).toEqual([file.assetPath, url, target]);
        }
      }
    }),
  );
});

/** A path in the one spelling that {@link encodeAssetPath} has for it. */
function spelled(pathname: string): string {
  return pathname
    .split('/')
    .map((segment) => encodeURIComponent(decodeURIComponent(segment)))
    .join('/');
}

/** Links a site with one file and the image that the file names, and lists which of the two are hashed. */
function isHashed(assetPath: string, text: string, settings: SiteSettings = { options: { delivery: 'static' } }): boolean {
  return rewriteSite({ [assetPath]: text, '/img/a.png': '', '/js/b.js': 'export {}' }, settings).outputs.has(assetPath);
}

const REWRITE: SiteSettings = {};
const LEFT_ALONE: SiteSettings = { options: { delivery: 'static', references: false } };

test.each<[string, assetPath: string, text: string, isHashedUnderStaticDelivery: boolean, settings?: SiteSettings]>([
  ['a sheet with a broken spot', '/css/a.css', 'a{b:url(../img/a.png)} c{d:"', true],
  ['a sheet that is too large to be read', '/css/a.css', `a{b:url(../img/a.png)}${' '.repeat(4 * 1024 * 1024)}`, false],
  ['a script that cannot be read', '/js/a.js', "import './b.js'; function (", false],
  ['a sheet with only URLs that begin with a slash, left alone', '/css/a.css', 'a{b:url(/img/a.png)}', true, LEFT_ALONE],
  ['a sheet without references, left alone', '/css/a.css', 'a{b:c}', true, LEFT_ALONE],
  ['a script without its source map, left alone', '/js/a.js', 'x=1\n//# sourceMappingURL=a.js.map', true, LEFT_ALONE],
  ['a script that imports a bare name, left alone', '/js/a.js', "import 'three'", true, LEFT_ALONE],
  ['a script with import(), left alone', '/js/a.js', "import('./b.js'); export {}", false, LEFT_ALONE],
  ['a playlist', '/video/a.m3u8', '#EXTM3U\na.ts\n', false],
  ['a model', '/3d/a.gltf', '{"buffers":[{"uri":"../img/a.png"}]}', false],
  ['JSON that names a file beside it', '/img/a.json', '{"meta":{"image":"a.png?v=1"}}', false],
  ['JSON with such a name of a member', '/img/a.json', '{"./a.png":{}}', false],
  ['JSON that names no file', '/data/a.json', '{"version":"1.5","host":"example.com","img":"/img/a.png","x":"../img/b.png"}', true],
  ['a text that is not JSON', '/data/a.json', '{ version: 1 }', false],
  ['a manifest of another kind', '/img/manifest.json', '{"entry":{"file":"a.png"}}', false],
  ['an image', '/img/b.png', '../img/a.png', true],
])('decides under static delivery whether to hash %s', (_, assetPath, text, isHashedUnderStaticDelivery, ...[settings]) => {
  expect(isHashed(assetPath, text, settings)).toBe(isHashedUnderStaticDelivery);
  expect(isHashed(assetPath, text, REWRITE)).toBe(true);
});

test('keeps a name that would be too long with its hash', () => {
  const longest = `/js/${'x'.repeat(255 - '.0123456789.js'.length)}.js`;
  expect([isHashed(longest, '', REWRITE), isHashed(longest.replace('x', 'xx'), '', REWRITE)]).toEqual([true, false]);
  expect(isHashed(longest.replace('x', '\u00fc'), '', REWRITE)).toBe(false);
});

test.each<[ReferenceKind, string, string, string]>([
  ['page', '/app.webmanifest', '{"start_url":".","scope":"./app/"}', '{"start_url":"/docs/","scope":"/docs/app/"}'],
  ['page', '/img/a.svg', '<svg><a href="../about?x#y"/></svg>', '<svg><a href="/docs/about?x#y"/></svg>'],
  ['module-url', '/js/a.js', "new URL('./', import.meta.url)", "new URL('/docs/js/', import.meta.url)"],
  ['url', '/css/a.css', 'a{b:url(../api/badge.svg?c)}', 'a{b:url(/docs/api/badge.svg?c)}'],
  ['style-import', '/css/a.css', '@import "none.css";', '@import "/docs/css/none.css";'],
])('writes other references from the root in a file that moves: %s in %s', (_, assetPath, text, moved) => {
  const settings: SiteSettings = { options: { delivery: 'static' }, basePath: '/docs' };
  expect(rewriteSite({ [assetPath]: text }, settings).text(assetPath)).toBe(moved);
  expect(rewriteSite({ [assetPath]: text }, { basePath: '/docs' }).text(assetPath)).toBe(text);
});

test('keeps a web app manifest on the site, whose pages it names', () => {
  const text = '{"start_url":"/","icons":[{"src":"/img/a.png"}]}';
  for (const delivery of ['static', 'rewrite'] as const) {
    expect(isHashed('/app.webmanifest', text, { options: { delivery, cdnPrefix: CDN } })).toBe(false);
    expect(isHashed('/app.webmanifest', text.replace('"start_url":"/",', ''), { options: { delivery, cdnPrefix: CDN } })).toBe(true);
  }
});

test('updates the files that refer to a file that becomes unreadable, and readable again', () => {
  const settings: SiteSettings = { options: { delivery: 'static' } };
  const site = (imported: string) => ({ '/js/a.js': "import './b.js';", '/js/b.js': imported });
  const [whole, broken] = [site('export {};'), site('export {}; function (')];
  const first = rewriteSite(whole, settings);
  const second = rewriteSite(broken, settings, first);
  expect(second.text('/js/a.js')).toBe("import '/js/b.js';");
  expect(second.outputs).toEqual(rewriteSite(broken, settings).outputs);
  expect(rewriteSite(whole, settings, second).outputs).toEqual(first.outputs);
});
