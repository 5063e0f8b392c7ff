import { type LoadedUrl, measureCoverage, type Place, type PublicFiles, publicFileFinder } from '../../../src/core/coverage';
import { describeBuildCoverage, describeCoverage, explainPlainFiles, type ReasonContext } from '../../../src/core/plain-reasons';

const ORIGIN = 'http://site.invalid';

/** Files of `public/` with made-up hashes: `/img/a.svg` → `/img/a.0123456789.svg`. */
const assetsOf = (paths: readonly string[], folder = '') =>
  Object.fromEntries(
    paths.map((assetPath) => [
      assetPath,
      { hash: '0123456789', url: folder + encodeURI(assetPath).replace(/\.(\w+)$/, '.0123456789.$1'), integrity: 'sha256-', size: 1 },
    ]),
  );

const finder = (options: Partial<PublicFiles> = {}) =>
  publicFileFinder({
    assets: assetsOf(['/img/a.svg', '/img/b c.svg']),
    keptPlain: [],
    prefixes: { basePath: '', assetPrefix: '', cdnPrefix: '' },
    origin: ORIGIN,
    ...options,
  });

const load = (url: string, place: Place = 'element', page = '/'): LoadedUrl => ({ url: ORIGIN + url, place, label: place, page });

describe('the public file that a URL names', () => {
  const prefixed = (prefixes: Partial<PublicFiles['prefixes']>) => ({
    prefixes: { basePath: '', assetPrefix: '', cdnPrefix: '', ...prefixes },
  });

  const CASES: [url: string, expected: string | undefined, options?: Partial<PublicFiles>][] = [
    [`${ORIGIN}/img/a.svg?v=1`, 'plain /img/a.svg'],
    [`${ORIGIN}/img/a.0123456789.svg?v=1`, 'hashed /img/a.svg'],
    [`${ORIGIN}/img/b%20c.svg`, 'plain /img/b c.svg'],
    [`${ORIGIN}/img/b%20c.0123456789.svg`, 'hashed /img/b c.svg'],
    [`${ORIGIN}/img/a.ffffffffff.svg`, undefined],
    [`${ORIGIN}/img/none.svg`, undefined],
    [`${ORIGIN}/img/%E0%A4%A.svg`, undefined],
    ['https://example.com/img/a.svg', undefined],
    [`${ORIGIN}/_next/image?url=%2Fimg%2Fa.svg&w=16&q=75`, 'plain /img/a.svg'],
    [`${ORIGIN}/_next/image/?url=%2Fimg%2Fa.0123456789.svg&w=32&q=75`, 'hashed /img/a.svg'],
    [`${ORIGIN}/_next/image?url=https%3A%2F%2Fexample.com%2Fimg%2Fa.svg&w=16`, undefined],
    [`${ORIGIN}/_next/image?w=16`, undefined],
    [`${ORIGIN}/_vercel/image?url=%2Fimg%2Fa.svg&w=16`, 'plain /img/a.svg', { optimizerPath: '/_vercel/image' }],
    [`${ORIGIN}/docs/img/a.svg`, 'plain /img/a.svg', prefixed({ basePath: '/docs' })],
    [`${ORIGIN}/docs/img/a.0123456789.svg`, 'hashed /img/a.svg', prefixed({ basePath: '/docs' })],
    [`${ORIGIN}/img/a.svg`, undefined, prefixed({ basePath: '/docs' })],
    ['https://cdn.example.com/img/a.0123456789.svg', 'hashed /img/a.svg', prefixed({ cdnPrefix: 'https://cdn.example.com' })],
    ['https://cdn.example.com/img/a.svg', undefined, prefixed({ cdnPrefix: 'https://cdn.example.com' })],
    [
      'https://cdn.example.com/next/_next/static/media/smart-cache/img/a.0123456789.svg',
      'hashed /img/a.svg',
      {
        ...prefixed({ assetPrefix: 'https://cdn.example.com/next/' }),
        assets: assetsOf(['/img/a.svg'], '/_next/static/media/smart-cache'),
      },
    ],
    [`${ORIGIN}/img/kept.svg`, 'plain /img/kept.svg', { keptPlain: ['/img/kept.svg'] }],
  ];

  test('is found by path, hash, prefix and optimizer, and by nothing else', () => {
    const found = CASES.map(([url, , options]) => {
      const file = finder(options)(url);
      return [url, file && `${file.isHashed ? 'hashed' : 'plain'} ${file.assetPath}`];
    });
    expect(found).toEqual(CASES.map(([url, expected]) => [url, expected]));
  });
});

