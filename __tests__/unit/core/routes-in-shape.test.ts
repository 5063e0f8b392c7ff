import { deriveHashedPathShape } from '../../../src/core/hashed-path-shape';
import { findRoutesInShape, handlerMatcher, makeExamplePath } from '../../../src/core/routes-in-shape';

const ASSET_PATHS = ['/js/app.js', '/img/my photo.jpg', '/note.txt', '/js/LICENSE'];
const shape = deriveHashedPathShape(ASSET_PATHS, ASSET_PATHS, 10);

test.each([
  '/js/own.0123456789.js',
  '/JS/own.0123456789.JS',
  '/js/deep/own.0123456789.js',
  '/note.0123456789.txt',
  '/js/LICENSE.0123456789',
])('finds that the route looks like a hashed path: %s', (route) => {
  expect(findRoutesInShape([route], shape, 10)).toMatchObject({ fixed: [route], dynamic: [] });
});

test.each(['/img/[...slug]', '/img/[id]', '/img/[[...slug]]', '/js/[version]/own.0123456789.js', '/img/[album]/[photo]'])(
  'finds that a dynamic route can have hashed paths: %s',
  (route) => {
    expect(findRoutesInShape([route], shape, 10)).toEqual({ fixed: [], reached: [], dynamic: [route] });
  },
);

test.each([
  '/',
  '/js',
  '/account/own.0123456789.js',
  '/other.0123456789.txt',
  '/[[...slug]]',
  '/[lang]/[...slug]',
  '/img/[id]/edit',
  '/blog/[slug]',
])('finds that the rewrites do not reach the route: %s', (route) => {
  expect(findRoutesInShape([route], shape, 10)).toEqual({ fixed: [], reached: [], dynamic: [] });
});

test.each(['/js/own.js', '/js/deep/own.jpg', '/JS/own.js', '/note.txt'])('finds that a made-up hash would reach the route: %s', (route) => {
  expect(findRoutesInShape([route], shape, 10)).toEqual({ fixed: [], reached: [route], dynamic: [] });
});

test('compares the length of the hash', () => {
  const ofTwelve = deriveHashedPathShape(ASSET_PATHS, ASSET_PATHS, 12);
  expect(findRoutesInShape(['/js/own.0123456789.js', '/js/own.0123456789ab.js', '/img/[id]'], ofTwelve, 12)).toMatchObject({
    fixed: ['/js/own.0123456789ab.js'],
    dynamic: ['/img/[id]'],
  });
});

test('finds no routes if no file is hashed', () => {
  expect(findRoutesInShape(['/js/own.0123456789.js'], undefined, 10)).toEqual({ fixed: [], reached: [], dynamic: [] });
});

test('makes a readable example path of a route', () => {
  expect(makeExamplePath('/img/[...slug]', 10, '.png')).toBe('/img/name.0000000000.png');
});

test.each<[route: string, folders: string[]]>([
  ['/css/[...path]', ['css']],
  ['/CSS/[name]', ['css']],
  ['/my photos/[name]', ['my photos']],
  ['/my%20photos/[name]', ['my photos']],
  ['/css/[version]/own.0123456789.css', ['css']],
  ['/[...path]', ['', 'css', 'my photos']],
  ['/[[...path]]', ['', 'css', 'my photos']],
  ['/[folder]/[name]', ['css', 'my photos']],
  ['/[name]', ['']],
  ['/css/[id]/edit', []],
  ['/api/[...path]', []],
])('the handler of %s may answer to hashed paths in %j', (path, folders) => {
  const all = ['', 'css', 'my photos'];
  expect(all.filter(handlerMatcher([{ path, isHandler: true }], 10))).toEqual(folders);
  expect(all.filter(handlerMatcher([{ path, isHandler: false }], 10))).toEqual([]);
});
