import { findJavascriptReferences } from '../../../../src/pipeline/references/javascript-references';
import { processorMs } from '../../support/processor-ms';
import { inShort, repeated } from '../../support/references';

const found = (text: string) => inShort(text, findJavascriptReferences(text));

test.each([
  "import './a.js'",
  'import a from "./a.js";',
  "import a,{b}from'./a.js'",
  "import * as a from './a.js'",
  "export*from'./a.js'",
  "export * as a from './a.js'",
  "export {a as 'b c'} from './a.js'",
  "import defer * as a from './a.js'",
  "import source a from './a.js'",
  "import a from './a.js' with { type: 'json' }",
  "import a from './a.js' assert { type: 'json' }",
  "#!/usr/bin/env node\nimport './a.js'",
  "x = a / b; import './a.js'",
  "if (x) /import 'y'/.test(z); import './a.js'",
  "var \u{1F4A9} = '\u{1F4A9}'; import './a.js'",
  "class A { static import(x) {} }\nimport './a.js'",
])('finds a static import: %s', (text) => {
  expect(found(text)).toEqual(['import ./a.js']);
});

test.each([
  "import('./a.js')",
  'import("./a.js",)',
  'import(`./a.js`)',
  "import(/* webpackChunkName: 'x' */ './a.js' /* y */)",
  "import('./a.js', { with: { type: 'json' } })",
  "import.defer('./a.js')",
  "import.source('./a.js')",
])('finds a dynamic import of a literal: %s', (text) => {
  expect(found(text)).toEqual(['dynamic-import ./a.js']);
});

test.each(["import.meta.resolve('./a.js')", 'import . meta . resolve ( `./a.js` )', "x(import.meta.resolve('./a.js'), import.meta.env)"])(
  'takes import.meta.resolve() for a dynamic import: %s',
  (text) => {
    expect(found(text)).toEqual(['dynamic-import ./a.js']);
  },
);

test.each([
  "new URL('./a.png', import.meta.url)",
  'new URL(`./a.png`, import.meta.url)',
  'new   URL (\n "./a.png" ,\n import . meta . url ,\n)',
  "new/*x*/URL(/*y*/'./a.png'/*z*/,/*w*/import.meta.url)",
  "new // x\nURL('./a.png', import.meta.url)",
  `new${' '.repeat(100)}URL('./a.png', import.meta.url)`,
  "new Worker(new URL('./a.png', import.meta.url), { type: 'module' })",
  "[...new URL('./a.png', import.meta.url).searchParams]",
  "`\u0024{new URL('./a.png', import.meta.url)}`",
  "x=>new URL('./a.png',import.meta.url)",
  "()=>{return new URL('./a.png',import.meta.url)}",
  "if(a)new URL('./a.png',import.meta.url)",
  "a/new URL('./a.png',import.meta.url)/g",
  "new Map(); newer(); new URL('./a.png', import.meta.url); import.meta.env",
])('finds a URL beside the module: %s', (text) => {
  expect(found(text)).toEqual(['module-url ./a.png']);
});

test('pairs each URL with the import.meta after it', () => {
  expect(found("a?new URL('./a.png',import.meta.url):new URL('./b.png',import.meta.url)")).toEqual([
    'module-url ./a.png',
    'module-url ./b.png',
  ]);
});

test.each<[string, text: string]>([
  ['in a string', `"import './a.js'"; 'new URL("./a.js", import.meta.url)'; import.meta.url`],
  ['in a comment', "// import './a.js'\n/* import('./a.js') new URL('./a.js', import.meta.url) */ import.meta.url"],
  ['in a template', "`import('./a.js') new URL('./a.js', import.meta.url)`; import.meta.url"],
  ['in a regular expression', "/import '.\\/a.js'/; /new URL('.\\/a.js', import.meta.url)/; import.meta.url"],
  ['put together at run time', "import('./' + a + '.js'); import(`./\u0024{a}.js`); new URL('./' + a, import.meta.url)"],
  ['a template with substitutions', 'new URL(`./\u0024{a}.js`, import.meta.url); import.meta.resolve(`\u0024{a}`)'],
  ['relative to something else', "new URL('./a.js', location); new URL('./a.js', import.meta.url ?? b)"],
  ['another URL', "new a.URL('./a.js', import.meta.url)"],
  ['a call', "renew\nURL('./a.js', import.meta.url)"],
  ['a method', "a.import('./a.js'); ({ import(x) {} })"],
])('finds no reference: %s', (_, text) => {
  expect(found(text)).toEqual([]);
});

