import { findDocumentSearch } from '../../../../src/pipeline/references/document-search';
import { processorMs } from '../../support/processor-ms';

const find = (name: string, text: string) => findDocumentSearch(name, Buffer.from(text));

/** Shortened code of real libraries. */
const SELF_SEARCHING: readonly (readonly [library: string, name: string, text: string])[] = [
  ['CKEditor 4', 'ckeditor.js', String.raw`var a=/(^|.*[\\\/])ckeditor\.js(?:\?.*|;.*)?$/i,b=document.getElementsByTagName("script")`],
  [
    'TinyMCE',
    'tinymce.min.js',
    String.raw`const e=document.getElementsByTagName("script");if(/tinymce(\.full|\.jquery|)(\.min|\.dev|)\.js/.test(s))x()`,
  ],
  ['Ace', 'ace.js', String.raw`var l=f.getElementsByTagName("script");var m=p.match(/^(.*)\/ace([\-.]\w+)?\.js(\?|$)/)`],
  ['MathJax 2', 'MathJax.js', String.raw`var s=document.getElementsByTagName("script");new RegExp("(^|/)MathJax\\.js(\\?.*)?$")`],
  ['a name with a dot, beside document.scripts', 'x.widget.js', `[...document.scripts].find((s) => s.src.includes('/x.widget.js'))`],
  ['a variable', 'widget.js', `const NAME = 'widget.js';\nconst me = document.currentScript || find(NAME);`],
  ['a selector', 'widget.js', `document.querySelector('script[src*="widget.js"]')`],
];

test.each(SELF_SEARCHING)('recognises a script that looks for its own name: %s', (_, name, text) => {
  expect(find(name, text)?.names).toEqual([name]);
});

test.each([
  ['the comment of its source map', 'a.js', 'document.currentScript;\n//# sourceMappingURL=a.js.map'],
  ['the comment at its head', 'a.js', '/*! a.js 1.0 */\ndocument.currentScript'],
  ['a comment of several lines', 'a.js', '/*\n * a.js\n */\ndocument.currentScript'],
  ['what Rollup makes of import.meta.url', 'a.js', 'document.currentScript || new URL("a.js", document.baseURI).href'],
  ['the name of another file', 'a.js', 'document.currentScript; load("data.js"); load("a.json")'],
  ['a name far away from the search', 'a.js', `document.currentScript;${' '.repeat(2_000)}"a.js"`],
  ['its name without a search', 'a.js', 'script.src = "a.js"'],
])('is not misled by %s', (_, name, text) => {
  expect(find(name, text)?.names ?? []).toEqual([]);
});

test('finds the names in selectors, but not those of links to pages and downloads', () => {
  const text = `q('link[href$="leaflet.css"]'); q('img[src="/img/a%20b.png"]'); q("a[href$='.pdf']"); q('a[href$="x.pdf"]'); q('[src^="/img/"]')`;
  expect(find('leaflet.js', text)).toEqual({ names: ['a%20b.png', 'leaflet.css'], readsOwnUrl: false });
});

test.each([
  ['currentScript', 'document.currentScript.src', true],
  ['a variable', 'var a=document.currentScript||x;a&&(t=a.src.replace(/[^/]*$/,""))', true],
  ['its attribute', 'document.currentScript.getAttribute("src")', true],
  ['the last script', 'var s=document.getElementsByTagName("script");base(s[s.length-1].src)', true],
  ['no other attribute', 'document.currentScript.getAttribute("data-site")', false],
  ['a script that it inserts', 'var s=document.getElementsByTagName("script")[0],n=document.createElement("script");n.src="b.js"', false],
])('tells whether a script reads its own URL: %s', (_, text, expected) => {
  expect(find('x.js', text)?.readsOwnUrl ?? false).toBe(expected);
});

test('takes linear time for any text', () => {
  const repeated = ['[src=', 'currentScript', 'x.js(', 'document.scripts;"a.js"', 'document.scripts//a.js\n', 'currentScript '].map(
    (part) => part.repeat(1_000_000 / part.length),
  );
  const search = () => repeated.forEach((text) => void find('a.js', text));
  expect(processorMs(search)).toBeLessThan(20_000);
});
