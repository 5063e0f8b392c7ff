import { rewriteTags } from '../../../../src/cli/init/rewrite-tags';

function toAssetPath(written: string): string | undefined {
  if (written === '/favicon.ico' || written.startsWith('https:')) return undefined;
  return written.startsWith('/docs/') ? written.slice('/docs'.length) : written;
}

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
    'export const A = () => <><script async src="/a.js"></script><script type="module" async src="/b.js" /></>;\n',
    'import { CachedScript } from "next-smart-cache";\n\nexport const A = () => <><CachedScript async src="/a.js"></CachedScript><CachedScript type="module" async src="/b.js" /></>;\n',
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
    'modules wait for the document, and keep their order; and what is spread may say otherwise',
    'export const A = (p) => <><script type="module" src="/a.js" /><script src="/b.js" {...p} /></>;\n',
    'import { CachedScript } from "next-smart-cache";\n\nexport const A = (p) => <><CachedScript type="module" src="/a.js" async={false} /><CachedScript src="/b.js" async={false} {...p} /></>;\n',
  ],
  [
    'two sources of one script',
    "export const A = (x) => <script src={x ? '/a.js' : '/b.js'}></script>;\n",
    "import { CachedScript } from 'next-smart-cache';\n\nexport const A = (x) => <CachedScript src={x ? '/a.js' : '/b.js'} async={false}></CachedScript>;\n",
  ],
  [
    'a script that may have no src',
    "export const A = (x) => <script src={x ? '/a.js' : undefined} />;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const A = (x) => <script src={x ? asset('/a.js') : undefined} />;\n",
  ],
  [
    'and one that has it on a condition',
    "export const A = (x) => <script src={x && '/a.js'} />;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const A = (x) => <script src={x && asset('/a.js')} />;\n",
  ],
  [
    'a script that may have a src which public/ does not have',
    "export const A = (x) => <script src={x ? '/a.js' : 'https://a.example/a.js'} />;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const A = (x) => <script src={x ? asset('/a.js') : 'https://a.example/a.js'} />;\n",
  ],
  [
    'or nobody knows which',
    "export const A = (x) => <script src={x ?? '/a.js'} />;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const A = (x) => <script src={x ?? asset('/a.js')} />;\n",
  ],
  [
    'a property of the same name binds nothing',
    "export const A = (item) => <img src='/a.png' alt={item.asset} />;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const A = (item) => <img src={asset('/a.png')} alt={item.asset} />;\n",
  ],
  [
    'what another function has under that name is no obstacle',
    "function other(asset) { try {} catch (CachedScript) {} }\nexport const A = () => <><img src='/a.png' /><script src='/b.js' async onLoad={(CachedScript) => 1} /></>;\n",
    "import { CachedScript, asset } from 'next-smart-cache';\n\nfunction other(asset) { try {} catch (CachedScript) {} }\nexport const A = () => <><img src={asset('/a.png')} /><CachedScript src='/b.js' async onLoad={(CachedScript) => 1} /></>;\n",
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
    "import { asset } from 'next-smart-cache';\nimport { type AssetPath, CachedScript } from 'next-smart-cache';\nexport const A = () => <html><img src='/a.png' /><script src='/b.js' async /><link rel='stylesheet' href='/c.css' /></html>;\n",
    "import { asset } from 'next-smart-cache';\nimport { type AssetPath, CachedScript, CachedStyle } from 'next-smart-cache';\nexport const A = () => <html><img src={asset('/a.png')} /><CachedScript src='/b.js' async /><CachedStyle href='/c.css' /></html>;\n",
  ],
  [
    'what does not let a script run later for certain',
    "export const A = (p) => <><script defer={false} src='/a.js' /><script defer={p} src='/b.js' /><script defer={true} src='/c.js' /><script async={p} src='/d.js' /></>;\n",
    "import { CachedScript } from 'next-smart-cache';\n\nexport const A = (p) => <><CachedScript defer={false} src='/a.js' async={false} /><CachedScript defer={p} src='/b.js' async={false} /><CachedScript defer={true} src='/c.js' /><CachedScript async={p} src='/d.js' /></>;\n",
  ],
  [
    'an ampersand in the name of a file',
    "export const A = () => <img src='/a&amp;b.png' />;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const A = () => <img src={asset('/a&b.png')} />;\n",
  ],
  [
    'an import of all of ours can take no name in',
    "import * as cache from 'next-smart-cache';\nexport const A = () => <img src='/a.png' alt={cache} />;\n",
    "import * as cache from 'next-smart-cache';\nimport { asset } from 'next-smart-cache';\nexport const A = () => <img src={asset('/a.png')} alt={cache} />;\n",
  ],
  [
    'a stylesheet behind the colon of a condition comes and goes too',
    "export const A = (p) => p ? null : <link rel='stylesheet' href='/a.css' />;\n",
    "import { asset } from 'next-smart-cache';\n\nexport const A = (p) => p ? null : <link rel='stylesheet' href={asset('/a.css')} />;\n",
  ],
  [
    'a module may require too',
    "import React from 'react';\nconst data = require('./data');\nexport const A = () => <img src='/a.png' alt={data} />;\n",
    "import React from 'react';\nimport { asset } from 'next-smart-cache';\nconst data = require('./data');\nexport const A = () => <img src={asset('/a.png')} alt={data} />;\n",
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

describe('a stylesheet', () => {
  const SHEET = '<link rel="stylesheet" href="/z.css" />';
  const EXTERNAL = '<link rel="stylesheet" href="https://a.example/a.css" />';

  test.each([
    ['in the head of a root layout', `<html><head><meta name="a" />${SHEET}</head></html>`],
    ['in that of _document', `<Html><Head>${SHEET}</Head><body /></Html>`],
    ['further down, behind a comment', `<html><head><>{/* why */} ${SHEET}</></head></html>`],
    ['behind what may never count', `<html><noscript><A /></noscript>${SHEET}</html>`],
    ['with media and other attributes', `<html>${SHEET.replace(' />', ' media={"print"} id={id} />')}</html>`],
    ['behind others that become one', `<html><link href={"/a.css"} rel={"stylesheet"} />${SHEET}</html>`],
    ['in front of plain ones', `<html>${SHEET}${EXTERNAL}<style>{"a{}"}</style></html>`],
    [
      'behind one that is no stylesheet either way',
      `<html><link rel={dark ? "icon" : "manifest"} href="https://a.example/a" />${SHEET}</html>`,
    ],
    ['behind other links', `<html><link rel="icon" href="/a.svg" /><link rel="preload" as="style" href="/a.css" />${SHEET}</html>`],
  ])('becomes CachedStyle %s', async (_, text) => {
    const rewritten = await rewrite(`export const A = () => ${text};\n`);
    expect(rewritten).toContain('<CachedStyle href="/z.css"');
    expect(rewritten).not.toContain('href={asset("/z.css")');
    expect(await rewrite(rewritten)).toBe(rewritten);
  });

  test.each([
    ['React never takes a hoisted one away: in a page', `<main>${SHEET}</main>`],
    ['alone', SHEET],
    ['in one of two documents', `off ? <html /> : <html>${SHEET}</html>`],
    ['under a condition', `<html>{dark && ${SHEET}}</html>`],
    ['in a list', `<html>{themes.map((theme) => ${SHEET})}</html>`],
    ['in a component, which may leave it out', `<html><Show when={dark}>${SHEET}</Show></html>`],
    ['behind a component, which may have some of its own', `<html><head><Theme />${SHEET}</head></html>`],
    ['behind a Head of one’s own', `<html><Head />${SHEET}</html>`],
    ['behind what comes from elsewhere', `<html><head>{styles}${SHEET}</head></html>`],
    ['in the body, behind what others have put into the head', `<html><head /><body>${SHEET}<main /></body></html>`],
    ['behind the body', `<html><body />${SHEET}</html>`],
    ['in an attribute', `<html><main icon={${SHEET}} /></html>`],
    ['in <noscript>', `<html><noscript>${SHEET}</noscript></html>`],
    ['in <template>', `<html><template>${SHEET}</template></html>`],
    ['React does not heed its changes: of its media', `<html>${SHEET.replace(' />', ' media={media} />')}</html>`],
    ['of all else', `<html>${SHEET.replace(' />', ' {...props} />')}</html>`],
    ['React hoists none that is watched', `<html>${SHEET.replace(' />', ' onLoad={show} />')}</html>`],
    ['it would be hoisted in front of an external one', `<html>${EXTERNAL}${SHEET}</html>`],
    ['of one whose href is worked out', `<html><link rel="stylesheet" href={theme} />${SHEET}</html>`],
    ['of one under a condition', `<html>{dark && ${EXTERNAL}}${SHEET}</html>`],
    ['of one that keeps its URL', `<html><link rel="stylesheet" href="/favicon.ico" />${SHEET}</html>`],
    ['of an alternate one', `<html><link rel="Alternate StyleSheet" href="/a.css" />${SHEET}</html>`],
    ['of what may be one', `<html><link rel={rel} href="https://a.example/a" />${SHEET}</html>`],
    ['of what is one on a condition', `<html><link rel={dark ? "Stylesheet" : "icon"} href="https://a.example/a" />${SHEET}</html>`],
    ['of what is one or else worked out', `<html><link rel={dark ? rel : "icon"} href="https://a.example/a" />${SHEET}</html>`],
    ['of what may be one, as all is spread', `<html><link {...props} />${SHEET}</html>`],
    ['of <style>', `<html><head><style>{"a{}"}</style></head><body>${SHEET}</body></html>`],
  ])('stays plain, with asset(): %s', async (_, text) => {
    const rewritten = await rewrite(`export const A = () => ${text};\n`);
    expect(rewritten).toContain('<link rel="stylesheet" href={asset("/z.css")}');
    expect(rewritten).not.toContain('CachedStyle');
    expect(await rewrite(rewritten)).toBe(rewritten);
  });

  test('stays plain when it is linked again, as React renders a hoisted one once', async () => {
    const twice = `<html>${SHEET}<link rel="stylesheet" href="/b.css" />${SHEET}<link rel="stylesheet" href="/c.css" /></html>`;
    const names = (await rewrite(`export const A = () => ${twice};\n`)).match(/(?:CachedStyle|link) [^>]*css/g);
    expect(names).toEqual([
      'CachedStyle href="/z.css',
      'CachedStyle href="/b.css',
      'link rel="stylesheet" href={asset("/z.css',
      'link rel="stylesheet" href={asset("/c.css',
    ]);
  });

  describe('among those of the rest of the app', () => {
    const NONE = { importing: [] as string[], areHoisted: false, areInNextHead: false };
    const LAYOUT = `export const A = () => <html><head>${SHEET}</head></html>;\n`;
    const DOCUMENT = `export const A = () => <Html><Head>${SHEET}</Head></Html>;\n`;
    const nameIn = async (text: string, stylesheets: Partial<typeof NONE>) => {
      const rewritten = await rewriteTags('layout.tsx', text, toAssetPath, { stylesheets: { ...NONE, ...stylesheets } });
      return /<(\w+)[^>]*z\.css/.exec(rewritten.text)?.[1];
    };

    test('stays plain where React hoists others, which come first', async () => {
      expect(await nameIn(LAYOUT, { areHoisted: true })).toBe('link');
      expect(await nameIn(DOCUMENT, { areHoisted: true })).toBe('link');
    });

    test('stays plain where Next bundles some of pages or components, which React comes to later', async () => {
      expect(await nameIn(LAYOUT, { importing: ['page.tsx'] })).toBe('link');
      expect(await nameIn(LAYOUT, { importing: ['layout.tsx', 'page.tsx'] })).toBe('link');
      expect(await nameIn(LAYOUT, { importing: ['layout.tsx'] })).toBe('CachedStyle');
      expect(await nameIn(DOCUMENT, { importing: ['page.tsx'] })).toBe('CachedStyle');
    });

    test('stays plain in _document where next/head puts some in front', async () => {
      expect(await nameIn(DOCUMENT, { areInNextHead: true })).toBe('link');
      expect(await nameIn(LAYOUT, { areInNextHead: true })).toBe('CachedStyle');
    });
  });

  test('stays plain in the document that stands in for the root layout while there is an error', async () => {
    const text = `export const A = () => <html>${SHEET}</html>;\n`;
    expect(await rewrite(text, 'app/global-error.tsx')).not.toContain('CachedStyle');
  });

  test('stays plain behind one that does, in whatever component of the file', async () => {
    const early = 'const Early = () => <link rel="stylesheet" href="/a.css" />;\n';
    expect(await rewrite(`${early}export const A = () => <html>${SHEET}</html>;\n`)).not.toContain('CachedStyle');
  });
});

describe('of a file without imports, the import goes', () => {
  const IMPORT = 'import { asset } from "next-smart-cache";\n';
  const CODE = 'export const A = () => <img src="/a.png" />;\n';
  const HASHED = CODE.replace('"/a.png"', '{asset("/a.png")}');

  test.each([
    '/** @jsxImportSource @emotion/react */',
    '/* @jsx h */',
    '/** @jsxRuntime classic */\n/** @jsxFrag Fragment */',
    '/// <reference types="next" />',
    '// @ts-nocheck',
    '// @flow strict',
    '/**\n * @jest-environment jsdom\n */',
    '/* eslint-disable no-alert */',
    '/* eslint-env browser */',
    '// biome-ignore-all lint: generated',
    '/** @license MIT */',
    '/* @preserve */',
    '/*! A 1.0 */',
    '/* Copyright 2020 A. All rights reserved. */',
    '/*\n * A 1.0, (c) B\n *\n * COPYRIGHT B\n */',
    '/* A 1.0, copyright (c) 2020 B */',
    '// SPDX-License-Identifier: MIT',
    '// SPDX-License-Identifier: MIT\n/* eslint-disable no-alert */',
    '/** A page. */\n/** @jsx h */',
    '#!/usr/bin/env node\n// a word\n/** @jsx h */',
  ])('behind what is said of the file: %s', async (comment) => {
    for (const gap of ['\n', '\n\n']) expect(await rewrite(`${comment}${gap}${CODE}`)).toBe(`${comment}${gap}${IMPORT}\n${HASHED}`);
  });

  test.each([
    '/** @type {A} */',
    '// eslint-disable-next-line no-alert',
    '// @ts-expect-error',
    '/** A picture. */',
    '// biome-ignore lint: why',
    '/** The copyright of the page. */',
    '/** @type {A} */\n/* eslint-disable no-alert */',
  ])('in front of what is said of the first statement: %s', async (comment) => {
    expect(await rewrite(`${comment}\n${CODE}`)).toBe(`${IMPORT}\n${comment}\n${HASHED}`);
    expect(await rewrite(`/* @jsx h */\n${comment}\n${CODE}`)).toBe(`/* @jsx h */\n${IMPORT}\n${comment}\n${HASHED}`);
  });

  test.each(['// Copyright 2020 A\n// Use of this is governed by a license.', '// A 1.0\r\n// Copyright 2020 A'])(
    'behind all lines of a licence that an empty one follows: %j',
    async (licence) => {
      const newline = licence.includes('\r') ? '\r\n' : '\n';
      const inLines = (text: string) => text.replaceAll('\n', newline);
      const before = `${licence}${newline}${newline}`;
      expect(await rewrite(before + inLines(CODE))).toBe(before + inLines(`${IMPORT}\n${HASHED}`));
    },
  );

  test('on a line of its own', async () => {
    expect(await rewrite(`/* @jsx h */${CODE}`)).toBe(`/* @jsx h */\n${IMPORT}\n${HASHED}`);
  });

  test('in front of comments further down', async () => {
    expect(await rewrite(`${CODE}/* eslint-disable */\n`)).toBe(`${IMPORT}\n${HASHED}/* eslint-disable */\n`);
  });
});

test('what keeps its URL, and links that people keep, stay', async () => {
  const text = 'export const A = () => <><link rel="icon" href="/favicon.ico" /><a href="/manual.pdf">m</a></>;\n';
  expect(await rewriteTags('a.jsx', text, toAssetPath)).toEqual({ text, changes: [] });
});

test('what has the checksum of the plain file stays: with hashed references in it, browsers would refuse it', async () => {
  const tags = '<link rel="stylesheet" href="/a.css" integrity="sha384-a" /><script src="/b.js" integrity={checksum} />';
  const text = `export const A = () => <html><head>${tags}</head></html>;\n`;
  expect(await rewriteTags('a.jsx', text, toAssetPath)).toEqual({ text, changes: [] });
});

describe('what is said of a tag', () => {
  test.each([
    [
      'stands on one line',
      '<script\n      src="/a.js"\n      defer\n    />',
      '<script src="/a.js" defer />',
      '<CachedScript src="/a.js" defer />',
    ],
    [
      'ends after 80 characters',
      `<script src="/a.js" defer data-x="${'x'.repeat(80)}" />`,
      `<script src="/a.js" defer data-x="${'x'.repeat(46)}…`,
      `<CachedScript src="/a.js" defer data-x="${'x'.repeat(40)}…`,
    ],
    [
      'but not before the path does',
      `<script data-x="${'x'.repeat(80)}" src="/a.js" defer />`,
      `<script data-x="${'x'.repeat(80)}" src="/a.js"…`,
      `<CachedScript data-x="${'x'.repeat(80)}" src="/a.js"…`,
    ],
    ['is whole where a path is long', `<img src="/${'x'.repeat(80)}" />`, `"/${'x'.repeat(80)}"`, `{asset("/${'x'.repeat(80)}")}`],
  ])('%s', async (_, text, before, after) => {
    const { changes } = await rewriteTags('a.tsx', `export const A = () => ${text};\n`, toAssetPath);
    expect(changes).toMatchObject([{ before, after }]);
  });
});

test.each([
  ['has an `asset` of its own', "const asset = (name) => name;\nexport const A = () => <img src='/a.png' />;\n"],
  ['takes one in', "export const A = ({ asset }) => <img src='/a.png' />;\n"],
  ['takes one in, with a default', "export const A = ({ asset = null }) => <img src='/a.png' />;\n"],
  ['catches one', "export const A = () => { try {} catch (asset) { return <img src='/a.png' />; } };\n"],
  ['takes one in further out', "export const A = (asset) => () => <img src='/a.png' />;\n"],
  [
    'takes one in beside an import of ours',
    "import { asset } from 'next-smart-cache';\nexport const A = (asset) => <img src='/a.png' />;\n",
  ],
  ['has one in one place of two', "export const A = () => <><img src='/a.png' />{(asset) => <img src='/a.png' />}</>;\n"],
  ['has a type of that name', "type asset = string;\nexport const A = () => <img src='/a.png' />;\n"],
  ['exports an interface of that name', "export interface asset {}\nexport const A = () => <img src='/a.png' />;\n"],
  ['takes in the rest as one', "export const A = ({ ...asset }) => <img src='/a.png' />;\n"],
  ['takes in all as one', "export const A = (...asset) => <img src='/a.png' />;\n"],
  ['has one as a property and parameter', "class B { constructor(private asset: string, public image = <img src='/a.png' />) {} }\n"],
  ['imports the type of ours', "import type { asset } from 'next-smart-cache';\nexport const A = () => <img src='/a.png' />;\n"],
  ['imports the type among others', "import { type asset } from 'next-smart-cache';\nexport const A = () => <img src='/a.png' />;\n"],
  ['imports one from elsewhere', "import { asset } from './mine';\nexport const A = () => <img src='/a.png' />;\n"],
  ['is CommonJS', "const React = require('react');\nmodule.exports = () => <img src='/a.png' />;\n"],
])('a file is left to its author that %s', async (_, text) => {
  const count = text.split('<img').length - 1;
  const changes = Array.from({ length: count }, () => ({ before: "'/a.png'", after: "{asset('/a.png')}" }));
  const obstacle = text.includes('require') ? 'the file is CommonJS, which has no import' : 'the file has something else named "asset"';
  expect(await rewriteTags('a.tsx', text, toAssetPath)).toMatchObject({ text, changes, obstacle });
});
