import { hashedPathMatcher } from '../../../src/core/asset-path-globs';
import { resolveOptions, type SmartCacheOptions } from '../../../src/core/options';

/** Matches like the scan: the globs of fixed names and of the options, with the same matcher. */
function isHashed(assetPath: string, options: SmartCacheOptions = {}): boolean {
  const { include, exclude } = resolveOptions(options);
  return hashedPathMatcher(include, exclude)(assetPath);
}

test.each([
  '/robots.txt',
  '/favicon.ico',
  '/sitemap.xml',
  '/sitemap-2.xml',
  '/news/sitemap.xml',
  '/ads.txt',
  '/app-ads.txt',
  '/.well-known/security.txt',
  '/.well-known/acme-challenge/token',
  '/sw.js',
  '/app/sw.js',
  '/service-worker.js',
  '/serviceworker.js',
  '/firebase-messaging-sw.js',
  '/app/my-sw.js',
  '/ngsw-worker.js',
  '/OneSignalSDKWorker.js',
  '/push/OneSignalSDKUpdaterWorker.js',
  '/index.html',
  '/docs/index.html',
  '/google1234567890.html',
  '/.DS_Store',
  '/.env',
  '/img/.DS_Store',
  '/.git/config',
  '/img/.cache/thumb.png',
  '/_headers',
  '/_redirects',
  '/_routes.json',
  '/_worker.js',
  '/_worker.js/index.js',
  '/_worker.js/chunks/a.wasm',
  '/staticwebapp.config.json',
])('%s keeps its name', (assetPath) => {
  expect(isHashed(assetPath)).toBe(false);
});

test.each([
  '/js/application.js',
  '/application.js',
  '/LICENSE',
  '/img/hero.jpg',
  '/img/robots.txt',
  '/img/favicon.ico',
  '/js/answer.js',
  '/app/_headers',
  '/js/_worker.js',
  '/app/staticwebapp.config.json',
  '/html/page.htm',
  '/[id]/(group)/{x}.js',
  '/a*b?.js',
  '/line\nbreak.js',
  '/caf\u00e9.txt',
  '/line\nbreak/app.js',
])('%j is hashed', (assetPath) => {
  expect(isHashed(assetPath)).toBe(true);
});

test.each<[SmartCacheOptions, assetPath: string, expected: boolean]>([
  [{ include: '/img/**' }, '/img/hero.jpg', true],
  [{ include: '/img/**' }, '/img/2024/hero.jpg', true],
  [{ include: '/img/**' }, '/images/hero.jpg', false],
  [{ include: '/img/**' }, '/img/.DS_Store', false],
  [{ include: '/**' }, '/sw.js', false],
  [{ include: '/robots.txt' }, '/robots.txt', false],
  [{ include: '*.js' }, '/app.js', true],
  [{ include: '*.js' }, '/deep/down/app.js', true],
  [{ include: '*.js' }, '/app.css', false],
  [{ include: ['/img/**', '/js/**'] }, '/js/app.js', true],
  [{ include: ['/img/**', '/js/**'], exclude: '*.map' }, '/js/app.js.map', false],
  [{ include: [] }, '/js/app.js', false],
  [{ exclude: '*.map' }, '/app.js.map', false],
  [{ exclude: '*.map' }, '/js/app.js.map', false],
  [{ exclude: '/private/**' }, '/private/a.txt', false],
  [{ exclude: '/private/**' }, '/private/.a', false],
  [{ exclude: '/private/**' }, '/private/line\nbreak.txt', false],
  [{ exclude: '/private/**' }, '/privately.txt', true],
  [{ exclude: 'private' }, '/private/a.txt', true],
  [{ exclude: 'LICENSE' }, '/LICENSE', false],
  [{ exclude: 'LICENSE' }, '/vendor/LICENSE', false],
])('tells with %j whether %j is hashed: %j', (options, assetPath, expected) => {
  expect(isHashed(assetPath, options)).toBe(expected);
});