test.each([
  'exports.a = 1; module.exports = {}',
  '"use strict"; (function () {})()',
  "<!-- import('./a.js')\nb()",
  "b()\n--> import('./a.js')",
  "b('<!--'); // import('./a.js')",
])('finds no import: %s', (text) => {
  expect(found(text)).toEqual([]);
});

test('finds an import() beside an HTML comment, which only a classic script may have', () => {
  expect(found("<!-- import('./a.js')\nimport('./b.js')")).toEqual(['dynamic-import ./b.js']);
});

test.each<[string, text: string, specifier: string]>([
  ['hex', "import '\\x2e/a.js'", './a.js'],
  ['Unicode', "import '.\\u002fa.js'", './a.js'],
  ['a code point', "import '\\u{2e}/a.js'", './a.js'],
  ['a quote', "import './it\\'s.js'", "./it's.js"],
  ['a line break, which is none', "import './a\\\n.js'", './a.js'],
  ['in a dynamic import', "import('.\\u002fa.js')", './a.js'],
  ['in a template', 'new URL(`./\\`.js`, import.meta.url)', './`.js'],
])('decodes escapes: %s', (_, text, specifier) => {
  expect(findJavascriptReferences(text).map(({ url }) => url)).toEqual([specifier]);
});

test.each<[string, text: string, ...references: string[]]>([
  ['at the end', 'a;\n//# sourceMappingURL=a.js.map', 'source-map a.js.map'],
  ['before empty lines', 'a;\r\n//# sourceMappingURL=a.js.map\r\n\r\n', 'source-map a.js.map'],
  ['as a block', 'a;/*# sourceMappingURL=a.js.map */', 'source-map a.js.map'],
  ['in the older form', '//@ sourceMappingURL=a.js.map', 'source-map a.js.map'],
  ['before other comments', '//# sourceMappingURL=a.js.map\n/* b */ // c', 'source-map a.js.map'],
  ['the last of several', '//# sourceMappingURL=a.map\n//# sourceMappingURL=b.map\n', 'source-map b.map'],
  ['of a script with an HTML comment', '<!--\na()\n//-->\n//# sourceMappingURL=a.js.map', 'source-map a.js.map'],
  [
    'of a script with an HTML comment that is not code',
    "<!-- it's {\na()\n--> it's }\n//# sourceMappingURL=a.js.map",
    'source-map a.js.map',
  ],
  ['of a script that writes HTML comments', 'a("<!-- it\'s -->")\n//# sourceMappingURL=a.js.map', 'source-map a.js.map'],
  ['before code', '//# sourceMappingURL=a.js.map\na()'],
  ['inline', '//# sourceMappingURL=data:application/json;base64,e30='],
  ['in a string', '"//# sourceMappingURL=a.js.map"'],
  ['in a string over two lines', 'a="\\\n//# sourceMappingURL=a.js.map"'],
  ['in a template', '`\n//# sourceMappingURL=a.js.map\n`'],
  ['in another comment', '/*\n//# sourceMappingURL=a.js.map\n*/'],
])('finds the source map: %s', (_, text, ...references) => {
  expect(found(text)).toEqual(references);
});

test.each(["<!-- it's\nimport './a.js'", '<!-- {\n"', "import './a.js", 'import {', '}import "./a.js"', 'import "./a.js"; "', '`${'])(
  'throws for text that is not JavaScript: %s',
  (text) => {
    expect(() => findJavascriptReferences(text)).toThrow('it is not JavaScript that a browser can read');
  },
);

test('throws with the offset of the error', () => {
  expect(() => findJavascriptReferences('a()\nb() }')).toThrow(expect.objectContaining({ offset: expect.any(Number) }));
});

test.each<[string, text: string, count: number]>([
  ['imports', repeated(100_000, (index) => `import"./${index}.js";`), 100_000],
  ['dynamic imports', repeated(100_000, (index) => `import("./${index}.js");`), 100_000],
  ['URLs', repeated(100_000, (index) => `new URL("./${index}.png",import.meta.url);`), 100_000],
  ['import.meta without any new', repeated(100_000, () => 'x(import.meta.env);'), 0],
  ['import.meta among many new', repeated(20_000, () => 'new(new(new(new(import.meta.env))));'), 0],
])('takes seconds for 100,000 of them: %s', (_, text, count) => {
  let length = 0;
  expect(processorMs(() => (length = findJavascriptReferences(text).length))).toBeLessThan(15_000);
  expect(length).toBe(count);
});
