import type { FoundReference, Notation } from '../../../../src/pipeline/references/reference';
import { relativeUrl, rewriteBytes, rewriteReferences } from '../../../../src/pipeline/references/rewrite-references';

/** Finds a URL, as it is written, in a text. */
function referenceIn(text: string, raw: string, notation: Notation, url = raw): FoundReference {
  const start = text.indexOf(raw);
  return { kind: 'url', notation, url, start, end: start + raw.length };
}

test('changes only the bytes of references, in any order of edits', () => {
  const text = '\uFEFF/* a.png */ a { b: url(a.png) , url( "b.png" ) }\r\n';
  const [a, b] = [{ ...referenceIn(text, 'a.png', 'css-url'), start: 24, end: 29 }, referenceIn(text, 'b.png', 'string')];
  const edits = [
    { reference: b, url: 'b.1.png' },
    { reference: a, url: '../a.1.png' },
  ];
  const expected = '\uFEFF/* a.png */ a { b: url(../a.1.png) , url( "b.1.png" ) }\r\n';
  expect(text.slice(a.start, a.end)).toBe('a.png');
  expect(rewriteReferences(text, edits)).toBe(expected);
  expect(rewriteReferences(text, edits.reverse())).toBe(expected);
  expect(rewriteReferences(text, [])).toBe(text);
});

test.each<[string, text: string, raw: string, notation: Notation, url: string, newUrl: string, expected: string]>([
  ['a query and a fragment', 'url(a.eot?v=1#iefix)', 'a.eot?v=1#iefix', 'css-url', 'a.eot?v=1#iefix', 'a.1.eot', 'url(a.1.eot?v=1#iefix)'],
  ['an empty query', 'url(a.eot?#iefix)', 'a.eot?#iefix', 'css-url', 'a.eot?#iefix', 'a.1.eot', 'url(a.1.eot?#iefix)'],
  ['a query with escapes', 'url(a\\ b.png?c\\(d)', 'a\\ b.png?c\\(d', 'css-url', 'a b.png?c(d', 'a%20b.1.png', 'url(a%20b.1.png?c\\(d)'],
  ['characters that end a bare url()', 'url(x)', 'x', 'css-url', 'x', "it's(1).png", "url(it\\'s\\(1\\).png)"],
  ['the quote of a string', "'x'", 'x', 'string', 'x', "it's.png", "'it\\'s.png'"],
  ['the other quote of a string', '"x"', 'x', 'string', 'x', "it's.png", '"it\'s.png"'],
  ['what a template would take for its own', '`x`', 'x', 'template', 'x', '$`.png', '`\\$\\`.png`'],
  ['character references', '"a&amp;b.png?c&amp;d"', 'a&amp;b.png?c&amp;d', 'xml', 'a&b.png?c&d', 'a%26b.png', '"a%26b.png?c&#38;d"'],
  ['a quote in an attribute', "'x'", 'x', 'xml', 'x', "it's.png", "'it&#39;s.png'"],
  ['CSS in XML', 'url(a.svg?b&amp;c)', 'a.svg?b&amp;c', 'xml-css-url', 'a.svg?b&c', "it's.svg", 'url(it\\&#39;s.svg?b&#38;c)'],
  ['a string of CSS in XML', 'url(&quot;x&quot;)', 'x', 'xml-string', 'x', "it's.svg", 'url(&quot;it\\&#39;s.svg&quot;)'],
  ['a comment of CSS in XML', '/*# sourceMappingURL=x */', 'x', 'xml-comment', 'x', '/a*/b', '/*# sourceMappingURL=/a%2A/b */'],
  [
    'half a character in a query, which no URL holds',
    '"a.js?\\ud800"',
    'a.js?\\ud800',
    'json',
    'a.js?\ud800',
    'a.1.js',
    '"a.1.js?%EF%BF%BD"',
  ],
  ['JSON', '"a\\u002epng?\\"b"', 'a\\u002epng?\\"b', 'json', 'a.png?"b', 'a.1.png', '"a.1.png?\\"b"'],
  ['a comment', '/*# sourceMappingURL=a.map */', 'a.map', 'comment', 'a.map', 'a.1.map', '/*# sourceMappingURL=a.1.map */'],
  [
    'what would end a comment',
    '/*# sourceMappingURL=a.map */',
    'a.map',
    'comment',
    'a.map',
    '/a*/b.map',
    '/*# sourceMappingURL=/a%2A/b.map */',
  ],
  ['a line break in a query, which no URL holds', "'a.js?\\n1'", 'a.js?\\n1', 'string', 'a.js?\n1', 'a.1.js', "'a.1.js?1'"],
  ['a form feed in a query', '"a.png?\\c 1"', 'a.png?\\c 1', 'string', 'a.png?\f1', 'a.1.png', '"a.1.png?%0C1"'],
])('escapes for the notation: %s', (_, text, raw, notation, url, newUrl, expected) => {
  expect(rewriteReferences(text, [{ reference: referenceIn(text, raw, notation, url), url: newUrl }])).toBe(expected);
});

