import { findReferences } from '../../../../src/pipeline/references/find-references';

const found = (assetPath: string, content: string | Buffer) => {
  const bytes = Buffer.from(content);
  return findReferences(assetPath, bytes.length, () => bytes);
};

const CONTENT = {
  css: 'a{b:url(a.png)}',
  js: "import './a.js'",
  svg: '<svg><image href="a.png"/></svg>',
  json: '{"icons":[{"src":"a.png"}]}',
};

test.each<[assetPath: string, content: string]>([
  ['/a.css', CONTENT.css],
  ['/a.min.CSS', CONTENT.css],
  ['/a.js', CONTENT.js],
  ['/a.mjs', CONTENT.js],
  ['/a.svg', CONTENT.svg],
  ['/site.webmanifest', CONTENT.json],
  ['/manifest.json', CONTENT.json],
  ['/app/manifest.json', CONTENT.json],
  ['/a.json', CONTENT.json],
  ['/a.gltf', CONTENT.json],
])('reads %s', (assetPath, content) => {
  expect(found(assetPath, content)?.references).toHaveLength(1);
});

test.each<[assetPath: string, content: string]>([
  ['/a.css.map', CONTENT.css],
  ['/a.cjs', CONTENT.js],
  ['/a.html', CONTENT.svg],
  ['/css', CONTENT.css],
  ['/.css', CONTENT.css],
])('does not read %s', (assetPath, content) => {
  const read = jest.fn(() => Buffer.from(content));
  expect(findReferences(assetPath, content.length, read)).toBeUndefined();
  expect(read).not.toHaveBeenCalled();
});

test('returns undefined for a file without references', () => {
  expect(found('/a.css', 'a{b:c}')).toBeUndefined();
  expect(found('/a.js', 'important()')).toBeUndefined();
  expect(found('/a.svg', '<svg><text>style</text></svg>')).toBeUndefined();
});

test('lists references in the order of the text, with their lines', () => {
  const text = "new URL('./a.png', import.meta.url);\r\nimport './b.js';\n\nimport('./c.js');\n//# sourceMappingURL=d.map\n";
  expect(found('/a.js', text)?.references.map(({ url, line, start, end }) => [url, line, text.slice(start, end)])).toEqual([
    ['./a.png', 1, './a.png'],
    ['./b.js', 2, './b.js'],
    ['./c.js', 4, './c.js'],
    ['d.map', 5, 'd.map'],
  ]);
});

test.each(Object.entries({ '/a.css': CONTENT.css, '/a.js': CONTENT.js, '/a.svg': CONTENT.svg, '/manifest.json': CONTENT.json }))(
  '%s may begin with a byte-order mark, and offsets count it',
  (assetPath, content) => {
    const [plain, marked] = [found(assetPath, content)?.references[0], found(assetPath, `\uFEFF${content}`)?.references[0]];
    expect(marked).toEqual({ ...plain, start: (plain?.start ?? 0) + 1, end: (plain?.end ?? 0) + 1 });
  },
);

test.each<[string, assetPath: string, content: Buffer]>([
  ['JavaScript in Latin-1', '/a.js', Buffer.from("/* \u00e9 */import './a.js'", 'latin1')],
  ['CSS in UTF-16', '/a.css', Buffer.from(`\uFEFF${CONTENT.css}`, 'utf16le')],
  ['JavaScript in UTF-16', '/a.js', Buffer.from(`\uFEFF${CONTENT.js}`, 'utf16le')],
  ['SVG that says nothing of its encoding', '/a.svg', Buffer.from(`<!-- \u00e9 -->${CONTENT.svg}`, 'latin1')],
])('leaves text alone that is not UTF-8 although Next says so: %s', (_, assetPath, content) => {
  expect(found(assetPath, content)).toEqual({ references: [], problem: { line: 1, why: 'it is not text in UTF-8' } });
});

