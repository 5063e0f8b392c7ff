import { encodeAssetPath, toHashedPath } from '../../../src/core/asset-path';
import { deriveHashedPathShape } from '../../../src/core/hashed-path-shape';
import {
  deriveDevelopmentRewrites,
  deriveRewrites,
  REWRITE_STORE_URL,
  type RewriteRules,
  STORE_URL,
} from '../../../src/core/rewrite-rules';
import { rewrite } from '../support/rewrites';

const HASH = '0123456789';
const ASSET_PATHS = [
  '/css/site.css',
  '/js/app.min.js',
  '/js/LICENSE',
  '/v1.0/LICENSE',
  '/app.js',
  '/LICENSE',
  '/my photo.jpg',
  '/img/[id] (1).png',
  '/img/ends-in-a-dot.',
  '/js/lib.aaaaaaaaaa.js',
  '/js/lib.aaaaaaaaaa',
  '/IMG.JPG',
];

const shapeOf = (assetPaths: readonly string[], hashLength = 10) => deriveHashedPathShape(assetPaths, assetPaths, hashLength);
const hashedUrl = (assetPath: string) => encodeAssetPath(toHashedPath(assetPath, HASH));

test('makes no rules if no file is hashed', () => {
  expect(deriveRewrites(undefined, 'serve-current')).toEqual({ beforeFiles: [], afterFiles: [] });
  expect(deriveRewrites(undefined, 'not-found')).toEqual({ beforeFiles: [], afterFiles: [] });
  expect(deriveDevelopmentRewrites(undefined)).toEqual({ beforeFiles: [], afterFiles: [] });
});

test('makes three rules for a small app', () => {
  expect(deriveRewrites(shapeOf(['/css/site.css', '/js/app.js', '/logo.svg']), 'serve-current')).toMatchInlineSnapshot(`
{
  "afterFiles": [
    {
      "destination": "/:stem.:extension",
      "has": [
        {
          "key": "host",
          "type": "header",
        },
      ],
      "source": "/_next/static/media/smart-cache-rewrite/:stem(.+?)\\.:hash([0-9a-f]{10})\\.:extension([^./]+)",
    },
  ],
  "beforeFiles": [
    {
      "destination": "/_next/static/media/smart-cache/:path",
      "locale": false,
      "source": "/:folder((?:[^/]+/)?_next/static/(?:m|%6d)(?:e|%65)(?:d|%64)(?:i|%69)(?:a|%61)(?:/|%2f)(?:s|%73)(?:m|%6d)(?:a|%61)(?:r|%72)(?:t|%74)(?:-|%2d)(?:c|%63)(?:a|%61)(?:c|%63)(?:h|%68)(?:e|%65)(?:-|%2d)(?:r|%72)(?:e|%65)(?:w|%77)(?:r|%72)(?:i|%69)(?:t|%74)(?:e|%65)(?:/|%2f)):path(.*)",
    },
    {
      "destination": "/_next/static/media/smart-cache-rewrite/:path",
      "source": "/:path((?:(?:css|js)/.+\\.[0-9a-f]{10}\\.(?:css|js)|(?:logo)\\.[0-9a-f]{10}\\.svg))",
    },
  ],
}
`);
});

describe.each(ASSET_PATHS)('%j', (assetPath) => {
  const shape = shapeOf(ASSET_PATHS);

  test('is looked up in the store, and served from the original if its hash is stale', () => {
    const { beforeFiles, afterFiles } = deriveRewrites(shape, 'serve-current');
    const inStore = rewrite(beforeFiles, hashedUrl(assetPath));
    expect(inStore).toBe(REWRITE_STORE_URL + hashedUrl(assetPath));
    expect(rewrite(afterFiles, inStore ?? '')).toBe(encodeAssetPath(assetPath));
  });

  test('is served from the original in development', () => {
    const { beforeFiles, afterFiles } = deriveDevelopmentRewrites(shape);
    expect(rewrite(beforeFiles, hashedUrl(assetPath))).toBe(encodeAssetPath(assetPath));
    expect(afterFiles).toEqual([]);
  });

  test('is left alone under its own name', () => {
    for (const rules of [deriveRewrites(shape, 'serve-current'), deriveRewrites(shape, 'not-found'), deriveDevelopmentRewrites(shape)]) {
      expect(rewrite([...rules.beforeFiles, ...rules.afterFiles], encodeAssetPath(assetPath))).toBeUndefined();
    }
  });
});

test('sends a request from outside for the rewrites’ own folder to the public one, and never to an original or a page', () => {
  for (const onStaleHash of ['serve-current', 'not-found'] as const) {
    const { beforeFiles, afterFiles } = deriveRewrites(shapeOf(ASSET_PATHS), onStaleHash);
    for (const assetPath of ASSET_PATHS) {
      for (const url of [hashedUrl(assetPath), encodeAssetPath(assetPath), '/account', '/']) {
        expect(rewrite(beforeFiles, REWRITE_STORE_URL + url)).toBe(STORE_URL + url);
        expect(rewrite(afterFiles, STORE_URL + url)).toBeUndefined();
      }
    }
  }
});

