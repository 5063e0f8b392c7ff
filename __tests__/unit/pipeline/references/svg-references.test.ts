import { findSvgReferences } from '../../../../src/pipeline/references/svg-references';
import { processorMs } from '../../support/processor-ms';
import { inShort, repeated } from '../../support/references';

const NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:h="http://www.w3.org/1999/xhtml"';

const found = (svg: string) => inShort(svg, findSvgReferences(svg));

test.each<[string, svg: string, ...references: string[]]>([
  ['href', '<svg><image href="a.png"/></svg>', 'url a.png'],
  ['xlink:href', '<svg><image xlink:href="a.png"></image></svg>', 'url a.png'],
  ['in single quotes', "<svg><image href='a.png'/></svg>", 'url a.png'],
  ['with white space around the equals sign', '<svg><image\nhref\n=\n"a.png"\n/></svg>', 'url a.png'],
  ['after another quote', `<svg><image data-x='"' href='a"b.png'/></svg>`, 'url a"b.png'],
  ['without quotes, as some readers let pass', '<svg><image href=a.png /></svg>', 'url a.png'],
  ['a part of another image', '<svg><use href="a.svg#part"/></svg>', 'url a.svg#part'],
  ['a part of its own', '<svg><use href="#part"/></svg>', 'url #part'],
  ['a script', '<svg><script href="a.js"/></svg>', 'url a.js'],
  ['of a link', '<svg><a href="page.html"><image href="a.png"/></a></svg>', 'page page.html', 'url a.png'],
  ['of a link under a prefix', '<svg xmlns:s="http://www.w3.org/2000/svg"><s:a xlink:href="page.html"/></svg>', 'page page.html'],
  ['with a character reference', '<svg><image href="a&amp;b.png?c&#38;d"/></svg>', 'url a&b.png?c&d (a&amp;b.png?c&#38;d)'],
  ['with an ampersand that is none', '<svg><image href="a&b.png"/></svg>', 'url a&b.png'],
  ['wide characters', '<svg><image href="\u{1F4A9}.png"/><image href="\u00fc.png"/></svg>', 'url \u{1F4A9}.png', 'url \u00fc.png'],
  ['empty', '<svg><image href=""/></svg>', 'url '],
  ['without a value', '<svg><image href/></svg>', 'url '],
  ['after a document type', '<!DOCTYPE svg [<!ENTITY x "y">]><svg><image href="a.png"/></svg>', 'url a.png'],
  [
    'after a document type that holds markup',
    '<!DOCTYPE svg [<!-- \'> --><!ENTITY x "<image href=\'b.png\'/>">]><svg><image href="a.png"/></svg>',
    'url a.png',
  ],
  ['after an instruction that holds markup', '<?x > <image href="b.png"/> ?><svg><image href="a.png"/></svg>', 'url a.png'],
  [
    'with an entity of the file',
    '<!DOCTYPE svg [<!ENTITY dir "img">]><svg><image href="&dir;/a.png"/></svg>',
    'url img/a.png (&dir;/a.png)',
  ],
  ['XLink under another prefix', '<svg xmlns:l="http://www.w3.org/1999/xlink"><g><image l:href="a.png"/></g></svg>', 'url a.png'],
  [
    'XLink declared by an entity, as Adobe Illustrator does',
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [<!ENTITY ns_x "http://www.w3.org/1999/xlink">]><svg xmlns:l="&ns_x;"><image l:href="a.png"/></svg>',
    'url a.png',
  ],
  ['of an element under a prefix', '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:image href="a.png"/></s:svg>', 'url a.png'],
  [
    'animated',
    '<image><animate attributeName="href" from="a.png" to="b.png" values=" c.png ;d.png;"/></image>',
    'url a.png',
    'url b.png',
    'url c.png',
    'url d.png',
  ],
  ['set', '<svg><image><set attributeName="xlink:href" to="a.png"/></image></svg>', 'url a.png'],
  [
    'an image in HTML',
    `<svg ${NAMESPACES}><foreignObject><h:img src="a.png" srcset="b.png, c.png 2x"/></foreignObject></svg>`,
    'url a.png',
    'url b.png',
    'url c.png',
  ],
  [
    'a video in HTML',
    '<foreignObject><video xmlns="http://www.w3.org/1999/xhtml" poster="a.png"><source src="b.mp4"/></video></foreignObject>',
    'url a.png',
    'url b.mp4',
  ],
  ['a link in HTML', `<svg ${NAMESPACES}><h:a href="page.html"/></svg>`, 'page page.html'],
  ['a link that is animated', '<svg><a><set attributeName="href" to="page.html"/></a></svg>', 'page page.html'],
  ['a stylesheet in HTML', `<svg ${NAMESPACES}><h:link rel="stylesheet" href="a.css"/></svg>`, 'url a.css'],
])('finds the reference in an attribute: %s', (_, svg, ...references) => {
  expect(found(svg)).toEqual(references);
});