test.each<[string, content: Buffer, url: string]>([
  ['UTF-16', Buffer.from('\uFEFF<image href="\u00fc.png"/>', 'utf16le'), '\u00fc.png'],
  ['UTF-16, big-endian', Buffer.from('\uFEFF<image href="\u00fc.png"/>', 'utf16le').swap16(), '\u00fc.png'],
  ['UTF-16 that only its declaration tells', Buffer.from('<?xml version="1.0"?><image href="\u00fc.png"/>', 'utf16le'), '\u00fc.png'],
  ['ISO-8859-1', Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><image href="\u00fc.png"/>', 'latin1'), '\u00fc.png'],
  ['ISO-8859-5', Buffer.from("<?xml version='1.0' encoding='iso-8859-5'?><image href=\"\u00df.png\"/>", 'latin1'), '\u043f.png'],
  ['UTF-8 that declares UTF-16', Buffer.from('<?xml version="1.0" encoding="UTF-16"?><image href="\u00fc.png"/>'), '\u00fc.png'],
])('reads SVG in the encoding that a browser finds: %s', (_, content, url) => {
  expect(found('/a.svg', content)?.references).toMatchObject([{ url }]);
});

test.each([
  ['Shift_JIS', 'shift_jis'],
  // The Encoding Standard knows neither.
  ['windows-932', 'windows-932'],
  ['iso-8859-12', 'iso-8859-12'],
])('leaves SVG in the unsupported encoding %s alone, and names the encoding', (label, encoding) => {
  const content = Buffer.from(`<?xml version="1.0" encoding="${label}"?><image href="a.png"/>`);
  expect(found('/a.svg', content)?.problem).toEqual({ line: 1, why: `it is text in the unsupported encoding ${encoding}` });
});

test.each<[string, assetPath: string, content: string, line: number, why: string]>([
  ['JavaScript', '/a.js', '\nimport "', 2, 'not JavaScript'],
  ['SVG', '/a.svg', '<svg>\n<style>\na{b:url(a<!-- -->b)}</style></svg>', 3, 'cut in two by markup'],
  ['JSON', '/manifest.json', '{"icons":\n', 2, 'not JSON'],
])('reports the line of a file that it cannot read: %s', (_, assetPath, content, line, why) => {
  expect(found(assetPath, content)).toEqual({
    references: [],
    problem: { line, why: expect.stringContaining(why) },
  });
});

test.each<[string, assetPath: string, content: string]>([
  ['CSS', '/a.css', `\n\na{b:url(a b)}${CONTENT.css}`],
  ['CSS without a reference', '/a.css', '\n\na{b:url(a b)}'],
  ['SVG', '/a.svg', `<svg>\n<style>\na{b:url(a b)}${CONTENT.css}</style></svg>`],
])('reports the line of a broken spot, and reads the rest: %s', (_, assetPath, content) => {
  const { problem, references } = found(assetPath, content) ?? {};
  expect(problem).toEqual({ line: 3, why: expect.stringContaining('URL'), isPartial: true });
  expect(references).toHaveLength(content.includes(CONTENT.css) ? 1 : 0);
});

test.each<[string, content: Buffer]>([
  ['a comment in Latin-1', Buffer.from('/* \u00e9 */a{b:url(a.png)}', 'latin1')],
  ['a name in Latin-1', Buffer.from('.\u00e9{b:url(a.png)}', 'latin1')],
  ['a name in Latin-1, after a byte-order mark', Buffer.from('\u00ef\u00bb\u00bf@font-face{src:url(a.png)}.\u00e9{}', 'latin1')],
])('reads CSS that is not UTF-8, with offsets in bytes: %s', (_, content) => {
  const { references = [], problem } = found('/a.css', content) ?? {};
  expect(problem).toBeUndefined();
  expect(references.map(({ url, start, end }) => [url, content.toString('latin1', start, end)])).toEqual([['a.png', 'a.png']]);
});

test.each([
  ['a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ['nothing but NUL', Buffer.alloc(4 * 1024 * 1024)],
])('finds nothing in %s that is named like CSS', (_, content) => {
  expect(found('/a.css', content)).toBeUndefined();
});

test.each([
  ['/a.css', CONTENT.css, 4],
  ['/a.js', 'import "./a.js"', 10],
  ['/a.svg', '<svg><image href="a.png"/></svg>', 10],
  ['/a.webmanifest', '{"icons":[{"src":"a.png"}]}', 1],
] as const)('reads a file just under its size limit, and not one over it: %s', (assetPath, content, mebibytes) => {
  const limit = mebibytes * 1024 * 1024;
  const read = jest.fn(() => Buffer.from(content));
  expect(findReferences(assetPath, limit + 1, read)?.problem?.why).toBe(`it is larger than ${mebibytes} MiB`);
  expect(read).not.toHaveBeenCalled();
  expect(findReferences(assetPath, limit, read)?.references).toHaveLength(1);
});

test.each<[string, assetPath: string, content: string]>([
  ['CSS', '/a.css', `/*${'x'.repeat(4_000_000)}*/a{b:url(a.png)}`],
  ['JavaScript', '/a.js', `a="${'x'.repeat(10_000_000)}";import"./a.js"`],
  ['SVG', '/a.svg', `<svg><text>${'x'.repeat(10_000_000)}</text><image href="a.png"/></svg>`],
])('reads a line of 4 or 10 MB: %s', (_, assetPath, content) => {
  expect(found(assetPath, content)?.references).toHaveLength(1);
});