describe('coverage', () => {
  test('counts each file once, whatever the pages, the places and the sizes', () => {
    const loaded = ['/img/a.0123456789.svg', '/img/a.0123456789.svg?v=2', '/_next/image?url=%2Fimg%2Fa.0123456789.svg&w=16'].flatMap(
      (url) => [load(url), load(url, 'style', '/other')],
    );
    expect(measureCoverage(loaded, finder())).toEqual({ hashed: 1, total: 1, plain: [] });
  });

  test('takes a file with both kinds of URL for plain', () => {
    const loaded = [load('/img/a.0123456789.svg'), load('/img/a.svg', 'style', '/b'), load('/img/a.svg', 'style', '/a')];
    const plain = [{ assetPath: '/img/a.svg', place: 'style', label: 'style', pages: ['/a', '/b'] }];
    expect(measureCoverage(loaded, finder())).toEqual({ hashed: 0, total: 1, plain });
  });

  test('prefers what uses a file to its preload', () => {
    const loaded = [load('/img/a.svg', 'preload'), load('/img/a.svg', 'stylesheet', 'chunk.css')];
    expect(measureCoverage(loaded, finder()).plain).toMatchObject([{ place: 'stylesheet', pages: ['chunk.css'] }]);
    expect(measureCoverage([...loaded].reverse(), finder()).plain).toMatchObject([{ place: 'stylesheet', pages: ['chunk.css'] }]);
  });

  test('leaves out data-no-hash, and what automatic.exclude names unless it is hashed', () => {
    const isLeftAlone = (assetPath: string) => assetPath === '/img/a.svg';
    expect(measureCoverage([load('/img/b%20c.svg', 'no-hash'), load('/img/a.svg')], finder(), isLeftAlone).total).toBe(0);
    expect(measureCoverage([load('/img/a.svg'), load('/img/a.0123456789.svg')], finder(), isLeftAlone)).toMatchObject({
      hashed: 1,
      total: 1,
    });
  });
});

describe('the reason and the fix', () => {
  const fixFor = (place: Place, context: ReasonContext = {}, url = '/img/a.svg') =>
    explainPlainFiles(measureCoverage([load(url, place)], finder()), context)[0]?.fix;

  test.each<[Place, string, ReasonContext]>([
    ['element', 'jsxImportSource', { usesJsxRuntime: false }],
    ['style', 'jsxImportSource', { usesJsxRuntime: false }],
    ['element', "clientAssets: ['/img/**']", { usesJsxRuntime: true, isForClient: () => false }],
    ['element', 'asset() where that HTML is made', { usesJsxRuntime: true, isForClient: () => true }],
    ['style', 'asset() where that HTML is made', { usesJsxRuntime: true, isForClient: () => true }],
    ['element', 'next-smart-cache check', {}],
    ['own-integrity', 'remove the integrity', { usesJsxRuntime: true }],
    ['metadata', 'asset()', { usesJsxRuntime: false }],
    ['stylesheet', 'next-smart-cache/postcss', { usesJsxRuntime: false }],
    ['reference', '"references"', {}],
    ['fetch', 'both, the preload and the call', {}],
    ['preload', 'both, the preload and its use', {}],
    ['same-origin', 'cdnPrefix', { usesJsxRuntime: true, isCrossOrigin: true }],
    ['style', 'cdnPrefix', { usesJsxRuntime: true, isCrossOrigin: true }],
    ['element', 'exclude the file', { usesJsxRuntime: true, keptPlain: ['/img/a.svg'] }],
  ])('suit %s: %s', (place, fix, context) => {
    expect(fixFor(place, context)).toContain(fix);
  });

  test('knows that next/image takes nothing from another origin', () => {
    const url = '/_next/image?url=%2Fimg%2Fa.svg&w=16';
    expect(fixFor('element', { usesJsxRuntime: true, isCrossOrigin: true }, url)).toContain('cdnPrefix');
  });
});

test('the line names the first files, and says when there is nothing to count', () => {
  const plain = ['/a', '/b', '/c'].map((assetPath) => ({ assetPath, place: 'fetch', label: 'fetch', pages: ['/', '/x', '/y'] }) as const);
  expect(describeCoverage({ hashed: 1, total: 4, plain }, 'this page loads', 2)).toBe(
    '1 of 4 public files that this page loads are hashed; plain: /a (fetch in / and 2 more pages), /b (fetch in / and 2 more pages) and 1 more',
  );
  expect(describeCoverage({ hashed: 1, total: 1, plain: [] }, 'your pages load')).toBe('1 of 1 public file that your pages load is hashed');
  const nothing = { coverage: { hashed: 0, total: 0, plain: [] }, groups: [], pages: 1, notMeasured: ['/x'] };
  expect(describeBuildCoverage(nothing)).toBe('your pages load no public file that could be hashed; 1 dynamic page not measured');
});
