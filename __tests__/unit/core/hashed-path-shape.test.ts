import { encodeAssetPath, toHashedPath } from '../../../src/core/asset-path';
import { shapeMatcher as coverOf, deriveHashedPathShape, topLevelFolder } from '../../../src/core/hashed-path-shape';
import { deriveRewrites } from '../../../src/core/rewrite-rules';
import { rewrite } from '../support/rewrites';

const HASH = '0123456789';
const OTHER_HASH = 'abcdef0123';

/** Whether URLs have the shape of an app's hashed paths. */
function shapeMatcher(assetPaths: readonly string[], plainPaths: readonly string[] = [], hashLength = 10): (url: string) => boolean {
  return coverOf(deriveHashedPathShape(assetPaths, [...assetPaths, ...plainPaths], hashLength));
}

const hashedUrl = (assetPath: string, hash = HASH) => encodeAssetPath(toHashedPath(assetPath, hash));

test('returns no shape if no file is hashed', () => {
  expect(deriveHashedPathShape([], ['/robots.txt', `/lib.${HASH}.js`], 10)).toBeUndefined();
});

test.each([
  ['/js/app.js', true, false],
  ['/LICENSE', false, true],
  ['/docs/LICENSE', false, true],
])('%s: with an extension %j, without %j', (assetPath, withExtension, withoutExtension) => {
  expect(deriveHashedPathShape([assetPath], [assetPath], 10)).toMatchObject({
    withExtension,
    withoutExtension,
    hashPattern: '[0-9a-f]{10}',
  });
});

describe('every hashed path of an app has its shape, whatever the name', () => {
  const names = [
    'my photo.jpg',
    '50% off.png',
    'a+b.js',
    'a*b.js',
    'a.b-c.min.js',
    '[id].js',
    '(x).js',
    '{x}.js',
    "it's.js",
    '$.js',
    '^.js',
  ];
  names.push('q?#&.js', '🚀.png', 'caf\u00e9.txt', 'cafe\u0301.txt', 'line\nbreak.js', 'LICENSE', 'IMG.JPG', 'back\\slash.js', 'a|b.js');
  const assetPaths = names.flatMap((name) => [`/${name}`, `/css/${name}`, `/${name}/deep/down/${name}`]);

  test.each(assetPaths)('%j', (assetPath) => {
    const hasShape = shapeMatcher([assetPath]);
    expect(hasShape(hashedUrl(assetPath))).toBe(true);
    expect(hasShape(hashedUrl(assetPath, OTHER_HASH))).toBe(true);
    expect(hasShape(encodeAssetPath(assetPath))).toBe(false);
  });
});

test('does not cover kinds of names that the app does not have', () => {
  expect(shapeMatcher(['/js/LICENSE'])(hashedUrl('/js/app.js'))).toBe(false);
  expect(shapeMatcher(['/js/app.js'])(hashedUrl('/js/LICENSE'))).toBe(false);
  expect(coverOf(undefined)(hashedUrl('/js/app.js'))).toBe(false);
});

describe('the shape matches no other path', () => {
  const hasShape = shapeMatcher(['/css/site.css', '/a.b/x.js', '/app.min.js', '/LICENSE', '/(x)+.js'], ['/robots.txt']);

  test.each([
    ['a folder that public/ does not have', `/account/x.${HASH}.css`],
    ['a folder that begins like ours', `/css2/site.${HASH}.css`],
    ['our folder further down', `/account/css/site.${HASH}.css`],
    ['a folder where the dot is a letter', `/aXb/x.${HASH}.js`],
    ['a page beside the files of public/', `/x.${HASH}.css`],
    ['a name that ends like ours', `/my-app.min.${HASH}.js`],
    ['a name where the dot is a letter', `/appXmin.${HASH}.js`],
    ['our name with another extension', `/app.min.${HASH}.css`],
    ['our name without its extension', `/app.min.${HASH}`],
    ['a name without an extension that our folder does not have', `/css/secret.${HASH}`],
    ['a name whose signs are a pattern', `/x.${HASH}.js`],
    ['a file with a fixed name', `/robots.${HASH}.txt`],
    ['a hash too short', '/css/site.012345678.css'],
    ['a hash too long', '/css/site.0123456789a.css'],
    ['no hash at all', '/css/site.latest01.css'],
    ['a hash that is a folder', `/css/site.${HASH}.css/x`],
    ['a hash before two extensions', `/css/site.${HASH}.min.css`],
    ['Next’s own files', `/_next/static/chunks/app.${HASH}.js`],
    ['the store', `/_next/static/media/smart-cache/css/site.${HASH}.css`],
  ])('%s: %s', (_, url) => {
    expect(hasShape(url)).toBe(false);
  });
});

