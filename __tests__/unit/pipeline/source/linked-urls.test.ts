import { findLinkedUrls } from '../../../../src/pipeline/source/linked-urls';

/** What is found in a file, as `line:column site written`, with a `+` for what this package looks up. */
async function find(text: string, file = 'page.tsx'): Promise<string[]> {
  const found = await findLinkedUrls(file, text);
  return found.map(({ line, column, site, written, isLookedUp }) => `${line}:${column} ${site} ${written}${isLookedUp ? ' +' : ''}`);
}

const IMPORT = "import { asset, CachedScript, CachedStyle } from 'next-smart-cache';\n";

test('what is given to this package', async () => {
  expect(
    await find(`${IMPORT}const a = asset('/a.png');
const b = <CachedScript src="/b.js" />;
const c = <CachedStyle href={'/c.css'} />;
const d = asset(\`/d.png\`);
const e = asset(dark ? '/e.png' : ('/f.png' as AssetPath));
const g = asset(given ?? '/g.png');`),
  ).toEqual([
    '2:17 asset() /a.png +',
    '3:29 <CachedScript src> /b.js +',
    '4:30 <CachedStyle href> /c.css +',
    '5:17 asset() /d.png +',
    '6:24 asset() /e.png +',
    '6:36 asset() /f.png +',
    '7:26 asset() /g.png +',
  ]);
});

test('under other names too', async () => {
  expect(await find("import { asset as url, CachedScript as S } from 'next-smart-cache';\nurl('/a.png'); <S src='/b.js' />;")).toEqual([
    '2:5 asset() /a.png +',
    '2:23 <S src> /b.js +',
  ]);
  expect(await find("import * as cache from 'next-smart-cache';\ncache.asset('/a.png'); <cache.CachedStyle href='/b.css' />;")).toEqual([
    '2:13 asset() /a.png +',
    '2:48 <CachedStyle href> /b.css +',
  ]);
});

test('what is required', async () => {
  expect(
    await find("const { asset, CachedScript: S } = require('next-smart-cache');\nasset('/a.png'); <S src='/b.js' />;", 'a.js'),
  ).toEqual(['2:7 asset() /a.png +', '2:25 <S src> /b.js +']);
  expect(
    await find(
      "const cache = require('next-smart-cache');\nconst Image = require('next/image');\ncache.asset('/a.png'); <Image src='/b.png' />;",
    ),
  ).toEqual(['3:13 asset() /a.png +', '3:35 <Image src> /b.png']);
});

test('a type of ours is no function', async () => {
  expect(
    await find(
      "import type { asset } from 'next-smart-cache';\nimport { type asset as b } from 'next-smart-cache';\nasset('/a.png'); b('/b.png');",
    ),
  ).toEqual([]);
});

test('each URL of a srcset', async () => {
  expect(await find('<><img srcSet="/a.png 1x, /b.png 2x" /><link rel="preload" imageSrcSet={"/c.png 400w"} /></>;')).toEqual([
    '1:15 <img srcSet> /a.png',
    '1:15 <img srcSet> /b.png',
    '1:73 <link imageSrcSet> /c.png',
  ]);
});

test('each URL in a style object', async () => {
  expect(
    await find(`<div style={{ backgroundImage: 'url(/a.png), url("./b.png")', mask: dark ? \`url(/c.svg)\` : undefined } as Style}>
  <Mine style={{ 'listStyle': "URL( '/d.svg' ) inside", color: 'red', content: '/no.png', cursor: 'url(/e.png', ...rest }} />
  <p style={style} style="background: url(/no.png)" data={{ a: 'url(/no.png)' }} />
  <p style={{ backgroundImage: \`url(\${image})\`, '--image': image }} />
</div>;`),
  ).toEqual([
    '1:32 style url() /a.png',
    '1:32 style url() ./b.png',
    '1:76 style url() /c.svg',
    '2:31 style url() /d.svg',
    '2:99 style url() /e.png',
  ]);
});

test('metadata of the App Router', async () => {
  expect(
    await find(`${IMPORT}export const metadata: Metadata = { icons: '/a.svg', openGraph: { images: ['/b.png', asset('/c.png')] } };
export async function generateMetadata() { return { manifest: '/d.webmanifest' }; }
const other = { icons: '/e.svg' };`),
  ).toEqual(['2:44 metadata /a.svg', '2:76 metadata /b.png', '2:92 asset() /c.png +', '3:63 metadata /d.webmanifest']);
});

