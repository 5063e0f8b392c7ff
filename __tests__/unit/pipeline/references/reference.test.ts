import {
  isBareSpecifier,
  mapSpecifier,
  type ReferenceKind,
  resolveReference,
  type UrlSpace,
} from '../../../../src/pipeline/references/reference';

const IMPORTS = { three: '/js/three.js', 'three/': '/js/three/', 'three/addons/': '/js/addons/', cdn: 'https://cdn.example.com/x.js' };

function spaceOf(names: readonly string[], basePath = ''): UrlSpace {
  const files = new Set(names);
  return {
    basePath,
    imports: IMPORTS,
    has: (assetPath) => files.has(assetPath),
    looksHashed: (path) => /\.[0-9a-f]{10}(?:\.[^./]+)?$/.test(path),
  };
}

const NAMES = [
  '/a.png',
  '/css/a.png',
  '/css/b c.png',
  '/css/100%.png',
  '/css/\u00fc.png',
  '/css/what?.png',
  '/css/no#1.png',
  "/css/it's (1)!.png",
  '/css/a%2Fb.png',
  '/css/lib.0123456789.js',
  '/js/three.js',
  '/js/three/core.js',
  '/js/addons/orbit.js',
  '/favicon.ico',
];
const SPACE = spaceOf(NAMES);

const resolved = (url: string, kind: ReferenceKind = 'url', from = '/css/site.css') => resolveReference(from, { kind, url }, SPACE);

test.each<[url: string, assetPath: string]>([
  ['a.png', '/css/a.png'],
  ['./a.png', '/css/a.png'],
  ['../css/./a.png', '/css/a.png'],
  ['../a.png', '/a.png'],
  ['/a.png', '/a.png'],
  ['/css//../a.png', '/css/a.png'],
  ['a.png?v=1#x', '/css/a.png'],
  [' a.png\n', '/css/a.png'],
  ['a.\tp\nng', '/css/a.png'],
  ['..\\a.png', '/a.png'],
  ['\\a.png', '/a.png'],
  ['b c.png', '/css/b c.png'],
  ['b%20c.png', '/css/b c.png'],
  ['%61.png', '/css/a.png'],
  ['100%25.png', '/css/100%.png'],
  ['\u00fc.png', '/css/\u00fc.png'],
  ['%C3%BC.png', '/css/\u00fc.png'],
  ['what%3F.png', '/css/what?.png'],
  ['no%231.png', '/css/no#1.png'],
  ["it's (1)!.png", "/css/it's (1)!.png"],
  ['a%252Fb.png', '/css/a%2Fb.png'],
  ['/favicon.ico', '/favicon.ico'],
  ['lib.0123456789.js', '/css/lib.0123456789.js'],
])('resolves %j as a browser does: %s', (url, assetPath) => {
  expect(resolved(url)).toBe(assetPath);
});

test.each(['../../../../../a.png', '/../../a.png', '..\\..\\..\\a.png', '/%2e%2e/%2e%2e/a.png'])(
  'a URL that climbs out of the site ends at its root, as in a browser: %s',
  (url) => {
    expect(resolved(url)).toBe('/a.png');
  },
);

test.each([
  'missing.png',
  '../../../../etc/passwd',
  '/etc/passwd',
  'A.png',
  '/css',
  'a%2Fb.png',
  '..%2Fa.png',
  '..%5Ca.png',
  'a.png%00',
  'a.png%FF',
  '%E0%A4%A.png',
  'what?.png',
  'lib.0000000000.js',
  '/constructor',
])('returns null for a URL of the site without a public file: %s', (url) => {
  expect(resolved(url)).toBeNull();
});

test.each([
  '',
  ' ',
  '#part',
  '?query',
  'https://example.com/a.png',
  'http:a.png',
  'HTTPS:/a.png',
  '//example.com/a.png',
  '\\\\example.com\\a.png',
  '/\t/example.com/a.png',
  'data:image/png;base64,AAAA',
  'blob:https://example.com/x',
  'about:blank',
  'javascript:0',
  'http://[',
  './',
  '..',
  '/css/',
  '/_next/static/media/a.png',
  '../_next/image?url=x',
])('returns undefined for a URL that names no public file: %j', (url) => {
  expect(resolved(url)).toBeUndefined();
});

