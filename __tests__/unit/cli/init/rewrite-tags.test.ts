import { rewriteTags } from '../../../../src/cli/init/rewrite-tags';

const toAssetPath = (written: string) =>
  written.startsWith('/docs/') ? written.slice(5) : written === '/favicon.ico' ? undefined : written;

async function rewrite(text: string, file = 'page.tsx'): Promise<string> {
  return (await rewriteTags(file, text, toAssetPath)).text;
}

test.each([
  [
    'a script keeps its place in the order',
    'export const A = () => <script src="/a.js" data-x="1" />;\n',
    'import { CachedScript } from "next-smart-cache";\n\nexport const A = () => <CachedScript src="/a.js" data-x="1" async={false} />;\n',
  ],
  [
    'unless it need not',
    'export const A = () => <><script async src="/a.js"></script><script type="module" src="/b.js" /></>;\n',
    'import { CachedScript } from "next-smart-cache";\n\nexport const A = () => <><CachedScript async src="/a.js"></CachedScript><CachedScript type="module" src="/b.js" /></>;\n',
  ],
  [
    'a stylesheet loses its rel',
    'export const A = () => <link rel="stylesheet" href="/a.css" media="print" />;\n',
    'import { CachedStyle } from "next-smart-cache";\n\nexport const A = () => <CachedStyle href="/a.css" media="print" />;\n',
  ],
  [
    'a stylesheet that comes and goes, or changes, stays a link: React never takes a hoisted one away',
    "export const A = (p) => <>{p && <link rel='stylesheet' href='/a.css' />}<link rel='stylesheet' href={p ? '/b.css' : '/c.css'} /><link rel='stylesheet' href='/d.css' media={p} /><link rel='stylesheet' href={'/e.css'} media={'print'} /></>;\n",
    "import { CachedStyle, asset } from 'next-smart-cache';\n\nexport const A = (p) => <>{p && <link rel='stylesheet' href={asset('/a.css')} />}<link rel='stylesheet' href={p ? asset('/b.css') : asset('/c.css')} /><link rel='stylesheet' href={asset('/d.css')} media={p} /><CachedStyle href={'/e.css'} media={'print'} /></>;\n",
  ],
  [
    'all else gets asset()',
    "import Image from 'next/image';\nimport Script from 'next/script';\n\nexport const A = () => <><link rel=\"icon\" href=\"/a.svg\" /><Image src='/b.png' alt='' /><Script src={'/c.js'} /></>;\n",
    "import Image from 'next/image';\nimport Script from 'next/script';\nimport { asset } from 'next-smart-cache';\n\nexport const A = () => <><link rel=\"icon\" href={asset(\"/a.svg\")} /><Image src={asset('/b.png')} alt='' /><Script src={asset('/c.js')} /></>;\n",
  ],
  [
    'directives stay first, and the style of the file is kept',
    "'use client'\n\nexport const A = () => <img src='/a.png' />\n",
    "'use client'\n\nimport { asset } from 'next-smart-cache'\n\nexport const A = () => <img src={asset('/a.png')} />\n",
  ],
  [
    'an import of ours gets what it lacks',
    "import { asset } from 'next-smart-cache';\nexport const A = () => <><img src={asset('/a.png')} /><script src='/b.js' defer /></>;\n",
    "import { asset, CachedScript } from 'next-smart-cache';\nexport const A = () => <><img src={asset('/a.png')} /><CachedScript src='/b.js' defer /></>;\n",
  ],
  [
    'next/head takes plain elements only',
    "import Head from 'next/head';\nexport const A = () => <Head><link rel='stylesheet' href='/a.css' /></Head>;\n",
    "import Head from 'next/head';\nimport { asset } from 'next-smart-cache';\nexport const A = () => <Head><link rel='stylesheet' href={asset('/a.css')} /></Head>;\n",
  ],
  [
    'an import of types alone is none of values',
    "import type { AssetPath } from 'next-smart-cache';\nexport const A = () => <img src='/a.png' />;\n",
    "import type { AssetPath } from 'next-smart-cache';\nimport { asset } from 'next-smart-cache';\nexport const A = () => <img src={asset('/a.png')} />;\n",
  ],
  [
    'spaces, escapes and entities',
    "export const A = () => <><img src = '/a.png' /><img src={'/it\\'s.png'} /><img src='/docs/it&apos;s.png' /></>;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const A = () => <><img src = {asset('/a.png')} /><img src={asset('/it\\'s.png')} /><img src={asset('/it\\'s.png')} /></>;\n",
  ],
  [
    'a type that is no module does not let a script wait, and what is spread may say otherwise',
    'export const A = (p) => <><script type="text/javascript" src="/a.js" /><script src="/b.js" {...p} /></>;\n',
    'import { CachedScript } from "next-smart-cache";\n\nexport const A = (p) => <><CachedScript type="text/javascript" src="/a.js" async={false} /><CachedScript src="/b.js" async={false} {...p} /></>;\n',
  ],
  [
    'two sources of one script',
    "export const A = (x) => <script src={x ? '/a.js' : '/b.js'}></script>;\n",
    "import { CachedScript } from 'next-smart-cache';\n\nexport const A = (x) => <CachedScript src={x ? '/a.js' : '/b.js'} async={false}></CachedScript>;\n",
  ],
  [
    'a property of the same name binds nothing',
    "export const A = (item) => <img src='/a.png' alt={item.asset} />;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const A = (item) => <img src={asset('/a.png')} alt={item.asset} />;\n",
  ],
  [
    'metadata, and no srcset or style, which hold more than a URL',
    "export const metadata = { icons: '/a.svg' };\nexport const A = () => <img srcSet='/a.png 1x' style={{ background: 'url(/a.png)' }} />;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const metadata = { icons: asset('/a.svg') };\nexport const A = () => <img srcSet='/a.png 1x' style={{ background: 'url(/a.png)' }} />;\n",
  ],
  [
    'all on one line',
    "import React from 'react'; export default function A() { return <img src='/a.png' />; }",
    "import React from 'react';\nimport { asset } from 'next-smart-cache'; export default function A() { return <img src={asset('/a.png')} />; }",
  ],
  [
    'a comment stays with the import that it is about',
    "import a from 'a' // eslint-disable-line\n;[1].forEach(a)\nexport const A = () => <img src='/a.png' />\n",
    "import a from 'a' // eslint-disable-line\nimport { asset } from 'next-smart-cache'\n;[1].forEach(a)\nexport const A = () => <img src={asset('/a.png')} />\n",
  ],
  [
    'two imports of ours',
    "import { asset } from 'next-smart-cache';\nimport { type AssetPath, CachedScript } from 'next-smart-cache';\nexport const A = () => <><img src='/a.png' /><script src='/b.js' async /><link rel='stylesheet' href='/c.css' /></>;\n",
    "import { asset } from 'next-smart-cache';\nimport { type AssetPath, CachedScript, CachedStyle } from 'next-smart-cache';\nexport const A = () => <><img src={asset('/a.png')} /><CachedScript src='/b.js' async /><CachedStyle href='/c.css' /></>;\n",
  ],
  [
    'what does not let a script run later for certain',
    "export const A = (p) => <><script defer={false} src='/a.js' /><script defer={p} src='/b.js' /><script defer={true} src='/c.js' /><script async={p} src='/d.js' /></>;\n",
    "import { CachedScript } from 'next-smart-cache';\n\nexport const A = (p) => <><CachedScript defer={false} src='/a.js' async={false} /><CachedScript defer={p} src='/b.js' async={false} /><CachedScript defer={true} src='/c.js' /><CachedScript async={p} src='/d.js' /></>;\n",
  ],
  [
    'the basePath goes',
    "export const A = () => <img src='/docs/a.png' />;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const A = () => <img src={asset('/a.png')} />;\n",
  ],
])('%s', async (_, text, expected) => {
  expect(await rewrite(text)).toBe(expected);
  expect(await rewrite(expected)).toBe(expected);
});