test('all forms that the URLs of metadata have', async () => {
  expect(
    await find(`export const metadata = {
  icons: [{ url: '/a.svg', media: '/not.png' }, '/b.svg'],
  openGraph: { images: { url: '/c.png' }, videos: [{ url: '/d.mp4' }], audio: '/e.mp3', url: '/page' },
  twitter: { 'images': dark ? '/f.png' : \`/g.png\`, [images]: '/not.png' },
  manifest: '/h.webmanifest',
} satisfies Metadata;`),
  ).toEqual([
    '2:18 metadata /a.svg',
    '2:49 metadata /b.svg',
    '3:31 metadata /c.png',
    '3:59 metadata /d.mp4',
    '3:79 metadata /e.mp3',
    '4:31 metadata /f.png',
    '4:42 metadata /g.png',
    '5:13 metadata /h.webmanifest',
  ]);
  expect(
    await find(
      "export const metadata = { icons: { icon: '/a.svg', shortcut: ['/b.svg'], apple: [{ url: '/c.png' }], other: { rel: 'x', url: '/d.svg' } } };",
    ),
  ).toEqual(['1:42 metadata /a.svg', '1:63 metadata /b.svg', '1:89 metadata /c.png', '1:126 metadata /d.svg']);
});

test.each([
  ['async arrow function', "export const generateMetadata = async () => ({ icons: '/a.svg' });", ['1:55 metadata /a.svg']],
  ['one with a body', "export const generateMetadata: Maker = () => { return { icons: '/a.svg' }; };", ['1:64 metadata /a.svg']],
  ['function expression', "export const generateMetadata = async function () { return { icons: '/a.svg' } };", ['1:69 metadata /a.svg']],
  [
    'each of its returns, and none of a function inside',
    "export function generateMetadata() { if (a) return { icons: '/a.svg' }; else { return { icons: '/b.svg' } as Metadata }\nfunction other() { return { icons: '/not.svg' } } const f = () => { return { icons: '/not.svg' } }; }",
    ['1:61 metadata /a.svg', '1:96 metadata /b.svg'],
  ],
  [
    'exported further down',
    "const meta = { icons: '/a.svg' };\nfunction generateMetadata() { return { icons: '/b.svg' }; }\nexport { meta as metadata, generateMetadata };",
    ['1:23 metadata /a.svg', '2:47 metadata /b.svg'],
  ],
])('metadata of a function, or under another name: %s', async (_, text, expected) => {
  expect(await find(text)).toEqual(expected);
});

test.each([
  ['keys', "export const metadata = { other: { '/a.png': 'key' }, icons: { '/a.png': 'key' } };"],
  ['URLs that people keep', "export const metadata = { alternates: { types: { 'application/rss+xml': '/feed.xml' } } };"],
  ['a variable inside a function', "function f() { const metadata = { icons: '/a.svg' }; }"],
  [
    'a variable that is not exported',
    "const metadata = { icons: '/a.svg' }; export { metadata } from './other'; export { metadata as other };",
  ],
  ['what is given to a function', "export const metadata = read(path.join(cwd, 'public', '/a.json'));"],
  [
    'comparisons',
    "export function generateMetadata() { if (slug === '/a.png') { switch (slug) { case '/b.png': } } return { icons: slug }; }",
  ],
  ['spread objects', "export const metadata = { ...{ icons: '/a.svg' }, icons: [...['/b.svg'], , icon] };"],
])('no URL of metadata: %s', async (_, text) => {
  expect(await find(text)).toEqual([]);
});

test('a function of the same name is none of ours', async () => {
  expect(await find("import { asset } from './mine';\nasset('/a.png'); other.asset('/b.png'); cache.asset('/c.png');")).toEqual([]);
});

test.each([
  ['fetched', 'rel="stylesheet"', true],
  ['of several types, one of them fetched', 'rel="alternate Shortcut ICON"', true],
  ['for the next page', 'rel="prefetch"', true],
  ['a text in braces', 'rel={"manifest"}', true],
  ['one of two', "rel={dark ? 'icon' : 'alternate'}", true],
  ['worked out', 'rel={rel}', true],
  ['perhaps in what is spread', '{...props}', true],
  ['another page', 'rel="alternate"', false],
  ['only a name to look up', 'rel="dns-prefetch"', false],
  ['a search engine', 'rel="search"', false],
  ['none of two', "rel={dark ? 'canonical' : 'author'}", false],
  ['none', 'as="x"', false],
  ['without a value', 'rel', false],
])('the rel of a link: %s', async (_, rel, isFound) => {
  expect(await find(`<link ${rel} href="/a.xml" />;`)).toHaveLength(isFound ? 1 : 0);
});

test.each([
  ['a parameter', "list.map((asset) => asset('/no.png'));"],
  ['a parameter that is taken apart', "function f({ a: { asset }, ...rest }) { return asset('/no.png'); }"],
  ['a parameter with a default, of a method', "class A { m([asset = b]) { return () => asset('/no.png'); } }"],
  ['a declaration in the function, further down', "function f() { asset('/no.png'); if (a) { var asset = b; } }"],
  ['a declaration in a block', "{ const { asset } = b; asset('/no.png'); }"],
  ['a function in a block', "{ asset('/no.png'); function asset() {} }"],
  ['a class in a static block', "class A { static { class asset {} asset('/no.png'); } }"],
  ['a function that calls itself', "const f = function asset() { asset('/no.png'); };"],
  ['a loop', "for (const asset of list) asset('/no.png');"],
  ['what is caught', "try { } catch (asset) { asset('/no.png'); }"],
  ['a component', "const f = ({ CachedScript }) => <CachedScript src='/no.js' />;"],
])('a name of ours that is bound anew is none of ours there: %s', async (_, code) => {
  expect(await find(`${IMPORT}${code}\nasset('/yes.png');`)).toEqual(['3:7 asset() /yes.png +']);
});

