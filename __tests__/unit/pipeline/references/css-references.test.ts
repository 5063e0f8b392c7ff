import { isUtf8 } from 'node:buffer';
import { findCssReferences, findCssReferencesInBytes } from '../../../../src/pipeline/references/css-references';
import { findReferences } from '../../../../src/pipeline/references/find-references';
import type { BrokenSpot, FoundReference } from '../../../../src/pipeline/references/reference';
import { rewriteBytes } from '../../../../src/pipeline/references/rewrite-references';
import { brokenCssBytes } from '../../../support/broken-css';
import fc from '../../../support/seeded-fast-check';
import { processorMs } from '../../support/processor-ms';
import { inShort, repeated } from '../../support/references';

const found = (css: string) => inShort(css, findCssReferences(css));

test.each<[string, css: string, ...references: string[]]>([
  ['bare', 'a{b:url(a.png)}', 'url a.png'],
  ['in double quotes', 'a{b:url("a.png")}', 'url a.png'],
  ['in single quotes', "a{b:url( 'a.png' )}", 'url a.png'],
  ['with white space around', 'a{b:url(\r\n\ta.png\f )}', 'url a.png'],
  ['in upper case', 'a{b:URL(a.png)}', 'url a.png'],
  ['with an escape in the function’s name', 'a{b:u\\72l(a.png)}', 'url a.png'],
  ['with query and fragment', 'a{b:url(a.eot?v=1#iefix)}', 'url a.eot?v=1#iefix'],
  ['several in one value', 'a{b:url(a.png),url("b.png")}', 'url a.png', 'url b.png'],
  ['with modifiers', 'a{b:url("a.png" crossorigin("anonymous"))}', 'url a.png'],
  ['as src()', 'a{b:src("a.png")}', 'url a.png'],
  ['in a custom property', ':root{--x:url(a.png)}', 'url a.png'],
  ['in a block of a custom property', ':root{--x:{a:url(a.png)}}', 'url a.png'],
  ['in brackets', 'a{b:[url(a.png)]}', 'url a.png'],
  ['in another function', 'a{b:cross-fade(url(a.png),url("b.png"))}', 'url a.png', 'url b.png'],
  ['in a nested rule', 'a{&:hover{b:url(a.png)}@media print{b:url(b.png)}}', 'url a.png', 'url b.png'],
  ['in a conditional rule', '@media print{a{b:url(a.png)}}', 'url a.png'],
  ['after a rule without a block', '@layer x;a{b:url(a.png)}', 'url a.png'],
  ['in @property, @page and @counter-style', '@property --x{initial-value:url(a.png)}@page :first{b:url(b.png)}', 'url a.png', 'url b.png'],
  ['in a hack for old browsers', 'a{*b:url(a.png);b:url(b.png)\\9}', 'url a.png', 'url b.png'],
  ['between the marks of an HTML comment, which are none in CSS', '<!-- a{b:url(a.png)} -->', 'url a.png'],
])('finds url(): %s', (_, css, ...references) => {
  expect(found(css)).toEqual(references);
});

test.each<[string, css: string, ...references: string[]]>([
  ['quoted', '@import "a.css";', 'style-import a.css'],
  ['as url(), bare', '@import url(a.css);', 'style-import a.css'],
  ['as url(), quoted', '@import url("a.css") print;', 'style-import a.css'],
  ['in upper case, at the end', "@IMPORT 'a.css'", 'style-import a.css'],
  ['with an escape in its name', '@\\69mport "a.css";', 'style-import a.css'],
  ['between comments', '@import/**/"a.css"/**/;', 'style-import a.css'],
  ['with a layer, a condition and a medium', "@import 'a.css' layer(x) supports(display:grid) screen;", 'style-import a.css'],
  ['with a condition that compares a URL', '@import "a.css" supports(background:url(x.png));', 'style-import a.css'],
  ['several', '@charset "utf-8";@import "a.css";@import url(b.css);', 'style-import a.css', 'style-import b.css'],
  ['without a URL', '@import;a{content:"a.css"}'],
])('finds @import: %s', (_, css, ...references) => {
  expect(found(css)).toEqual(references);
});