test.each<[string, svg: string, ...references: string[]]>([
  ['several', '<path fill="url(a.svg#x) red" stroke="url(&quot;b.svg&quot;)"/>', 'url a.svg#x', 'url b.svg'],
  [
    'all of them',
    '<g filter="url(1)" mask="url(2)" clip-path="url(3)" marker="url(4)" marker-start="url(5)" marker-mid="url(6)" marker-end="url(7)" cursor="url(8),auto" style="fill:url(9)"/>',
    ...Array.from({ length: 9 }, (_, index) => `url ${index + 1}`),
  ],
  ['with character references', '<g style="fill:url(&#39;a.svg?b&amp;c&#39;)"/>', 'url a.svg?b&c (a.svg?b&amp;c)'],
  ['over two lines', '<g style="fill:red;\r\nstroke:url(a.svg#b)"/>', 'url a.svg#b'],
  ['animated', '<g><animate attributeName="fill" values="url(a.svg#x);url(#y)"/></g>', 'url a.svg#x', 'url #y'],
  ['of HTML', `<svg ${NAMESPACES}><h:p style="background:url(a.png)" fill="url(b.png)"/></svg>`, 'url a.png'],
  ['of a link', '<a href="page.html" style="fill:url(a.svg#b)"/>', 'page page.html', 'url a.svg#b'],
])('finds url() in an attribute: %s', (_, svg, ...references) => {
  expect(found(svg)).toEqual(references);
});

test.each<[string, svg: string, ...references: string[]]>([
  ['one', '<?xml version="1.0"?><?xml-stylesheet type="text/css" href="a.css"?><svg/>', 'url a.css'],
  ['several', `<?xml-stylesheet href='a.css'?><!-- --><?xml-stylesheet title="x>y" href = "b.css"?><svg/>`, 'url a.css', 'url b.css'],
  ['with a character reference', '<?xml-stylesheet href="a&amp;b.css"?><svg/>', 'url a&b.css (a&amp;b.css)'],
  ['within the image, where browsers leave it alone', '<svg><?xml-stylesheet href="a.css"?></svg>'],
  ['another instruction', '<?xml-stylesheets href="a.css"?><?php href="a.css"?><svg/>'],
])('finds <?xml-stylesheet?>: %s', (_, svg, ...references) => {
  expect(found(svg)).toEqual(references);
});