test.each([
  ['beside another one of that name', "const f = (asset) => asset; asset('/a.png');"],
  ['in a block beside a block', "{ const asset = b; } { asset('/a.png'); }"],
  ['in a child behind a closing tag', "const f = <a b={(asset) => asset}>{asset('/a.png')}</a>;"],
  ['where only a property has that name', "function f({ asset: b }) { return asset('/a.png'); }"],
  ['where only a type has that name', "type asset = string; asset('/a.png');"],
])('ours stays ours: %s', async (_, code) => {
  expect(await find(`${IMPORT}${code}`)).toEqual([expect.stringContaining('asset() /a.png +')]);
});

test('what a function requires for itself', async () => {
  expect(
    await find("function f() { const { asset } = require('next-smart-cache'); asset('/a.png'); }\nfunction g(asset) { asset('/no.png'); }"),
  ).toEqual(['1:69 asset() /a.png +']);
});

test('what elements and components of Next link', async () => {
  expect(
    await find(`import Script from 'next/script';
import Picture from 'next/image';
<>
  <script src="/a.js" />
  <link rel="icon" href="/b.svg" />
  <img src="/c.png" alt="/not.png" />
  <video src={"/d.mp4"} poster="/e.png" />
  <Script src="/f.js" strategy="lazyOnload" />
  <Picture src="/g.png" alt="" />
  <svg><use href="/h.svg#i" /></svg>
  <a href="/manual.pdf">kept by people</a>
  <Mine src="/mine.png" />
</>;`),
  ).toEqual([
    '4:15 <script src> /a.js',
    '5:25 <link href> /b.svg',
    '6:12 <img src> /c.png',
    '7:15 <video src> /d.mp4',
    '7:32 <video poster> /e.png',
    '8:15 <Script src> /f.js',
    '9:16 <Picture src> /g.png',
    '10:18 <use href> /h.svg#i',
  ]);
});

test('comments, strings, and paths that are put together, are not', async () => {
  expect(
    await find(`${IMPORT}// asset('/a.png')\nconst text = "asset('/b.png')"; asset('/c' + name); asset(\`/\${name}.png\`); asset();`),
  ).toEqual([]);
});

test.each([
  [
    'TypeScript without JSX: casts and generics',
    'a.ts',
    `${IMPORT}const x = <string>y; const f = <T>(z: T) => asset('/a.png');`,
    ['2:51 asset() /a.png +'],
  ],
  [
    'TypeScript with JSX',
    'a.tsx',
    `${IMPORT}const f = <T,>(z: T) => <img src={asset('/a.png') satisfies string} />;`,
    ['2:41 asset() /a.png +'],
  ],
  ['JavaScript', 'a.js', `${IMPORT}export default () => <img src="/a.png" />;`, ['2:31 <img src> /a.png']],
  ['lines that end in CRLF', 'a.js', `${IMPORT.trim()}\r\n\r\nasset('/a.png');`, ['3:7 asset() /a.png +']],
  ['characters of two units', 'a.js', `${IMPORT}'😀'; asset('/a.png');`, ['2:13 asset() /a.png +']],
  ['accessors, as decorators take them', 'a.ts', `${IMPORT}class A { accessor url = asset('/a.png'); }`, ['2:32 asset() /a.png +']],
  [
    'types of Flow',
    'a.jsx',
    `// @flow strict\n${IMPORT}type A = {| b: ?string |}; const f = (x: A): string => asset('/a.png');`,
    ['3:62 asset() /a.png +'],
  ],
  ['decorators', 'a.ts', `${IMPORT}@decorated class A { @field url = asset('/a.png'); }`, ['2:41 asset() /a.png +']],
])('%s', async (_, file, text, expected) => {
  expect(await find(text, file)).toEqual(expected);
});

test('a mistake that can be read past hides nothing; what cannot be read is an error with its place', async () => {
  expect(await find(`${IMPORT}const a = 1; const a = 2; asset('/a.png');`)).toEqual(['2:33 asset() /a.png +']);
  await expect(find(`${IMPORT}const = = ;`)).rejects.toMatchObject({ name: 'SyntaxError', loc: { line: 2 } });
});

test('an element may have a name that every object has', async () => {
  expect(await find('const a = <constructor src="/a.png" />, b = <toString><img src="/b.png" /></toString>;')).toEqual([
    '1:64 <img src> /b.png',
  ]);
});
