import type { Manifest } from '../../../src/core/manifest-document';
import { type RenderManifestSettings, toRenderManifest } from '../../../src/core/render-manifest';

const MANIFEST: Manifest = {
  version: 1,
  algorithm: 'sha256',
  assets: {
    '/css/site.css': { hash: '4f2a9c01be', url: '/css/site.4f2a9c01be.css', integrity: 'sha256-site', size: 1 },
    '/vendor/lib.js': {
      hash: '0123456789',
      url: '/_next/static/media/smart-cache/vendor/lib.0123456789.js',
      integrity: 'sha256-lib',
      size: 1,
    },
  },
};
const PLAIN_PATHS = ['/robots.txt', '/my file.html'];
const DEFAULTS: RenderManifestSettings = { basePath: '', assetPrefix: '', cdnPrefix: '', integrity: 'cross-origin', onMissing: 'error' };

const assetsWith = (settings: Partial<RenderManifestSettings>) =>
  toRenderManifest(MANIFEST, PLAIN_PATHS, { ...DEFAULTS, ...settings }).assets;

test('takes the URLs of the manifest, adds the paths of plain files, and leaves integrity out by default', () => {
  expect(toRenderManifest(MANIFEST, PLAIN_PATHS, DEFAULTS)).toEqual({
    basePath: '',
    onMissing: 'error',
    assets: {
      '/css/site.css': '/css/site.4f2a9c01be.css',
      '/vendor/lib.js': '/_next/static/media/smart-cache/vendor/lib.0123456789.js',
      '/robots.txt': '/robots.txt',
      '/my file.html': '/my%20file.html',
    },
  });
});

test('marks files that are not for automatic hashing, and keeps their hashed URLs for asset()', () => {
  const isAutomatic = (assetPath: string) => !assetPath.startsWith('/vendor/');
  const render = toRenderManifest(MANIFEST, PLAIN_PATHS, { ...DEFAULTS, isAutomatic });
  expect(render).toEqual({ ...toRenderManifest(MANIFEST, PLAIN_PATHS, DEFAULTS), notAutomatic: { '/vendor/lib.js': true } });
  expect(toRenderManifest(MANIFEST, PLAIN_PATHS, { ...DEFAULTS, isAutomatic: () => true })).not.toHaveProperty('notAutomatic');
});

test.each<[string, Partial<RenderManifestSettings>, css: string, js: string, robots: string]>([
  [
    'basePath before all',
    { basePath: '/docs' },
    '/docs/css/site.4f2a9c01be.css',
    '/docs/_next/static/media/smart-cache/vendor/lib.0123456789.js',
    '/docs/robots.txt',
  ],
  [
    'assetPrefix before those under /_next/, as Next does',
    { basePath: '/docs', assetPrefix: 'https://assets.example.com' },
    '/docs/css/site.4f2a9c01be.css',
    'https://assets.example.com/_next/static/media/smart-cache/vendor/lib.0123456789.js',
    '/docs/robots.txt',
  ],
  [
    'assetPrefix without the slash at its end, which Next removes',
    { assetPrefix: 'https://assets.example.com/' },
    '/css/site.4f2a9c01be.css',
    'https://assets.example.com/_next/static/media/smart-cache/vendor/lib.0123456789.js',
    '/robots.txt',
  ],
  [
    'cdnPrefix before hashed ones, in place of the other two',
    { basePath: '/docs', assetPrefix: 'https://assets.example.com', cdnPrefix: 'https://cdn.example.com' },
    'https://cdn.example.com/css/site.4f2a9c01be.css',
    'https://cdn.example.com/_next/static/media/smart-cache/vendor/lib.0123456789.js',
    '/docs/robots.txt',
  ],
])('puts prefixes in front of URLs: %s', (_, settings, css, js, robots) => {
  const assets = assetsWith({ ...settings, integrity: false });
  expect([assets['/css/site.css'], assets['/vendor/lib.js'], assets['/robots.txt']]).toEqual([css, js, robots]);
});

test.each<[RenderManifestSettings['integrity'], ownOrigin: boolean, otherOrigin: boolean]>([
  ['cross-origin', false, true],
  [true, true, true],
  [false, false, false],
])('adds integrity under %j: same origin %j, another origin %j', (integrity, ownOrigin, otherOrigin) => {
  const hasIntegrity = (settings: Partial<RenderManifestSettings>) =>
    assetsWith({ ...settings, integrity })['/css/site.css']?.[1] === 'sha256-site';
  expect(hasIntegrity({})).toBe(ownOrigin);
  expect(hasIntegrity({ basePath: '/docs' })).toBe(ownOrigin);
  expect(hasIntegrity({ cdnPrefix: 'https://cdn.example.com' })).toBe(otherOrigin);
  expect(hasIntegrity({ cdnPrefix: '//cdn.example.com' })).toBe(otherOrigin);
});

test('takes the URLs of urlOf, and lists the hash of a file that keeps its plain URL', () => {
  const urlOf: RenderManifestSettings['urlOf'] = (assetPath, { hash }) =>
    assetPath.startsWith('/css/') ? `${assetPath}?${hash}` : undefined;
  expect(toRenderManifest(MANIFEST, PLAIN_PATHS, { ...DEFAULTS, urlOf, basePath: '/docs' })).toMatchObject({
    assets: { '/css/site.css': '/docs/css/site.css?4f2a9c01be', '/vendor/lib.js': '/docs/vendor/lib.js' },
    unhashed: { '/vendor/lib.js': '0123456789' },
  });
});

test('takes only wanted files, hashed and plain', () => {
  const wanted = new Set(['/css/site.css', '/robots.txt']);
  const { assets } = toRenderManifest(MANIFEST, PLAIN_PATHS, DEFAULTS, (assetPath) => wanted.has(assetPath));
  expect(Object.keys(assets)).toEqual([...wanted]);
});