test.each<[string, css: string, ...references: string[]]>([
  ['strings', 'a{b:image-set("a.png" 1x,"b.png" 2x)}', 'url a.png', 'url b.png'],
  ['URLs', 'a{b:-webkit-image-set(url(a.png) 1x)}', 'url a.png'],
  ['a type is none', 'a{b:image-set("a.png" type("image/png") 1x)}', 'url a.png'],
  ['among gradients', 'a{b:image-set(linear-gradient(red,blue) 1x,"a.png" 2x)}', 'url a.png'],
])('finds image-set(): %s', (_, css, ...references) => {
  expect(found(css)).toEqual(references);
});

test.each<[string, css: string, ...references: string[]]>([
  [
    'the best format',
    '@font-face{src:url(a.eot);src:url(a.eot?#iefix) format("embedded-opentype"),url(a.woff2?v=1) format("woff2"),url(a.woff)}',
    'url a.eot',
    'url a.eot?#iefix',
    'font a.woff2?v=1',
    'url a.woff',
  ],
  ['an older format without a better one', '@FONT-FACE{src:local("x"),url(a.svg#x),url(a.TTF)}', 'url a.svg#x', 'font a.TTF'],
  ['none where all are for browsers long gone', '@font-face{src:url(a.eot),url(a.svg#x)}', 'url a.eot', 'url a.svg#x'],
  ['one of each face', '@font-face{src:url(a.woff2)}@media x{@font-face{src:url(b.woff)}}', 'font a.woff2', 'font b.woff'],
  ['not outside of a face', '@font-face{}a{b:url(a.woff2)}', 'url a.woff2'],
])('finds the font of a @font-face: %s', (_, css, ...references) => {
  expect(found(css)).toEqual(references);
});

test.each<[string, css: string, ...references: string[]]>([
  ['at the end', 'a{b:c}\n/*# sourceMappingURL=a.css.map */\n', 'source-map a.css.map'],
  ['in the older form', '/*@ sourceMappingURL=a.css.map*/', 'source-map a.css.map'],
  ['the last of several', '/*# sourceMappingURL=a.map *//*# sourceMappingURL=b.map */', 'source-map b.map'],
  ['inline', '/*# sourceMappingURL=data:application/json;base64,e30= */'],
  ['in a string', 'a{b:"/*# sourceMappingURL=a.map */"}'],
  ['as JavaScript writes it', 'a{b:c}\n//# sourceMappingURL=a.map'],
])('finds the source map: %s', (_, css, ...references) => {
  expect(found(css)).toEqual(references);
});

test.each([
  '@namespace url(a.png);',
  '@namespace svg "a.png";',
  '@supports (background:url(a.png)){a{b:c}}',
  '@document url(a.png){a{b:c}}',
  ':root{--x:"a.png"}',
  'a{content:"url(a.png)"}',
  'a[style*="url(a.png)"]{b:c}',
  '/* url(a.png) @import "a.css" */',
  '/*a{b:url(a.png)}*/',
  '@property --x{syntax:"<url>"}',
  'a{filter:progid:DXImageTransform.Microsoft.AlphaImageLoader(src="a.png")}',
  '@charset "utf-8";',
  '',
])('finds no reference: %s', (css) => {
  expect(found(css)).toEqual([]);
});

test.each<[string, css: string, url: string]>([
  ['a character', 'a{b:url(a\\.png)}', 'a.png'],
  ['a space', 'a{b:url(a\\ b.png)}', 'a b.png'],
  ['hex digits and the space that ends them', 'a{b:url(a\\2e png)}', 'a.png'],
  ['six hex digits, which need none', 'a{b:url("a\\00002epng")}', 'a.png'],
  ['a quote', "a{b:url('it\\'s.png')}", "it's.png"],
  ['parentheses', 'a{b:url(a\\(1\\).png)}', 'a(1).png'],
  ['a line break, which is none', 'a{b:url("a\\\r\nb.png")}', 'ab.png'],
  ['a backslash', 'a{b:url(a\\\\)}', 'a\\'],
  ['a backslash before white space', 'a{b:url(a\\\\ )}', 'a\\'],
  ['a space at the end', 'a{b:url(a\\ )}', 'a '],
  ['an emoji by its number', 'a{b:url(\\1F4A9 .png)}', '\u{1F4A9}.png'],
  ['an emoji beside an escape', 'a{b:url(\u{1F4A9}\\62.png)}', '\u{1F4A9}b.png'],
  ['an escaped emoji', 'a{b:url("\\\u{1F4A9}.png")}', '\u{1F4A9}.png'],
  ['half a character, none at all, and too much of one', 'a{b:url("\\D83D \\0 \\110000 ")}', '\uFFFD\uFFFD\uFFFD'],
])('decodes escapes: %s', (_, css, url) => {
  expect(findCssReferences(css).map((reference) => reference.url)).toEqual([url]);
});

