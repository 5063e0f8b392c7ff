import fs from 'node:fs';
import path from 'node:path';
import { findSourcePackages, listSourceFiles } from '../../../src/app-source/source-files';
import { resolveProject } from '../../../src/pipeline/project';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

interface Workspace {
  /** File → text; a `package.json` may be given as the names that it depends on. */
  files?: Readonly<Record<string, string | readonly string[]>>;
  /** Link → target, both from the top of the workspace. */
  links?: Readonly<Record<string, string>>;
  transpilePackages?: readonly string[];
}

function workspace({ files = {}, links = {}, transpilePackages = [] }: Workspace) {
  const top = temporaryFolder();
  const manifest = (names: readonly string[]) => JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, '*'])) });
  writeFiles(
    top,
    Object.fromEntries(Object.entries(files).map(([file, text]) => [file, typeof text === 'string' ? text : manifest(text)])),
  );
  for (const [link, target] of Object.entries(links)) {
    fs.mkdirSync(path.dirname(path.join(top, link)), { recursive: true });
    fs.symlinkSync(path.join(top, target), path.join(top, link));
  }
  const root = path.join(top, 'apps/web');
  const relative = (all: readonly string[]) => all.map((folder) => path.relative(top, folder)).sort();
  return {
    packages: () => relative(findSourcePackages(root, transpilePackages)),
    sourceFiles: () => relative(listSourceFiles(resolveProject({ root, transpilePackages })).files),
  };
}

test.each([
  ['npm: linked at the top', 'node_modules/@acme/ui'],
  ['pnpm: linked in the app', 'apps/web/node_modules/@acme/ui'],
])('finds a dependency that the workspace links in, by %s', (_, link) => {
  const { packages } = workspace({
    files: { 'apps/web/package.json': ['@acme/ui', 'react'], 'packages/ui/button.tsx': '', 'packages/other/x.ts': '' },
    links: { [link]: 'packages/ui', 'node_modules/@acme/other': 'packages/other' },
  });
  expect(packages()).toEqual(['packages/ui']);
});

test.each(['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'])(
  'finds all kinds of dependencies: %s',
  (kind) => {
    const { packages } = workspace({
      files: { 'apps/web/package.json': JSON.stringify({ [kind]: { ui: 'workspace:*' } }), 'packages/ui/button.tsx': '' },
      links: { 'node_modules/ui': 'packages/ui' },
    });
    expect(packages()).toEqual(['packages/ui']);
  },
);

test('finds the dependencies of such a package, also in circles', () => {
  const { packages } = workspace({
    files: {
      'apps/web/package.json': ['ui'],
      'packages/ui/package.json': ['icons', 'react'],
      'packages/icons/package.json': ['ui'],
      'node_modules/react/index.js': '',
    },
    links: { 'node_modules/ui': 'packages/ui', 'packages/ui/node_modules/icons': 'packages/icons' },
  });
  expect(packages()).toEqual(['packages/icons', 'packages/ui']);
});

test('skips an installed package, even if the installer links it', () => {
  const { packages } = workspace({
    files: {
      'apps/web/package.json': ['react', 'left-pad', 'not-installed'],
      'node_modules/react/package.json': [],
      'node_modules/.pnpm/left-pad@1.0.0/node_modules/left-pad/index.js': '',
    },
    links: { 'apps/web/node_modules/left-pad': 'node_modules/.pnpm/left-pad@1.0.0/node_modules/left-pad' },
  });
  expect(packages()).toEqual([]);
});

test('finds an installed package that transpilePackages names', () => {
  const { packages, sourceFiles } = workspace({
    files: {
      'apps/web/package.json': [],
      'node_modules/@acme/kit/dist/index.js': '',
      'node_modules/@acme/kit/node_modules/deep/index.js': '',
      'node_modules/other/index.js': '',
    },
    transpilePackages: ['@acme/kit', 'not-installed'],
  });
  expect(packages()).toEqual(['node_modules/@acme/kit']);
  expect(sourceFiles()).toEqual(['node_modules/@acme/kit/dist/index.js']);
});

test('skips this package and any folder around the app', () => {
  const { packages } = workspace({
    files: { 'apps/web/package.json': ['next-smart-cache', 'top'], 'smart-cache/index.js': '' },
    links: { 'node_modules/next-smart-cache': 'smart-cache', 'node_modules/top': '.' },
    transpilePackages: ['next-smart-cache'],
  });
  expect(packages()).toEqual([]);
});

test.each([
  ['without a package.json', {}],
  ['with one that is half written', { 'apps/web/package.json': '{"dependencies": {' }],
  ['with a package.json that is not an object', { 'apps/web/package.json': 'null' }],
])('finds none for an app %s', (_, files) => {
  expect(workspace({ files: { ...files, 'apps/web/page.tsx': '' } }).packages()).toEqual([]);
});

test('counts the files of packages as source, including their build output', () => {
  const { sourceFiles } = workspace({
    files: {
      'apps/web/package.json': ['ui'],
      'apps/web/page.tsx': '',
      'packages/ui/src/button.tsx': '',
      'packages/ui/dist/button.js': '',
      'packages/ui/coverage/report.js': '',
      'packages/ui/node_modules/lib/index.js': '',
    },
    links: { 'node_modules/ui': 'packages/ui' },
  });
  expect(sourceFiles()).toEqual(['apps/web/page.tsx', 'packages/ui/dist/button.js', 'packages/ui/src/button.tsx']);
});

test('reads a package inside the app’s folder once', () => {
  const { sourceFiles } = workspace({
    files: { 'apps/web/package.json': ['ui'], 'apps/web/packages/ui/button.tsx': '' },
    links: { 'apps/web/node_modules/ui': 'apps/web/packages/ui' },
  });
  expect(sourceFiles()).toEqual(['apps/web/packages/ui/button.tsx']);
});
