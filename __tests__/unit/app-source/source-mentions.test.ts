import fs from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { findMentions, writtenPaths } from '../../../src/app-source/source-mentions';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

// First: V8 compiles an expression once, and the tests below would compile it with the optimization.
test('finds what comes after a data: URL of 15 MB that looks like a path, also without optimized regular expressions', () => {
  setFlagsFromString('--no-regexp-optimization');
  try {
    const paths = [...writtenPaths(`![](data:image/jpeg;base64,/9j/${'A'.repeat(15_000_000)}) ![](/a.js)`)];
    expect(paths.at(-1)).toBe('/a.js');
  } finally {
    setFlagsFromString('--regexp-optimization');
  }
});

/** Finds what files with these texts mention, of `/a.js`, `/b.js` and `/my photo.jpg`. */
function mentionsIn(...texts: readonly string[]) {
  const folder = temporaryFolder();
  writeFiles(folder, Object.fromEntries(texts.map((text, index) => [`${index}.tsx`, text])));
  const known = new Set(['/a.js', '/b.js', '/my photo.jpg']);
  const files = texts.map((_, index) => path.join(folder, `${index}.tsx`));
  const { assetPaths, ...others } = findMentions(files, (candidate) => known.has(candidate));
  return { assetPaths: [...assetPaths].sort(), ...others };
}

describe('an asset path is mentioned', () => {
  test.each([
    ['in single quotes', `asset('/a.js')`],
    ['in double quotes', `<CachedScript src="/a.js" />`],
    ['in backquotes', 'asset(`/a.js`)'],
    ['in a list', `['/x.js','/a.js','/y.js']`],
    ['after an apostrophe', `// don't\nasset('/a.js')`],
    ['after an odd quote of each kind', `// ' " \`\nasset('/a.js')`],
    ['with a query', `asset('/a.js?v=1')`],
    ['with a fragment', `asset('/a.js#x')`],
    ['in a comment', `// see "/a.js"`],
    ['inside another string', `"the file '/a.js' is used"`],
    ['at the very end', `'/a.js'`],
    ['in a srcset', `srcSet="/x.js 1x, /a.js 2x"`],
    ['in a url()', `style={{ background: 'url(/a.js) no-repeat' }}`],
    ['after a prefix in a template', `\`\${prefix}/a.js\``],
    ['in front matter', '---\nimage: /a.js\n---\n'],
    ['in a link of Markdown', '![a](/a.js "title")'],
    ['in JSON, with escaped slashes', '{ "image": "\\/a.js" }'],
  ])('%s', (_, text) => {
    expect(mentionsIn(text).assetPaths).toEqual(['/a.js']);
  });

  test.each([
    ['decoded', `asset('/my photo.jpg')`],
    ['in a template', `\`\${prefix}/my photo.jpg\``],
    ['percent-encoded, which asset() takes too', `asset('/my%20photo.jpg')`],
    ['percent-encoded, with a query', `asset('/my%20photo.jpg?w=100')`],
  ])('by a name that needs encoding: %s', (_, text) => {
    expect(mentionsIn(text).assetPaths).toEqual(['/my photo.jpg']);
  });
});

describe('an asset path is not mentioned', () => {
  test.each([
    ['when it is not known', `'/unknown.js'`],
    ['as a part of another path', `'/vendor/a.js' '/a.js.map' '/x/a.js'`],
    ['across an open quote', `'/a.jsx\n/a.js.map'`],
    ['put together at run time', `'/' + name + '.js'`],
  ])('%s', (_, text) => {
    expect(mentionsIn(text).assetPaths).toEqual([]);
  });
});

test.each([
  ['<CachedScript src="/a.js" strategy="lazyOnload" />', true],
  ['<CachedScript src="/a.js" strategy={late} />', true],
  ['<CachedScript {...{ strategy }} />', true],
  ["const props = { strategy: 'lazyOnload' };", true],
  ['const props = { src, strategy, id };', true],
  ['<CachedScript src="/a.js" async />', false],
  ['// a good strategy is half the battle', false],
  ['const cacheStrategy = 1;', false],
])('%s mentions a strategy: %p', (text, strategy) => {
  expect(mentionsIn(text).strategy).toBe(strategy);
});

test.each([
  ['<CachedStyle href="/a.css" preload="fonts" />', true],
  ["<CachedScript src='/a.js' preload='modules' />", true],
  ['<CachedStyle href="/a.css" preload={late ? `fonts` : false} />', true],
  ['<CachedScript src="/a.js" preload />', false],
  ["import { fonts } from './fonts'; // preload", false],
  ['const folder = "fonts";', false],
])('%s mentions preloads: %p', (text, preloads) => {
  expect(mentionsIn(text).preloads).toBe(preloads);
});

test.each([
  ["import { CachedImportMap } from 'next-smart-cache';", true],
  ['<CachedImportMap nonce={nonce} />', true],
  ['<MyCachedImportMapper />', false],
  ['<script type="importmap">', false],
])('%s mentions the import map: %p', (text, importMap) => {
  expect(mentionsIn(text).importMap).toBe(importMap);
});

test('reads all files that still exist', () => {
  expect(mentionsIn(`'/a.js'`, `'/b.js'`, 'strategy="worker"')).toEqual({
    assetPaths: ['/a.js', '/b.js'],
    strategy: true,
    preloads: false,
    importMap: false,
  });
  expect(findMentions([path.join(temporaryFolder(), 'gone.js')], () => true).assetPaths).toEqual(new Set());
});

test('tries every quoted text that begins with a slash', () => {
  expect([...writtenPaths(`'/a' "/b?c" \`/d#e\` '/f"g' "x"`)]).toEqual(['/a', '/f"g', '/b?c', '/d#e', '/a', '/b?c', '/d#e', '/f']);
});

test.each([
  ["'/docs/a.js'", ['/a.js']],
  ["'/docs/b.js?v=1' '/a.js'", ['/a.js', '/b.js']],
])('with basePath "/docs", %s mentions %j', (text, expected) => {
  const file = path.join(temporaryFolder(), 'page.js');
  fs.writeFileSync(file, text);
  const known = new Set(['/a.js', '/b.js']);
  expect([...findMentions([file], (candidate) => known.has(candidate), '/docs').assetPaths].sort()).toEqual(expected);
});

test('skips a file that is too large for a string', () => {
  const file = path.join(temporaryFolder(), 'data.json');
  fs.writeFileSync(file, '"/a.js"');
  fs.truncateSync(file, 600_000_000);
  expect(findMentions([file], () => true).assetPaths).toEqual(new Set());
});
