import { findSassUrls } from '../../../../src/pipeline/source/sass-urls';

const urlsOf = (text: string) => findSassUrls(text).map(({ url }) => url);

test.each<[string, string, string[]]>([
  ['without quotes, in nested rules', 'a { &:hover { background: url(/a.png) no-repeat; } }', ['/a.png']],
  ['with quotes', `a { background: url("/a.png"), url( '/b.png' ); }`, ['/a.png', '/b.png']],
  ['in a variable, a mixin, a map', `$a: url(/a.png); @include b(url('/b.png')); $c: (d: url(/c.png));`, ['/a.png', '/b.png', '/c.png']],
  ['with escapes', 'a { b: url(/a\\ b.png) }', ['/a b.png']],
  ['in capitals', 'a { b: URL("/a.png") }', ['/a.png']],
  ['of an indented stylesheet', 'a\n  background: url(/a.png)\n', ['/a.png']],
  ['none that is worked out', `a { b: url($base + '/a.png'); c: url("#{$base}/b.png"); d: url(/c.png) }`, ['#{$base}/b.png', '/c.png']],
  ['no other string', `@use '/a.scss'; a { content: '/b.png'; c: asset('/c.png') }`, []],
  ['none in a comment', 'a { /* url(/a.png) */ b: c } // url(/d.png)\n', []],
  ['what comes behind a comment', "// don't\na { b: url(/a.png) } // it's\rc { d: url(/e.png) }", ['/a.png', '/e.png']],
  ['a comment that seems to open another one', '// see img/*.png\na { b: url(/a.png) }', ['/a.png']],
  ['a comment that seems to open a URL', '// like url(\na { b: url(/a.png) }', ['/a.png']],
  [
    'slashes that are no comment',
    'a { grid-area: 1 / / 2; b: url(//cdn.example.com/a.png); c: url(/d.png) }',
    ['//cdn.example.com/a.png', '/d.png'],
  ],
  ['what is never closed', 'a { b: url(/a.png', ['/a.png']],
  ['nothing', '', []],
])('%s', (_, text, urls) => {
  expect(urlsOf(text)).toEqual(urls);
});

test('each has its place, also behind a comment', () => {
  const text = '// url(\n\u{1F600} { b: url(/a.png) }';
  const [found] = findSassUrls(text);
  expect(text.slice(found?.start, found?.end)).toBe('/a.png');
});

test('thousands of comments are passed over in seconds', () => {
  const text = '// they say url(\na { b: url(/a.png) }\n'.repeat(5_000);
  const start = performance.now();
  expect(urlsOf(text)).toHaveLength(5_000);
  expect(performance.now() - start).toBeLessThan(10_000);
});

test.each(['a { b: url("/a.png', "a { b: url('/a.png\n') }"])('a file that is half written has none: %j', (text) => {
  expect(findSassUrls(text)).toEqual([]);
});
