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
  [
    'none whose first part is a string',
    `a { b: url('/img/' + $name + '.png'); c: url("/img/hero" + ".png"); d: url('/e.png') }`,
    ['/e.png'],
  ],
  ['with a comment behind it', `a { b: url("/a.png" /* or b */ ); c: url("/d.png" // or e\n ) }`, ['/a.png', '/d.png']],
  [
    'none of another stylesheet',
    `@import url(/a.css); @IMPORT url("/b.css") screen; @import (css) url(/c.css);\na { b: url(/d.png) }`,
    ['/d.png'],
  ],
  [
    'none of another stylesheet, in a block too',
    `a { @import url(/a.css) } b { @use url(/c.css); @forward url('/d.css'); e: url(/f.png) }`,
    ['/f.png'],
  ],
  ['what a module is given', `@use 'theme' with ($hero: url(/a.png));`, ['/a.png']],
  ['no other string', `@use '/a.scss'; a { content: '/b.png'; c: asset('/c.png') }`, []],
  ['none in a comment', 'a { /* url(/a.png) */ b: c } // url(/d.png)\n', []],
  ['what comes behind a comment', "// don't\na { b: url(/a.png) } // it's\rc { d: url(/e.png) }", ['/a.png', '/e.png']],
  ['a comment that seems to open another one', '// see img/*.png\na { b: url(/a.png) }', ['/a.png']],
  ['a comment that seems to be another one', '//* url(/b.png)\na { b: url(/a.png) } ///* c\na { b: url(/d.png) }', ['/a.png', '/d.png']],
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

test.each<[string, string, string[]]>([
  ['lines below a comment that are indented deeper', '// not\n  a\n\n    b: url(/a.png)\nc\n  d: url(/d.png)', ['/d.png']],
  ['lines below a comment that is indented itself', 'a\n\t// url(\n\t\tb: url(/a.png)\n\tc: url(/c.png)', ['/c.png']],
  ['a comment at the end', 'a\n  b: url(/a.png)\n// c\n  d: url(/d.png)\n', ['/a.png']],
])('in the indented syntax, %s are part of it', (_, text, urls) => {
  expect(findSassUrls(text, true).map(({ url }) => url)).toEqual(urls);
});

test.each<[string, string, boolean, string[]]>([
  ['behind code, it ends with its line', 'a // of c\n  b: url(/a.png)\n', true, ['/a.png']],
  ['elsewhere, it ends with its line', '// a\n  b { c: url(/a.png) }\n', false, ['/a.png']],
])('a comment with deeper lines below: %s', (_, text, isIndented, urls) => {
  expect(findSassUrls(text, isIndented).map(({ url }) => url)).toEqual(urls);
});

test('in the indented syntax, a statement ends with its line', () => {
  const text = '@import url(/a.css)\na\n  b: url(/b.png)\n';
  expect(findSassUrls(text, true).map(({ url }) => url)).toEqual(['/b.png']);
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

test.each(['// see src/*.ts', '// like url(', '//* a', "// don't"])('thousands of comments are passed over in seconds: %s', (comment) => {
  const text = `${comment}\n`.repeat(20_000);
  const start = performance.now();
  expect(urlsOf(`${text}a { b: url(/a.png) }`)).toEqual(['/a.png']);
  expect(performance.now() - start).toBeLessThan(10_000);
});

test('thousands of lines that are part of one comment are passed over in seconds', () => {
  const text = '// see src/*.ts\n'.repeat(10_000) + '  // url(\n'.repeat(10_000);
  const start = performance.now();
  expect(findSassUrls(`${text}a\n  b: url(/a.png)`, true)).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(10_000);
});

test.each(['a { b: url("/a.png', "a { b: url('/a.png\n') }"])('a file that is half written has none: %j', (text) => {
  expect(findSassUrls(text)).toEqual([]);
});