test.each([8, 32, 64])('a hash of %i digits', (length) => {
  const hash = 'f'.repeat(length);
  const hasShape = shapeMatcher(['/js/app.js'], [], length);
  expect(hasShape(`/js/app.${hash}.js`)).toBe(true);
  expect(hasShape(`/js/app.${hash}f.js`)).toBe(false);
  expect(hasShape(`/js/app.${hash.slice(1)}.js`)).toBe(false);
});

describe('a file whose own name looks hashed', () => {
  const assetPaths = [
    `/js/lib.${HASH}.js`,
    `/lib.${HASH}.js`,
    `/js/LICENSE.${HASH}`,
    `/js/UPPER.${'ABCDEF0123'}.js`,
    '/js/app.js',
    '/lib.js',
  ];
  const plainPaths = [`/js/page.${HASH}.html`];
  const hasShape = shapeMatcher(assetPaths, plainPaths);

  test.each([...assetPaths, ...plainPaths])('%s keeps working under that name', (assetPath) => {
    expect(hasShape(assetPath)).toBe(false);
  });

  test.each(assetPaths)('%s has a hashed path all the same', (assetPath) => {
    expect(hasShape(hashedUrl(assetPath, OTHER_HASH))).toBe(true);
  });

  test('does not change the shape of its neighbours', () => {
    expect(hasShape(`/js/app.${HASH}.js`)).toBe(true);
    expect(hasShape(`/js/lib.${OTHER_HASH}.js`)).toBe(true);
    expect(hasShape(`/js/deep/lib.${HASH}.js`)).toBe(true);
  });
});

describe('beyond the limit of a rule, names are linked directly, so that the rule matches no path outside of public/', () => {
  const many = (count: number, name: (index: number) => string) => Array.from({ length: count }, (_, index) => name(index));

  test.each<[string, string[]]>([
    ['10,000 files in public/ itself', many(10_000, (index) => `/file-${index}.js`)],
    ['10,000 extensions in public/ itself', many(10_000, (index) => `/file.ext${index}`)],
    ['10,000 files without an extension in public/ itself', many(10_000, (index) => `/FILE-${index}`)],
    ['10,000 files without an extension in a folder', many(10_000, (index) => `/docs/FILE-${index}`)],
    ['5,000 folders', many(5_000, (index) => `/folder-${index}/a.js`)],
    [
      '1,000 names that look hashed',
      [...many(1_000, (index) => `/vendor/lib-${index}.${HASH}.js`), '/vendor/x.js', '/js/app.js', '/app.js'],
    ],
    ['1,000 names that look hashed in public/ itself', [...many(1_000, (index) => `/lib-${index}.${HASH}.js`), '/app.js', '/js/app.js']],
    ['one name that is longer than any budget', [`/${'x'.repeat(250)}/${'🚀'.repeat(60)}.js`, `/${'🚀'.repeat(60)}.js`, '/js/app.js']],
  ])('%s: every hashed path has the shape, or is linked directly', (_, assetPaths) => {
    const linkedDirectly = deriveHashedPathShape(assetPaths, assetPaths, 10)?.linkedDirectly;
    const hasShape = shapeMatcher(assetPaths);
    const lost = assetPaths.filter((assetPath) => hasShape(hashedUrl(assetPath)) === linkedDirectly?.has(topLevelFolder(assetPath)));
    expect(lost.slice(0, 3)).toEqual([]);
    for (const assetPath of assetPaths)
      if (hasShape(encodeAssetPath(assetPath))) throw new Error(`${assetPath} is taken from its own name`);
    for (const url of [
      `/page.${HASH}.js`,
      `/page.${HASH}`,
      `/account/x.${HASH}.js`,
      `/account/x.${HASH}`,
      `/_next/static/chunks/a.${HASH}.js`,
    ]) {
      expect([url, hasShape(url)]).toEqual([url, false]);
    }
  });

  test('links only their folder directly if names look hashed', () => {
    const assetPaths = [...many(1_000, (index) => `/vendor/lib-${index}.${HASH}.js`), '/js/app.js', '/app.js'];
    expect(deriveHashedPathShape(assetPaths, assetPaths, 10)?.linkedDirectly).toEqual(new Set(['vendor']));
  });
});