test('returns correct offsets after characters of every width, in bare and quoted URLs', () => {
  expect(found('/* \u{1F4A9} */a{b:url(\u{1F4A9}.png)}b{c:url("\u00fc.png")}')).toEqual(['url \u{1F4A9}.png', 'url \u00fc.png']);
});

const GOOD = 'x{y:url(good.png)}';

test.each<[string, css: string, ...references: string[]]>([
  ['a bare data: URL with quotes', `a{b:url(data:image/svg+xml;utf8,<svg xmlns='http://a.example/'>)}${GOOD}`, 'url good.png'],
  ['a bare URL with a space, and a parenthesis with a backslash', `a{b:url(a b.png\\) url(c.png)}${GOOD}`, 'url good.png'],
  ['a bare URL with a line break after a backslash', `a{b:url(a\\\n.png)}${GOOD}`, 'url good.png'],
  ['a string over two lines', `a{b:"url(a.png)\n;c:url("b.png\n)}${GOOD}`, 'url good.png'],
  ['a brace too many', `a{b:c}}${GOOD}d{e:url(f.png)}`, 'url good.png', 'url f.png'],
  ['a surplus brace, after which browsers ignore @import and @font-face', `}@import "a.css";@font-face{b:url(c.woff2)}`, 'url c.woff2'],
  ['a bracket too many', `a{b:c)];d:url(e.png)}${GOOD}`, 'url e.png', 'url good.png'],
  ['the wrong bracket', `a{b:(c]);d:url(e.png)}${GOOD}`, 'url e.png', 'url good.png'],
  ['a block that is not closed', `@media print{a{b:url(c.png)}${GOOD}`, 'url c.png', 'url good.png'],
  ['a function that is not closed', 'a{b:url("a.png"', 'url a.png'],
  ['a set of images that is not closed', 'a{b:image-set("a.png" 1x,"b.png', 'url a.png', 'url b.png'],
  ['a URL that is not closed', 'a{b:url(a.png', 'url a.png'],
  ['a URL with white space that is not closed', 'a{b:url(a.png \n', 'url a.png'],
  ['a string that is not closed', '@import "a.css', 'style-import a.css'],
  ['a string that is not closed, and a backslash', '@import "a.css\\', 'style-import a.css'],
  ['a face that is not closed', '@font-face{src:url(a.eot),url(a.woff2)', 'url a.eot', 'font a.woff2'],
  ['a comment that is not closed', `${GOOD}/* url(a.png) /*# sourceMappingURL=a.map`, 'url good.png'],
  ['a NUL character in a URL', `a{b:url(a\0.png)}${GOOD}`, 'url a\uFFFD.png (a\0.png)', 'url good.png'],
  ['NUL characters, and nothing else', '\0'.repeat(1000)],
  ['a backslash at the end of a line', `a{b:c\\\n;d:url(e.png)}${GOOD}`, 'url e.png', 'url good.png'],
])('finds the URLs that browsers load beside %s', (_, css, ...references) => {
  expect(found(css)).toEqual(references);
});

test.each([
  ['in a block', 'a{@import "a.css";}@media print{@import url(b.css);}'],
  ['in parentheses', 'a{b:(@import "a.css")}'],
  ['in the midst of a rule', 'a @import "a.css";b{c:d}'],
  ['after a surplus semicolon', ';@import "a.css";b{c:d}'],
  ['with something in front of its URL', '@import print "a.css";@import (url(b.css));'],
  ['with a URL in a function that is not for one', '@import format("a.css");'],
])('ignores an @import %s', (_, css) => {
  expect(found(css)).toEqual([]);
});

