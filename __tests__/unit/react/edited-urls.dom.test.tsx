import { editsOf } from '../../../src/react/hot/edited-urls';

const style = (cssText: string) => ({
  style: { cssText, getPropertyValue: (name: string) => (cssText.startsWith(`${name}:`) ? '…' : '') },
});
const edits = (sheet: object, reloads: Record<string, string>) => editsOf(sheet as CSSStyleSheet, reloads);
const textsOf = (...input: Parameters<typeof edits>) => edits(...input).map(({ text }) => text);
const ORIGIN = window.location.origin;

test.each([
  ['in a rule', { cssRules: [style('background: url("../img/a.png") red')] }],
  ['inside of @media and of a nested rule', { cssRules: [{ cssRules: [{ cssRules: [style('background: url("../img/a.png") red')] }] }] }],
  [
    'of a sheet that is imported from another folder',
    { cssRules: [{ styleSheet: { href: `${ORIGIN}/b.css`, cssRules: [style('background: url("img/a.png") red')] } }] },
  ],
  ['without quotes', { cssRules: [style('background: url(../img/a.png) red')] }],
])('an image %s', (_, { cssRules }) => {
  expect(textsOf({ href: `${ORIGIN}/css/a.css`, cssRules }, { '/img/a.png': '123' })).toEqual([
    `background: url("${ORIGIN}/img/a.png?edit=123") red`,
  ]);
});

test('replaces a name that is encoded in the URL, and one with a backslash in front', () => {
  const cssRules = [style('background: url("/img/my%20photo.png")'), style("background: url('/img/it\\'s.png')")];
  expect(textsOf({ href: null, cssRules }, { '/img/my photo.png': '1', "/img/it's.png": '2' })).toHaveLength(2);
});

test('keeps URLs of unedited files and of other sites, and text that is not a URL', () => {
  const cssRules = [style('background: url("/b.png"), url("https://example.com/a.png"), url("http://["), url("/%ff.png")')];
  expect(textsOf({ href: null, cssRules }, { '/a.png': '1' })).toEqual([]);
});

test('does not wait for a font as for an image', () => {
  const cssRules = [style('src: url("/a.woff2")'), style('background: url("/a.png")')];
  expect(edits({ href: null, cssRules }, { '/a.woff2': '1', '/a.png': '2' }).map(({ images }) => images)).toEqual([
    [],
    [`${ORIGIN}/a.png?edit=2`],
  ]);
});

test.each([
  ['double quotes', '"'],
  ['single quotes', "'"],
  ['no quotes', ''],
])('finds a URL after a data: URL of 20 MB in %s', (_, quote) => {
  const data = `url(${quote}data:image/png;base64,${'A'.repeat(20_000_000)}${quote})`;
  const [edit] = edits({ href: null, cssRules: [style(`background: ${data}, url("/a.png")`)] }, { '/a.png': '1' });
  expect(edit?.images).toEqual([`${ORIGIN}/a.png?edit=1`]);
});
