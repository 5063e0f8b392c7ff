import fs from 'node:fs';
import path from 'node:path';
import { findMentions, quotedPaths } from '../../../src/pipeline/source-mentions';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';
import { withoutRootRights } from '../support/folders';

/** What an app with these source files mentions, of `/a.js`, `/b.js` and `/my photo.jpg`. */
function mentionsIn(files: Readonly<Record<string, string>>, skip: readonly string[] = []) {
  const root = temporaryFolder();
  writeFiles(root, files);
  const known = new Set(['/a.js', '/b.js', '/my photo.jpg']);
  const skipped = new Set(skip.map((folder) => path.join(root, folder)));
  const { assetPaths, strategy } = findMentions(root, (candidate) => known.has(candidate), skipped);
  return { assetPaths: [...assetPaths].sort(), strategy };
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
  ])('%s', (_, text) => {
    expect(mentionsIn({ 'app/page.tsx': text }).assetPaths).toEqual(['/a.js']);
  });

  test.each([
    ['decoded', `asset('/my photo.jpg')`],
    ['percent-encoded, which asset() takes too', `asset('/my%20photo.jpg')`],
    ['percent-encoded, with a query', `asset('/my%20photo.jpg?w=100')`],
  ])('by a name that needs encoding: %s', (_, text) => {
    expect(mentionsIn({ 'app/page.tsx': text }).assetPaths).toEqual(['/my photo.jpg']);
  });

  test.each(['js', 'jsx', 'ts', 'tsx', 'mjs', 'cjs', 'mts', 'cts', 'mdx', 'md'])('in a .%s file', (extension) => {
    expect(mentionsIn({ [`deep/down/file.${extension}`]: `'/a.js'` }).assetPaths).toEqual(['/a.js']);
  });
});

describe('an asset path is not mentioned', () => {
  test.each([
    ['when it is not known', `'/unknown.js'`],
    ['without its quotes', 'see /a.js for more'],
    ['as a part of another path', `'/vendor/a.js' '/a.js.map' '/x/a.js'`],
    ['across an open quote', `'/a.js`],
    ['put together at run time', `'/' + name + '.js'`],
  ])('%s', (_, text) => {
    expect(mentionsIn({ 'app/page.tsx': text }).assetPaths).toEqual([]);
  });

  test.each([
    ['node_modules', 'node_modules/lib/index.js'],
    ['node_modules further down', 'packages/x/node_modules/lib/index.js'],
    ['a hidden folder', '.next/server/page.js'],
    ['a folder to be skipped', 'public/app.js'],
    ['what a build has left in the app’s folder', 'out/page.js'],
    ['a file that is no source', 'data/list.json'],
    ['a stylesheet', 'app/site.css'],
  ])('in %s', (_, file) => {
    expect(mentionsIn({ [file]: `'/a.js'` }, ['public']).assetPaths).toEqual([]);
  });

  test('but a folder of such a name further down may be a route', () => {
    expect(mentionsIn({ 'app/build/page.tsx': `'/a.js'`, 'app/out/page.tsx': `'/b.js'` }).assetPaths).toEqual(['/a.js', '/b.js']);
  });

  test('in what lies in a skipped folder of that name only', () => {
    expect(mentionsIn({ 'public/app.js': `'/a.js'`, 'app/public/page.js': `'/b.js'` }, ['public']).assetPaths).toEqual(['/b.js']);
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
  expect(mentionsIn({ 'app/page.tsx': text }).strategy).toBe(strategy);
});

test.each(['smart-cache-env.d.ts', 'types/paths.d.mts', 'types/paths.d.cts'])('%s declares types, and mentions nothing', (file) => {
  expect(mentionsIn({ [file]: `type Path = '/a.js'; interface Props { strategy: 'x' }; type Strategy = { strategy: 1 };` })).toEqual({
    assetPaths: [],
    strategy: false,
  });
  expect(mentionsIn({ 'app/d.ts': `'/a.js'` }).assetPaths).toEqual(['/a.js']);
});

test('all files are looked through', () => {
  expect(mentionsIn({ 'app/a.tsx': `'/a.js'`, 'lib/b.ts': `'/b.js'`, 'pages/c.js': 'strategy="worker"' })).toEqual({
    assetPaths: ['/a.js', '/b.js'],
    strategy: true,
  });
});

test('a folder that may not be read, such as the data of a database, is no source', () => {
  const root = temporaryFolder();
  writeFiles(root, { 'app/page.tsx': `'/a.js'`, 'postgres-data/x.js': '' });
  fs.chmodSync(root, 0o755);
  fs.chmodSync(path.join(root, 'postgres-data'), 0o000);
  const { assetPaths } = withoutRootRights(() => findMentions(root, (candidate) => candidate === '/a.js', new Set()));
  expect([...assetPaths]).toEqual(['/a.js']);
});

test('every quoted text that begins with a slash is a candidate', () => {
  expect([...quotedPaths(`'/a' "/b?c" \`/d#e\` '/f"g' "x"`)]).toEqual(['/a', '/f"g', '/b?c', '/b', '/d#e', '/d']);
});