test.each<[string, css: string, offset: number, why: string]>([
  ['a bare URL with a space', 'a{b:url(a b.png)}', 4, 'needs them'],
  ['a bare URL with a quote', 'a{b:url(a"b.png)}', 4, 'needs them'],
  ['a string over two lines', 'a{b:"a\nb"}', 4, 'not closed on its line'],
  ['a block that is not closed', 'a{b:c', 1, '"{" is never closed'],
  ['a brace too many', 'a{b:c}} b{}', 6, '"}" closes nothing'],
  ['the wrong bracket', 'a{b:(c]}', 6, '"]" closes nothing'],
  ['a parenthesis that its block ends before', 'a{b:(c}d{e:f}', 4, '"(" is not closed'],
  ['a comment that is not closed', 'a{}/* b', 3, 'comment'],
  ['a string that is not closed', 'a{b:"c', 4, 'string'],
  ['a URL that is not closed', 'a{b:url(c', 4, 'url('],
  ['a function that is not closed', 'a{b:url("a.png"', 4, '"(" is never closed'],
  ['the first of several', 'a{b:url(a b)}}}c{d:"e', 4, 'needs them'],
])('reports the broken spot once: %s', (_, css, offset, why) => {
  const spots: BrokenSpot[] = [];
  findCssReferences(css, (spot) => spots.push(spot));
  expect(spots).toEqual([{ offset, why: expect.stringContaining(why) }]);
});

test.each(['a{b:c}}', 'a{b:c}} \n}/* */', '<!-- a{b:c} -->', '\uFFFDa{b:c\\9;*d:e;_f:g}', ';a{b:c};', ''])(
  'reports no broken spot where browsers skip no code: %j',
  (css) => {
    const onBrokenSpot = jest.fn();
    findCssReferences(css, onBrokenSpot);
    expect(onBrokenSpot).not.toHaveBeenCalled();
  },
);

test('reads a URL in bytes that are not UTF-8 as a browser does', () => {
  const bytes = 'a{b:url(\u00e9.png),url("\u00c3\u00a9\\e9.png")}/*# sourceMappingURL=\u00c3\u00a9.map */';
  const urls = findCssReferencesInBytes(bytes).map(({ url }) => url);
  expect(urls).toEqual(['\uFFFD.png', '\u00e9\u00e9.png', '\u00e9.map']);
});

test('reads any bytes, and changes no byte outside of a reference', () => {
  const newUrl = "it's(1).0123456789.png";
  let count = 0;
  fc.assert(
    fc.property(brokenCssBytes, (content) => {
      const read = (bytes: Buffer) => findReferences('/a.css', bytes.length, () => bytes)?.references ?? [];
      const references = read(content);
      count += references.length;
      const rewritten = rewriteBytes(
        content,
        references.map((reference) => ({ reference, url: newUrl })),
      );
      // The rewritten sheet is the same CSS with other URLs.
      const again = read(rewritten);
      expect(again.map(({ notation }) => notation)).toEqual(references.map(({ notation }) => notation));
      expect(again.map(({ url }) => url.slice(0, newUrl.length))).toEqual(references.map(() => newUrl));
      expect(outside(rewritten, again)).toEqual(outside(content, references));
    }),
    { numRuns: 1_000 },
  );
  expect(count).toBeGreaterThan(100);
});

/** The text between references, in a form that shows every byte. */
function outside(content: Buffer, references: readonly FoundReference[]): string[] {
  const encoding = isUtf8(content) ? 'utf8' : 'latin1';
  const text = content.toString(encoding);
  const starts = [...references.map(({ start }) => start), text.length];
  return starts.map((start, index) => Buffer.from(text.slice(references[index - 1]?.end ?? 0, start), encoding).toString('latin1'));
}

test.each<[string, css: string]>([
  ['side by side', repeated(100_000, (index) => `a{b:url(${index}.png)}`)],
  ['in one @font-face', `@font-face{${repeated(100_000, (index) => `src:url("${index}.woff2");`)}}`],
  ['below 100,000 parentheses', `a{b:${'('.repeat(100_000)}${repeated(100_000, (index) => `url(${index}.png)`)}${')'.repeat(100_000)}}`],
])('takes seconds for 100,000 references: %s', (_, css) => {
  let count = 0;
  expect(processorMs(() => (count = findCssReferences(css).length))).toBeLessThan(15_000);
  expect(count).toBe(100_000);
});