test('sends a request for the rewrites’ own folder away in every spelling that Next accepts', () => {
  const { beforeFiles } = deriveRewrites(shapeOf(ASSET_PATHS), 'serve-current');
  const encode = (text: string) => `%${text.charCodeAt(0).toString(16)}`;
  const own = `${REWRITE_STORE_URL}/`;
  const start = '/_next/static/'.length;
  const spellings = [...own].flatMap((sign, at) =>
    at < start ? [] : [encode(sign), encode(sign).toUpperCase()].map((other) => own.slice(0, at) + other + own.slice(at + 1)),
  );
  spellings.push(own, own.slice(0, start) + [...own.slice(start)].map(encode).join(''));
  for (const spelling of spellings)
    for (const locale of ['', '/en', '/zh-Hans']) {
      const url = `${locale}${spelling}js/app.${HASH}.js`;
      expect([url, rewrite(beforeFiles, url)]).toEqual([url, `${STORE_URL}/js/app.${HASH}.js`]);
    }
});

test("answers a stale hash with the error page under onStaleHash: 'not-found'", () => {
  const { beforeFiles, afterFiles } = deriveRewrites(shapeOf(ASSET_PATHS), 'not-found');
  for (const assetPath of ASSET_PATHS) {
    const inStore = rewrite(beforeFiles, hashedUrl(assetPath));
    expect(inStore).toBe(REWRITE_STORE_URL + hashedUrl(assetPath));
    expect(rewrite(afterFiles, inStore ?? '')).toBe('/_error');
  }
});

test('answers only stale images with the error page if the optimizer passes on the headers of the browser', () => {
  const { beforeFiles, afterFiles } = deriveRewrites(shapeOf(ASSET_PATHS), 'serve-current', true);
  const lead = (assetPath: string) => rewrite(afterFiles, rewrite(beforeFiles, hashedUrl(assetPath)) ?? '');
  expect(['/IMG.JPG', '/img/[id] (1).png', '/css/site.css', '/LICENSE'].map(lead)).toEqual([
    '/_error',
    '/_error',
    '/css/site.css',
    '/LICENSE',
  ]);
});

test.each([
  `/account/x.${HASH}.css`,
  `/x.${HASH}.css`,
  `/_next/static/chunks/app.${HASH}.js`,
  `/_next/static/media/font.${HASH}.woff2`,
  `/api/report.${HASH}.pdf`,
  '/',
])('does not rewrite %s', (url) => {
  const shape = shapeOf(ASSET_PATHS);
  for (const rules of [deriveRewrites(shape, 'serve-current'), deriveRewrites(shape, 'not-found'), deriveDevelopmentRewrites(shape)]) {
    expect(rewrite([...rules.beforeFiles, ...rules.afterFiles], url)).toBeUndefined();
  }
});

describe('the rules do not grow with the number of files', () => {
  const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

  /** Makes that many names of each kind that the rules list. Large numbers fill every budget. */
  const ofEachKind = (count: number) => [
    ...many(count, (index) => `/root-file-number-${index}.js`),
    ...many(count, (index) => `/folder-${index}/a.js`),
    ...many(count, (index) => `/folder-1/lib-${index}.aaaaaaaaaa.js`),
    ...many(count, (index) => `/folder-2/LICENSE-${index}`),
    '/LICENSE',
  ];

  test.each<[string, string[][]]>([
    ['1 file', [['/app.js']]],
    ['10 files in public/ itself', [many(10, (index) => `/some-file-${index}.js`)]],
    ['10,000 files in public/ itself', [many(10_000, (index) => `/some-file-${index}.js`)]],
    ['10,000 extensions', [many(10_000, (index) => `/some-file.ext${index}`)]],
    ['10,000 files without an extension', [many(10_000, (index) => `/SOME-FILE-${index}`)]],
    ['10,000 files without an extension in a folder', [many(10_000, (index) => `/docs/SOME-FILE-${index}`)]],
    ['5,000 folders', [many(5_000, (index) => `/folder-${index}/app.js`)]],
    [
      '5,000 folders and 5,000 files',
      [many(5_000, (index) => `/folder-${index}/app.js`).concat(many(5_000, (index) => `/file-${index}.js`))],
    ],
    ['1,000 names that look hashed', [many(1_000, (index) => `/vendor/lib-${index}.aaaaaaaaaa.js`)]],
    ['1,000 names that look hashed in public/ itself', [many(1_000, (index) => `/lib-${index}.aaaaaaaaaa.js`)]],
    ['names of 250 signs', [many(20, (index) => `/${'long-'.repeat(49)}${index}/${'x'.repeat(250)}.js`)]],
    ['names of 60 emoji', [many(20, (index) => `/${'🚀'.repeat(60)}${index}.png`)]],
    ['1 to 40 of each kind', many(40, ofEachKind)],
  ])('%s', (_, apps) => {
    for (const assetPaths of apps) {
      const shape = shapeOf(assetPaths);
      const all: RewriteRules[] = [
        deriveRewrites(shape, 'serve-current'),
        deriveRewrites(shape, 'not-found'),
        deriveDevelopmentRewrites(shape),
      ];
      for (const { beforeFiles, afterFiles } of all) {
        expect(beforeFiles.length + afterFiles.length).toBeLessThanOrEqual(4);
        // Next warns from 1,000 characters on, of the regular expression that it builds: the source and a few more.
        for (const { source } of [...beforeFiles, ...afterFiles]) expect(source.length).toBeLessThan(1_000);
      }
    }
  });

  test('makes three rules for any number of files that all have an extension', () => {
    for (const count of [1, 10, 10_000]) {
      const { beforeFiles, afterFiles } = deriveRewrites(shapeOf(many(count, (index) => `/js/file-${index}.js`)), 'serve-current');
      expect([beforeFiles.length, afterFiles.length]).toEqual([2, 1]);
    }
  });
});
