import { developmentHeaders } from '../../../src/next/development-urls';
import { rewrite } from '../support/rewrites';

test.each<[url: string, cacheControl: string | undefined]>([
  ['/img/logo.svg', 'no-cache'],
  ['/js/app.46fb7aa72a.js', 'no-cache'],
  ['/robots.txt', 'no-cache'],
  ['/font/text.woff2', 'no-store'],
  ['/font/text.TTF', 'no-store'],
  ['/', undefined],
  ['/about', undefined],
  ['/v1.2/about', undefined],
  ['/_next/static/chunks/main.js', undefined],
  ['/_next/static/media/text.woff2', undefined],
  ['/cdn/_next/static/media/text.woff2', undefined],
  ['/__nextjs_font/geist-latin.woff2', undefined],
])('%s: %s', (url, cacheControl) => {
  const matching = developmentHeaders().filter(({ source }) => rewrite([{ source, destination: '/found' }], url) !== undefined);
  expect(matching.at(-1)?.headers).toEqual(cacheControl && [{ key: 'Cache-Control', value: cacheControl }]);
});

test('with i18n, the paths are those of files, which have no locale', () => {
  expect(developmentHeaders().map(({ locale }) => locale)).toEqual([false, false]);
});
