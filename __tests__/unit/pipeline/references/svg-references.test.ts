import { findSvgReferences } from '../../../../src/pipeline/references/svg-references';
import { inShort, repeated, timed } from '../../support/references';

const found = (svg: string) => inShort(svg, findSvgReferences(svg));

test.each<[string, svg: string, ...references: string[]]>([
  ['href', '<svg><image href="a.png"/></svg>', 'url a.png'],
  ['xlink:href', '<svg><image xlink:href="a.png"></image></svg>', 'url a.png'],
  ['in single quotes', "<svg><image href='a.png'/></svg>", 'url a.png'],
  ['with white space around the equals sign', '<svg><image\nhref\n=\n"a.png"\n/></svg>', 'url a.png'],
  ['behind another quote', `<svg><image data-x='"' href='a"b.png'/></svg>`, 'url a"b.png'],
  ['without quotes, as some readers let pass', '<svg><image href=a.png /></svg>', 'url a.png'],
  ['a part of another image', '<svg><use href="a.svg#part"/></svg>', 'url a.svg#part'],
  ['a part of its own', '<svg><use href="#part"/></svg>', 'url #part'],
  ['a script', '<svg><script href="a.js"/></svg>', 'url a.js'],
  ['of a link', '<svg><a href="page.html"><image href="a.png"/></a></svg>', 'page page.html', 'url a.png'],
  ['of a link under a prefix', '<svg><svg:a xlink:href="page.html"/></svg>', 'page page.html'],
  ['with a character reference', '<svg><image href="a&amp;b.png?c&#38;d"/></svg>', 'url a&b.png?c&d (a&amp;b.png?c&#38;d)'],
  ['with an ampersand that is none', '<svg><image href="a&b.png"/></svg>', 'url a&b.png'],
  ['wide characters', '<svg><image href="\u{1F4A9}.png"/><image href="\u00fc.png"/></svg>', 'url \u{1F4A9}.png', 'url \u00fc.png'],
  ['empty', '<svg><image href=""/></svg>', 'url '],
  ['without a value', '<svg><image href/></svg>', 'url '],
  ['behind a document type', '<!DOCTYPE svg [<!ENTITY x "y">]><svg><image href="a.png"/></svg>', 'url a.png'],
])('an attribute: %s', (_, svg, ...references) => {
  expect(found(svg)).toEqual(references);
});

test.each<[string, svg: string, ...references: string[]]>([
  ['plain', '<svg><style>a>b{c:url(a.png)}</style></svg>', 'url a.png'],
  ['in CDATA', '<svg><style>\n<![CDATA[\na{b:url(a.png)}\n]]>\n</style></svg>', 'url a.png'],
  ['partly in CDATA', '<svg><style>a{b:url(a.png)}<![CDATA[a{b:url("b.png")}]]></style></svg>', 'url a.png', 'url b.png'],
  ['an import', '<svg><style>@import "a.css";</style></svg>', 'style-import a.css'],
  ['several', '<svg><style>a{b:url(a.png)}</style><style >a{b:url(b.png)}</style></svg>', 'url a.png', 'url b.png'],
  ['of another prefix', '<s:svg><s:style>a{b:url(a.png)}</s:style></s:svg>', 'url a.png'],
  ['empty', '<svg><style/><image href="a.png"/></svg>', 'url a.png'],
  ['in a comment, which is no style sheet', '<svg><style><!-- a{b:url(a.png)} --></style></svg>'],
  ['beside a comment', '<svg><style><!-- } -->a{b:url(a.png)}</style></svg>', 'url a.png'],
])('<style>: %s', (_, svg, ...references) => {
  expect(found(svg)).toEqual(references);
});

test.each([
  '<svg><!-- <image href="a.png"/> --></svg>',
  '<svg><![CDATA[<image href="a.png"/>]]></svg>',
  '<svg><text>href="a.png"</text></svg>',
  '<svg><image HREF="a.png" src="a.png" foo:href="a.png"/></svg>',
  '<svg><image href="a.png',
  'no SVG at all',
  '',
])('no reference: %s', (svg) => {
  expect(found(svg)).toEqual([]);
});

test('a style that only an XML parser can read is said', () => {
  expect(() => findSvgReferences('<svg><style>a{b:url(a?b&amp;c)}</style></svg>')).toThrow('<![CDATA[');
});

test('a broken spot in a style is said with its place', () => {
  const onBrokenSpot = jest.fn();
  findSvgReferences('<svg><style>a{b:c</style></svg>', onBrokenSpot);
  expect(onBrokenSpot).toHaveBeenCalledWith({ offset: 13, why: expect.stringContaining('never closed') });
});

test.each<[string, svg: string]>([
  ['in double quotes', repeated(100_000, (index) => `<image href="${index}.png"/>`)],
  ['in single quotes', repeated(100_000, (index) => `<image href='${index}.png'/>`)],
  ['without quotes', repeated(100_000, (index) => `<image href=${index}.png />`)],
  ['without a value', repeated(100_000, () => '<image href/>')],
])('100,000 references take seconds, and not minutes: %s', (_, svg) => {
  let count = 0;
  expect(timed(() => (count = findSvgReferences(`<svg>${svg}</svg>`).length))).toBeLessThan(15_000);
  expect(count).toBe(100_000);
});