test.each<[from: string, to: string, written: string, relative: string]>([
  ['/css/a.css', '/css/b.1.png', 'b.png', 'b.1.png'],
  ['/css/a.css', '/css/b.1.png', './b.png', './b.1.png'],
  ['/css/a.css', '/css/deep/b.1.png', './deep/b.png', './deep/b.1.png'],
  ['/css/a.css', '/img/b.1.png', '../img/b.png', '../img/b.1.png'],
  ['/css/a.css', '/css/b.1.png', '../css/b.png', './b.1.png'],
  ['/a.css', '/b.1.png', '../../b.png', './b.1.png'],
  ['/css/a.css', '/b.1.png', ' ../b.png', '../b.1.png'],
  ['/css/a.css', '/css/a%3Ab.1.png', 'a:b.png', 'a%3Ab.1.png'],
])('makes a relative URL from %s to %s, written %j: %s', (from, to, written, relative) => {
  expect(relativeUrl(from, to, written)).toBe(relative);
});

test('ends the text at a reference beyond its end, which only a damaged cache can have', () => {
  const reference: FoundReference = { kind: 'url', notation: 'css-url', url: 'b.png', start: 1e9, end: 2e9 };
  expect(rewriteReferences('ü', [{ reference, url: 'c.png' }])).toBe('üc.png');
});

test.each<[encoding: string, bytes: (text: string) => Buffer]>([
  ['utf-8', (text) => Buffer.from(text)],
  ['utf-16le', (text) => Buffer.from(text, 'utf16le')],
  ['utf-16be', (text) => Buffer.from(text, 'utf16le').swap16()],
  ['windows-1252', (text) => Buffer.from(text, 'latin1')],
])('changes only the bytes of references in %s', (encoding, bytes) => {
  const text = '<!-- \u00fc --><a x="a.png?\u00fc"/><a x="b.png?&#252;"/><!-- \u00fc -->';
  const edits = [
    { reference: referenceIn(text, 'a.png?\u00fc', 'xml'), url: 'a.1.png' },
    { reference: referenceIn(text, 'b.png?&#252;', 'xml', 'b.png?\u00fc'), url: 'b.1.png' },
  ];
  const expected = '<!-- \u00fc --><a x="a.1.png?\u00fc"/><a x="b.1.png?%C3%BC"/><!-- \u00fc -->';
  expect(rewriteBytes(bytes(text), edits, encoding)).toEqual(bytes(expected));
});

test('applies 100,000 edits in a moment', () => {
  const text = 'url(a.png)'.repeat(100_000);
  const edits = Array.from({ length: 100_000 }, (_, index) => ({
    reference: { kind: 'url', notation: 'css-url', url: 'a.png', start: index * 10 + 4, end: index * 10 + 9 } as const,
    url: 'b.png',
  }));
  expect(rewriteReferences(text, edits)).toBe('url(b.png)'.repeat(100_000));
});
