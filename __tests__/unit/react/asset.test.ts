import { componentsOf, MANIFEST } from '../support/components';

beforeEach(() => {
  jest.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

const { asset } = componentsOf();

describe('asset()', () => {
  test.each([
    ['a path', '/js/app.js', '/js/app.0123456789.js'],
    ['a file that keeps its name', '/robots.txt', '/robots.txt'],
    ['a file on another origin', '/js/cdn.js', 'https://cdn.example.com/js/cdn.0123456789.js'],
    ['a query', '/js/app.js?v=1&w=2', '/js/app.0123456789.js?v=1&w=2'],
    ['a fragment', '/js/app.js#icon', '/js/app.0123456789.js#icon'],
    ['a query and a fragment', '/js/app.js?v=1#icon', '/js/app.0123456789.js?v=1#icon'],
    ['a name with a space', '/img/my photo.jpg', '/img/my%20photo.0123456789.jpg'],
    ['a name that is percent-encoded', '/img/my%20photo.jpg', '/img/my%20photo.0123456789.jpg'],
    ['the same with a query', '/img/my%20photo.jpg?w=1', '/img/my%20photo.0123456789.jpg?w=1'],
    ['a name with a question mark', '/img/what?.jpg', '/img/what%3F.0123456789.jpg'],
    ['the same, encoded', '/img/what%3F.jpg', '/img/what%3F.0123456789.jpg'],
    ['a name with a percent sign', '/img/50% off.jpg', '/img/50%25%20off.0123456789.jpg'],
    ['a name beyond ASCII', '/img/caf\u00e9.jpg', '/img/caf%C3%A9.0123456789.jpg'],
    ['the same, encoded', '/img/caf%C3%A9.jpg', '/img/caf%C3%A9.0123456789.jpg'],
  ])('%s: %s', (_, path, url) => {
    expect(asset(path)).toBe(url);
  });

  test.each([
    'https://example.com/js/app.js',
    'HTTPS://EXAMPLE.COM/js/app.js',
    '//example.com/js/app.js',
    'data:text/css,*{}',
    'blob:https://example.com/1-2-3',
    'mailto:a@example.com',
    '#fragment',
  ])('leaves %s unchanged, and prints nothing', (url) => {
    expect(componentsOf({ ...MANIFEST, basePath: '/docs' }).asset(url)).toBe(url);
    expect(console.warn).not.toHaveBeenCalled();
  });

  test('puts basePath in front of an unknown path', () => {
    expect(componentsOf({ ...MANIFEST, onMissing: 'warn', basePath: '/docs' }).asset('/unknown-a.js?v=1#x')).toBe(
      '/docs/unknown-a.js?v=1#x',
    );
  });

  test.each(['unknown-b.js', './unknown-b.js', '?v=1', ''])(
    'does not put basePath in front of text that is not an asset path: %j',
    (path) => {
      expect(componentsOf({ ...MANIFEST, onMissing: 'warn', basePath: '/docs' }).asset(path)).toBe(path);
    },
  );

  test.each(['/constructor', '/toString', '/__proto__', 'constructor', '__proto__', 'toString'])(
    'has no entry that every object has: %s',
    (path) => {
      expect(componentsOf({ assets: {}, basePath: '' }).asset(path)).toBe(path);
    },
  );

  test.each(['/img/100%.jpg', '/img/%E9.jpg', '/%'])('takes %s literally, which cannot be decoded', (path) => {
    expect(componentsOf({ assets: {}, basePath: '' }).asset(path)).toBe(path);
  });
});

test.each(['../../../src/index', '../../../src/index.react-server'])(
  'as shipped, no app is wired up and %s returns the original path, silently',
  (entry) => {
    const { asset: shipped } = require(entry) as typeof import('../../../src/index');
    for (const path of ['/js/app.js', '/js/app.js?v=1#x', '/my photo.jpg', 'https://example.com/a.js', 'a.js'])
      expect(shipped(path)).toBe(path);
    expect(console.warn).not.toHaveBeenCalled();
  },
);
