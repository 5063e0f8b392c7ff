import fs from 'node:fs';
import path from 'node:path';
import { listSourceFiles } from '../../../src/app-source/source-files';
import { resolveProject } from '../../../src/pipeline/project';
import { withoutRootRights } from '../../support/folders';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

/** A repository with these files; the app is in `apps/web`. */
function repositoryWith(files: readonly string[], links: Readonly<Record<string, string>> = {}) {
  const repository = temporaryFolder();
  writeFiles(repository, Object.fromEntries(files.map((file) => [file, ''])));
  for (const [link, target] of Object.entries(links)) {
    fs.mkdirSync(path.dirname(path.join(repository, link)), { recursive: true });
    fs.symlinkSync(target, path.join(repository, link));
  }
  const root = path.join(repository, 'apps/web');
  fs.mkdirSync(root, { recursive: true });
  return { repository, root };
}

/** Returns the listed files, relative to the repository. */
function listed(files: readonly string[], links?: Readonly<Record<string, string>>, distDir?: string, usesJsxRuntime = false) {
  const { repository, root } = repositoryWith(files, links);
  const source = listSourceFiles(resolveProject({ root, distDir, usesJsxRuntime }));
  const relative = (all: readonly string[]) => all.map((file) => path.relative(repository, file)).sort();
  return { files: relative(source.files), folders: relative(source.folders) };
}

describe('source is', () => {
  test.each(['js', 'jsx', 'ts', 'tsx', 'mjs', 'cjs', 'mts', 'cts', 'mdx', 'md'])('a .%s file', (extension) => {
    const file = `apps/web/deep/down/file.${extension}`;
    expect(listed([file]).files).toEqual([file]);
  });

  test.each(['json', 'yml', 'yaml', 'toml', 'csv'])('a .%s file, but only with the JSX runtime', (extension) => {
    const file = `apps/web/deep/down/file.${extension}`;
    expect(listed([file], {}, undefined, true).files).toEqual([file]);
    expect(listed([file]).files).toEqual([]);
  });

  test.each([
    ['a folder that is called like a build, further down', 'apps/web/app/build/page.tsx'],
    ['a folder called public, further down', 'apps/web/app/public/page.js'],
    ['a name that only begins like a declaration', 'apps/web/app.d.page.tsx'],
  ])('%s', (_, file) => {
    expect(listed([file]).files).toEqual([file]);
  });
});

test('a lock file is not source, with the JSX runtime too', () => {
  expect(listed(['apps/web/package-lock.json', 'apps/web/package.json'], {}, undefined, true).files).toEqual([]);
});

describe('source is not', () => {
  test.each([
    ['node_modules', 'apps/web/node_modules/lib/index.js'],
    ['node_modules further down', 'apps/web/packages/x/node_modules/lib/index.js'],
    ['a hidden folder', 'apps/web/.next/server/page.js'],
    ['public/', 'apps/web/public/app.js'],
    ['distDir', 'apps/web/made/page.js'],
    ['what a build has left in the app’s folder', 'apps/web/out/page.js'],
    ['a file of another kind', 'apps/web/data/list.txt'],
    ['a stylesheet', 'apps/web/app/site.css'],
    ['a declaration, such as one that names every asset path', 'apps/web/smart-cache-env.d.ts'],
    ['a declaration of a module', 'apps/web/types.d.mts'],
    ['another app of the workspace', 'apps/shop/app/page.tsx'],
  ])('%s', (_, file) => {
    expect(listed([file], {}, 'made').files).toEqual([]);
  });

  test('a folder that may not be read, such as the data of a database', () => {
    const { root } = repositoryWith(['apps/web/app/page.tsx', 'apps/web/postgres-data/x.js']);
    for (const folder of [root, path.dirname(root), path.dirname(path.dirname(root))]) fs.chmodSync(folder, 0o755);
    fs.chmodSync(path.join(root, 'postgres-data'), 0o000);
    const { files } = withoutRootRights(() => listSourceFiles(resolveProject({ root })));
    expect(files).toEqual([path.join(root, 'app/page.tsx')]);
  });
});

describe('links', () => {
  test('to folders and files are followed, under their real paths', () => {
    const { files, folders } = listed(['shared/button.tsx', 'other/one.ts', 'other/two.ts'], {
      'apps/web/shared': '../../shared',
      'apps/web/one.ts': '../../other/one.ts',
    });
    expect(files).toEqual(['other/one.ts', 'shared/button.tsx']);
    expect(folders).toEqual(['apps/web', 'shared']);
  });

  test('list a folder once, although links to it repeat or make a circle', () => {
    const { files } = listed(['apps/web/lib/a.ts', 'shared/button.tsx'], {
      'apps/web/again': 'lib',
      'apps/web/lib/self': '.',
      'apps/web/one': '../../shared',
      'apps/web/two': '../../shared',
      'shared/back': '../apps/web/lib',
    });
    expect(files).toEqual(['apps/web/lib/a.ts', 'shared/button.tsx']);
  });

  test.each([
    ['the app', '.'],
    ['a folder around it', '../..'],
    ['the root of the file system', '/'],
    ['a missing file', './nowhere'],
    ['its public/', 'public'],
    ['a folder in its public/', 'public/js'],
    ['build output', '.next/server'],
  ])('are left out if they point to %s', (_, target) => {
    const files = ['apps/web/app/page.tsx', 'apps/web/public/js/lib.js', 'apps/web/.next/server/page.js', 'beside/x.js'];
    expect(listed(files, { 'apps/web/link': target })).toEqual({ files: ['apps/web/app/page.tsx'], folders: ['apps/web'] });
  });

  test('an app that is a link is the folder that it points to', () => {
    const { repository, root } = repositoryWith(['apps/web/app/page.tsx', 'apps/web/public/lib.js'], { here: 'apps/web' });
    const { files } = listSourceFiles(resolveProject({ root: path.join(repository, 'here') }));
    expect(files).toEqual([path.join(root, 'app/page.tsx')]);
  });

  test('may point to public/', () => {
    expect(listed(['apps/web/app/page.tsx', 'assets/lib.js'], { 'apps/web/public': '../../assets' }).files).toEqual([
      'apps/web/app/page.tsx',
    ]);
  });
});

test.each([
  ['app', false, true],
  ['app/page.tsx', true, true],
  ['app/site.css', true, false],
  ['node_modules', false, false],
  ['lib/node_modules', false, false],
  ['.git', false, false],
  ['public', false, false],
  ['app/public', false, true],
  ['.next', false, false],
  ['dist', false, false],
  ['app/dist', false, true],
  ['env.d.ts', true, false],
])('tells a watcher whether %s can be app source: %#', (name, isFile, expected) => {
  const { root } = repositoryWith([]);
  expect(listSourceFiles(resolveProject({ root })).isSource(path.join(root, name), isFile)).toBe(expected);
});