describe('names of earlier deploys', () => {
  const current = ['/js/app.js', '/app.js'];

  test('are part of the shape', () => {
    const shape = deriveHashedPathShape(current, current, 10, ['/old/a.js', '/old-file.js', '/js/LICENSE']);
    const pattern = new RegExp(`^/${shape?.pattern}$`, 'i');
    for (const assetPath of ['/js/app.js', '/app.js', '/old/a.js', '/old-file.js', '/js/LICENSE'])
      expect(hashedUrl(assetPath)).toMatch(pattern);
    expect(`/other/a.${HASH}.js`).not.toMatch(pattern);
  });

  test('give a shape without any current file', () => {
    expect(deriveHashedPathShape([], [], 10, ['/old/a.js'])?.pattern).toContain('old');
  });

  test('do not change what is linked directly, since the manifest must not depend on them', () => {
    const older = Array.from({ length: 1_000 }, (_, index) => [`/old-${index}/a.js`, `/old-${index}.js`, `/old/FILE-${index}`]).flat();
    const shape = deriveHashedPathShape(current, current, 10, older);
    expect(shape?.linkedDirectly).toEqual(deriveHashedPathShape(current, current, 10)?.linkedDirectly);
    const pattern = new RegExp(`^/${shape?.pattern}$`, 'i');
    for (const assetPath of current) expect(hashedUrl(assetPath)).toMatch(pattern);
    expect(shape?.pattern.length).toBeLessThan(1_000);
  });
});