test.each<[string, svg: string, ...references: string[]]>([
  ['plain', '<svg><style>a>b{c:url(a.png)}</style></svg>', 'url a.png'],
  ['in CDATA', '<svg><style>\n<![CDATA[\na{b:url(a.png)}\n]]>\n</style></svg>', 'url a.png'],
  ['partly in CDATA', '<svg><style>a{b:url(a.png)}<![CDATA[a{b:url("b.png")}]]></style></svg>', 'url a.png', 'url b.png'],
  ['an import', '<svg><style>@import "a.css";</style></svg>', 'style-import a.css'],
  ['several', '<svg><style>a{b:url(a.png)}</style><style >a{b:url(b.png)}</style></svg>', 'url a.png', 'url b.png'],
  ['of another prefix', '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:style>a{b:url(a.png)}</s:style></s:svg>', 'url a.png'],
  ['empty', '<svg><style/><image href="a.png"/></svg>', 'url a.png'],
  [
    'with character references, as Mermaid writes them',
    '<svg><style>text.actor&gt;tspan{fill:url(a.svg?b&amp;c)}</style></svg>',
    'url a.svg?b&c (a.svg?b&amp;c)',
  ],
  ['with a URL that is a character reference', '<svg><style>a{b:url(&#x61;)}</style></svg>', 'url a (&#x61;)'],
  ['of HTML', `<svg ${NAMESPACES}><h:style>a{b:url(a.png)}</h:style></svg>`, 'url a.png'],
  ['in a comment, which is not part of the stylesheet', '<svg><style><!-- a{b:url(a.png)} --></style></svg>'],
  ['beside a comment', '<svg><style><!-- } -->a{b:url(a.png)}</style></svg>', 'url a.png'],
])('finds the references in <style>: %s', (_, svg, ...references) => {
  expect(found(svg)).toEqual(references);
});

test.each([
  '<svg><!-- <image href="a.png"/> --></svg>',
  '<svg><![CDATA[<image href="a.png"/>]]></svg>',
  '<svg><text>href="a.png"</text></svg>',
  '<svg><image HREF="a.png" src="a.png" foo:href="a.png"/></svg>',
  '<svg xmlns:l="urn:other"><image l:href="a.png"/></svg>',
  '<svg xmlns:x="urn:x"><x:image href="a.png" style="fill:url(a.png)"/><img src="a.png"/></svg>',
  `<svg ${NAMESPACES}><h:link rel="canonical" href="a.html"/><h:img href="a.png"/></svg>`,
  '<svg><animate attributeName="x" from="url(a.png)" to="a.png"/></svg>',
  '<svg><metadata fill="red"><style xmlns="urn:x">a{b:url(a.png)}</style></metadata></svg>',
  '<svg><image href="a.png',
  '<svg><g xmlns="urn:x" a=b/><image href="a.png"/></g></svg>',
  'no SVG at all',
  '',
])('finds no reference: %s', (svg) => {
  expect(found(svg)).toEqual([]);
});

test.each([
  '<svg><style>a{b:url(a<!-- -->.png)}</style></svg>',
  '<svg><style>a{b:url(a<![CDATA[.png]]>)}</style></svg>',
  '<!DOCTYPE svg [<!ENTITY x "a.png)">]><svg><style>a{b:url(&x;}</style></svg>',
])('reports a URL that cannot be replaced: %s', (svg) => {
  expect(() => findSvgReferences(svg)).toThrow('put together from an entity or cut in two by markup');
});

test('reports the offset of a broken spot in a style', () => {
  const onBrokenSpot = jest.fn();
  findSvgReferences('<svg><style>a{b:c</style></svg>', onBrokenSpot);
  expect(onBrokenSpot).toHaveBeenCalledWith({ offset: 13, why: expect.stringContaining('never closed') });
});

test.each<[string, svg: string]>([
  ['in double quotes', repeated(100_000, (index) => `<image href="${index}.png"/>`)],
  ['in single quotes', repeated(100_000, (index) => `<image href='${index}.png'/>`)],
  ['without quotes', repeated(100_000, (index) => `<image href=${index}.png />`)],
  ['in url()', repeated(100_000, (index) => `<g fill="url(${index}.svg)"/>`)],
  ['in one <style>', `<style>${repeated(100_000, (index) => `a&gt;b{fill:url(${index}.svg?&amp;)}`)}</style>`],
  ['in one attribute', `<img xmlns="http://www.w3.org/1999/xhtml" srcset="${repeated(100_000, (index) => `${index}.png,&#32;`)}"/>`],
])('takes seconds for 100,000 references: %s', (_, svg) => {
  let count = 0;
  expect(processorMs(() => (count = findSvgReferences(`<svg>${svg}</svg>`).length))).toBeLessThan(15_000);
  expect(count).toBe(100_000);
});