test('leaves a hashed path alone if its file exists', () => {
  expect(resolved('a.0123456789.png')).toBeUndefined();
  expect(resolved('missing.0123456789.png')).toBeNull();
  expect(resolved('a.012345678.png')).toBeNull();
});

describe('modules', () => {
  test.each<[specifier: string, isBare: boolean]>([
    ['three', true],
    ['three/addons/x.js', true],
    ['@scope/name', true],
    ['#internal', true],
    ['.hidden', true],
    ['..\\a.js', true],
    ['', true],
    ['./a.js', false],
    ['../a.js', false],
    ['/a.js', false],
    ['//host/a.js', false],
    ['https://host/a.js', false],
    ['data:text/javascript,1', false],
    ['node:fs', false],
  ])('%j is bare: %p', (specifier, isBare) => {
    expect(isBareSpecifier('import', specifier)).toBe(isBare);
    expect(isBareSpecifier('dynamic-import', specifier)).toBe(isBare);
    expect(isBareSpecifier('module-url', specifier)).toBe(false);
    expect(isBareSpecifier('url', specifier)).toBe(false);
  });

  test.each<[specifier: string, mapped: string | undefined]>([
    ['three', '/js/three.js'],
    ['three/core.js', '/js/three/core.js'],
    ['three/addons/orbit.js', '/js/addons/orbit.js'],
    ['three/', '/js/three/'],
    ['three.js', undefined],
    ['constructor', undefined],
  ])('%s is mapped to %s', (specifier, mapped) => {
    expect(mapSpecifier(specifier, IMPORTS)).toBe(mapped);
  });

  test.each<[specifier: string, destination: string | null | undefined]>([
    ['three', '/js/three.js'],
    ['three/core.js', '/js/three/core.js'],
    ['three/addons/orbit.js', '/js/addons/orbit.js'],
    ['three/missing.js', null],
    ['cdn', undefined],
    ['react', undefined],
  ])('resolves import "%s" to %s', (specifier, destination) => {
    expect(resolved(specifier, 'import', '/deep/down/main.js')).toBe(destination);
    expect(resolved(specifier, 'dynamic-import', '/deep/down/main.js')).toBe(destination);
  });
});

describe('with a basePath', () => {
  const space = spaceOf(['/a.png', '/css/a.png', '/docs/a.png', '/docs/only.png', '/js/three.js'], '/docs');
  const below = (url: string, from: string, kind: ReferenceKind = 'url') => resolveReference(from, { kind, url }, space);

  test.each<[url: string, from: string, destination: string | null | undefined]>([
    ['a.png', '/css/site.css', '/css/a.png'],
    ['../a.png', '/css/site.css', '/a.png'],
    ['/docs/a.png', '/css/site.css', '/a.png'],
    ['/docs/css/a.png', '/css/site.css', '/css/a.png'],
    ['a.png', '/docs/site.css', '/docs/a.png'],
    ['../a.png', '/docs/site.css', '/a.png'],
    ['/docs/docs/a.png', '/css/site.css', '/docs/a.png'],
    ['/docs/only.png', '/css/site.css', '/docs/only.png'],
    ['/a.png', '/css/site.css', '/a.png'],
    ['/docs/_next/static/x.js', '/css/site.css', undefined],
    ['../_next/static/x.js', '/css/site.css', undefined],
    ['/docsy/a.png', '/css/site.css', null],
  ])('resolves %s in %s to %s', (url, from, destination) => {
    expect(below(url, from)).toBe(destination);
  });

  test('maps a bare specifier to an asset path without basePath', () => {
    expect(below('three', '/docs/main.js', 'import')).toBe('/js/three.js');
  });
});