describe('a made-up hash never reaches a file that is not hashed', () => {
  const hashed = ['/js/app.js', '/js/v2/app.js', '/img/logo@2x.png', '/img/my photo.png', '/img/IMG.JPG', '/docs/LICENSE', '/open.pdf'];
  const unhashed = [
    '/js/page.html',
    '/js/own.js',
    '/js/own.map.js',
    '/js/v2/own.js',
    '/js/v1/a.js',
    '/js/v1/deep/b.png',
    '/JS/own.js',
    '/img/logo.png',
    '/img/my own.png',
    '/img/a@2x & (b).png',
    '/img/100%.png',
    '/img/%20.png',
    "/img/it's.jpg",
    '/img/\u00e9.png',
    '/docs/NOTICE',
    '/other/a.js',
    '/closed.pdf',
  ];
  const shape = deriveHashedPathShape(hashed, [...hashed, ...unhashed], 10);
  const files = new Set([...hashed, ...unhashed].map(encodeAssetPath));

  /** The file that Next finds for a path after the rules: as it is, decoded, or encoded. */
  const found = (path: string) => [path, decode(path), encodeAssetPath(path)].find((candidate) => files.has(candidate));
  const decode = (path: string) => {
    try {
      return decodeURIComponent(path);
    } catch {
      return path;
    }
  };
  const reached = (url: string) => {
    const { beforeFiles, afterFiles } = deriveRewrites(shape, 'serve-current');
    const original = rewrite(afterFiles, rewrite(beforeFiles, url) ?? url);
    return original === undefined ? undefined : found(original);
  };
  /** One sign encoded, encoded twice, or, where it was encoded, plain; and all of those that may be plain. */
  const spellings = (url: string) => {
    const encoded = (sign: string) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
    const signs = url.split(/(?=%..)|(?<=%..)|(?<!%.?)(?=.)/u);
    const plain = signs.map((sign) => (/^%(?:2[1-9A-F]|[3-7])/.test(sign) ? decode(sign) : sign));
    const each = signs.flatMap((sign, at) =>
      (sign.length === 3
        ? [plain[at] as string, `%25${sign.slice(1)}`, sign.toLowerCase()]
        : [encoded(sign), `%25${encoded(sign).slice(1)}`]
      ).map((other) => [...signs.slice(0, at), other, ...signs.slice(at + 1)].join('')),
    );
    return [url, url.toUpperCase(), plain.join(''), url.replaceAll('%', '%25'), ...each];
  };

  test('does not match a hashed path with a slash at the end, which Next allows after every rule', () => {
    const asInNext = new RegExp(`^/${shape?.pattern}(?:/)?$`, 'i');
    expect(['/js/app.0123456789.js', '/js/own.0123456789.js', '/js/own.0123456789.js/'].filter((url) => asInNext.test(url))).toEqual([
      '/js/app.0123456789.js',
    ]);
  });

  test('models how Next finds files under encoded paths', () => {
    expect(spellings('/img/a@.png').map(found)).toContain(undefined);
    for (const url of ['/img/100%.png', '/img/100%2525.png', '/js/o%77n.js', '/js/v1%2Fa.js'])
      expect([url, found(url)]).toEqual([url, expect.any(String)]);
  });

  test.each(unhashed)('%s', (assetPath) => {
    expect(spellings(hashedUrl(assetPath)).filter((url) => reached(url) !== undefined)).toEqual([]);
  });

  test('still reaches every hashed file', () => {
    expect(shape?.linkedDirectly).toEqual(new Set());
    for (const assetPath of hashed) expect(reached(hashedUrl(assetPath))).toBe(encodeAssetPath(assetPath));
  });

  test('matches any extension of a folder that has too many to list, except those of unhashed files', () => {
    const many = Array.from({ length: 100 }, (_, index) => `/js/a.ext${index}`);
    const all = [...many, '/js/own.html', '/img/own.html'];
    const hasShape = coverOf(deriveHashedPathShape(many, all, 10));
    expect(many.filter((name) => !hasShape(hashedUrl(name)))).toEqual([]);
    expect(hasShape(hashedUrl('/js/own.html'))).toBe(false);
  });

  test('links a folder directly only if it has too many such names, or names that differ only in case', () => {
    const own = Array.from({ length: 100 }, (_, index) => `/js/own-${index}.js`);
    for (const others of [own, ['/js/APP.js'], ['/JS/app.js']])
      expect(deriveHashedPathShape(hashed, [...hashed, ...others], 10)?.linkedDirectly).toEqual(new Set(['js']));
    expect(deriveHashedPathShape(hashed, [...hashed, '/OPEN.pdf'], 10)?.linkedDirectly).toEqual(new Set(['']));
  });

  test('does not reach the file if an older deploy hashed it', () => {
    const withOlder = coverOf(deriveHashedPathShape(hashed, [...hashed, ...unhashed], 10, [...unhashed, '/js/older.js', '/older/a.gif']));
    expect(unhashed.filter((name) => withOlder(hashedUrl(name)))).toEqual([]);
    expect([withOlder(hashedUrl('/js/older.js')), withOlder(hashedUrl('/older/a.gif'))]).toEqual([true, true]);
  });
});

test('returns the same shape for any order of the files', () => {
  const assetPaths = ['/b/x.js', '/a/x.css', '/z.js', '/y.js', '/LICENSE', `/a/lib.${HASH}.js`, `/b/lib.${HASH}.js`];
  const reversed = [...assetPaths].reverse();
  expect(deriveHashedPathShape(reversed, reversed, 10)).toEqual(deriveHashedPathShape(assetPaths, assetPaths, 10));
});

test.each([
  ['/js/app.js', 'js'],
  ['/a/b/c.js', 'a'],
  ['/app.js', ''],
  ['/my folder/x', 'my folder'],
])('finds the top-level folder of %j: %j', (assetPath, folder) => {
  expect(topLevelFolder(assetPath)).toBe(folder);
});

test('links a folder with a route handler directly, names without an extension included', () => {
  const paths = ['/css/a.css', '/js/a.js', '/js/LICENSE', '/note.txt'];
  const shape = deriveHashedPathShape(paths, paths, 10, ['/js/old.js', '/old.js'], (folder) => folder === 'js' || folder === '');
  const covers = new RegExp(`^/(?:${shape?.pattern})$`);
  expect(paths.filter((assetPath) => covers.test(toHashedPath(assetPath, '0123456789')))).toEqual(['/css/a.css']);
  expect([...(shape?.linkedDirectly ?? [])].sort()).toEqual(['', 'js']);
});