test('what keeps its URL, and links that people keep, stay', async () => {
  const text = 'export const A = () => <><link rel="icon" href="/favicon.ico" /><a href="/manual.pdf">m</a></>;\n';
  expect(await rewriteTags('a.jsx', text, toAssetPath)).toEqual({ text, changes: [] });
});

test.each([
  ['has an `asset` of its own', "const asset = (name) => name;\nexport const A = () => <img src='/a.png' />;\n"],
  ['takes one in', "export const A = ({ asset }) => <img src='/a.png' />;\n"],
  ['catches one', "try {} catch (asset) {}\nexport const A = () => <img src='/a.png' />;\n"],
  ['takes in the rest as one', "export const A = ({ ...asset }) => <img src='/a.png' />;\n"],
  ['takes in all as one', "export const A = (...asset) => <img src='/a.png' />;\n"],
  [
    'has one as a property and parameter',
    "class B { constructor(private asset: string) {} }\nexport const A = () => <img src='/a.png' />;\n",
  ],
  ['imports the type of ours', "import type { asset } from 'next-smart-cache';\nexport const A = () => <img src='/a.png' />;\n"],
  ['imports the type among others', "import { type asset } from 'next-smart-cache';\nexport const A = () => <img src='/a.png' />;\n"],
  ['imports one from elsewhere', "import { asset } from './mine';\nexport const A = () => <img src='/a.png' />;\n"],
  ['is CommonJS', "const React = require('react');\nmodule.exports = () => <img src='/a.png' />;\n"],
])('a file is left to its author that %s', async (_, text) => {
  const after = expect.stringMatching(/^\{asset\('\/a\.png'\)\}$/);
  const obstacle = text.includes('require') ? 'the file is CommonJS, which has no import' : 'the file has something else named "asset"';
  expect(await rewriteTags('a.tsx', text, toAssetPath)).toMatchObject({ text, changes: [{ before: "'/a.png'", after }], obstacle });
});
