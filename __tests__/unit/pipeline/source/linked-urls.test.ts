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
  expect(await find('<><img srcSet="/a.png 1x, /b.png 2x" /><link imageSrcSet={"/c.png 400w"} /></>;')).toEqual([
    '1:15 <img srcSet> /a.png',
    '1:15 <img srcSet> /b.png',
    '1:59 <link imageSrcSet> /c.png',
  ]);
});

test('metadata of the App Router', async () => {
  expect(
    await find(`${IMPORT}export const metadata: Metadata = { icons: '/a.svg', openGraph: { images: ['/b.png', asset('/c.png')] } };
export async function generateMetadata() { return { manifest: '/d.webmanifest' }; }
const other = { icons: '/e.svg' };`),
  ).toEqual(['2:44 metadata /a.svg', '2:76 metadata /b.png', '2:92 asset() /c.png +', '3:63 metadata /d.webmanifest']);
});

test('a function of the same name is none of ours', async () => {
  expect(await find("import { asset } from './mine';\nasset('/a.png'); other.asset('/b.png'); cache.asset('/c.png');")).toEqual([]);
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
  ['decorators', 'a.ts', `${IMPORT}@decorated class A { @field url = asset('/a.png'); }`, ['2:41 asset() /a.png +']],
])('%s', async (_, file, text, expected) => {
  expect(await find(text, file)).toEqual(expected);
});

test('a mistake that can be read past hides nothing; what cannot be read is an error with its place', async () => {
  expect(await find(`${IMPORT}const a = 1; const a = 2; asset('/a.png');`)).toEqual(['2:33 asset() /a.png +']);
  await expect(find(`${IMPORT}const = = ;`)).rejects.toMatchObject({ name: 'SyntaxError', loc: { line: 2 } });
});
