import fs from 'node:fs';
import path from 'node:path';
import { listFiles } from '../../../support/folders';
import { temporaryFolder, writeFiles } from '../../../support/temporary-folder';
import { runCommand } from '../../support/command-line';

const FILES = {
  'package.json': '{\n  "scripts": {\n    "build": "next build"\n  }\n}\n',
  '.gitignore': 'node_modules\n',
  'next.config.mjs': 'export default {};\n',
  'public/img/logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'app/page.jsx': 'export default () => <img src="/img/logo.svg" alt="" />;\n',
};

function app(files: Record<string, string> = {}, without: readonly string[] = []): string {
  const root = temporaryFolder();
  writeFiles(root, Object.fromEntries(Object.entries({ ...FILES, ...files }).filter(([file]) => !without.includes(file))));
  return root;
}

const contentsOf = (root: string) =>
  Object.fromEntries(listFiles(root).map((file) => [file, fs.readFileSync(path.join(root, file), 'utf8')]));

test('wires an app and lists its tags; a second time nothing is written', async () => {
  const root = app();
  expect(await runCommand(['init'], { cwd: root })).toEqual({
    exitCode: 0,
    stdout: '',
    stderr:
      'app/page.jsx:1:31  "/img/logo.svg"  →  {asset("/img/logo.svg")}\n' +
      'next-smart-cache: 1 link could be hashed; "next-smart-cache init --apply" changes them\n' +
      'next-smart-cache: wrote package.json, .gitignore, next.config.mjs\n' +
      'next-smart-cache: package.json does not name this package yet: npm install next-smart-cache\n',
  });
  const wired = contentsOf(root);
  expect(wired).toEqual({
    ...FILES,
    'package.json': '{\n  "scripts": {\n    "prebuild": "next-smart-cache build",\n    "build": "next build"\n  }\n}\n',
    '.gitignore': 'node_modules\n\n# next-smart-cache\n.smart-cache/\nsmart-cache-env.d.ts\n',
    'next.config.mjs': 'import { withSmartCache } from "next-smart-cache/config";\n\nexport default withSmartCache({});\n',
  });
  const again = await runCommand(['init'], { cwd: root });
  expect(again.stderr).toContain('all is wired already; nothing was written\n');
  expect(contentsOf(root)).toEqual(wired);
});

test('--apply changes the tags; a second time there are none', async () => {
  const root = app();
  expect((await runCommand(['init', '--apply'], { cwd: root })).exitCode).toBe(0);
  expect(fs.readFileSync(path.join(root, 'app/page.jsx'), 'utf8')).toBe(
    'import { asset } from "next-smart-cache";\n\nexport default () => <img src={asset("/img/logo.svg")} alt="" />;\n',
  );
  const wired = contentsOf(root);
  const { stderr } = await runCommand(['init', '--apply'], { cwd: root });
  expect(stderr).toMatch(/^next-smart-cache: all is wired already; nothing was written\n/);
  expect(contentsOf(root)).toEqual(wired);
});

test('source that is not UTF-8 is left alone; a replacement character that the author wrote is one like others', async () => {
  const root = app({ 'app/written.jsx': 'export default () => <img src="/img/logo.svg" alt="\uFFFD" />;\n' });
  const page = path.join(root, 'app/page.jsx');
  fs.writeFileSync(page, FILES['app/page.jsx'].replace('alt=""', 'alt="caf\xE9"'), 'latin1');
  const before = fs.readFileSync(page);
  await runCommand(['init', '--apply'], { cwd: root });
  expect(fs.readFileSync(page).equals(before)).toBe(true);
  expect(fs.readFileSync(path.join(root, 'app/written.jsx'), 'utf8')).toContain('<img src={asset("/img/logo.svg")} alt="\uFFFD" />');
});

test('--dry-run writes nothing, --json says what there is to write', async () => {
  const root = app();
  const { exitCode, stdout, stderr } = await runCommand(['init', '--dry-run', '--json'], { cwd: root });
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('would write package.json, .gitignore, next.config.mjs\n')]);
  expect(JSON.parse(stdout)).toEqual({
    written: [],
    planned: ['package.json', '.gitignore', 'next.config.mjs'].map((file) => path.join(root, file)),
    configToWrap: null,
    configToRename: null,
    tags: [
      {
        file: path.join(root, 'app/page.jsx'),
        changes: [{ line: 1, column: 31, before: '"/img/logo.svg"', after: '{asset("/img/logo.svg")}' }],
        obstacle: null,
      },
    ],
  });
  expect(contentsOf(root)).toEqual(FILES);
});

test.each([
  ['JavaScript', {}, 'next.config.mjs'],
  ['TypeScript', { 'tsconfig.json': '{}' }, 'next.config.ts'],
])('an app without a config gets one: %s', async (_, files, name) => {
  const root = app(files, ['next.config.mjs']);
  await runCommand(['init'], { cwd: root });
  expect(fs.readFileSync(path.join(root, name), 'utf8')).toBe(
    "import { withSmartCache } from 'next-smart-cache/config';\n\nexport default withSmartCache();\n",
  );
});

test('a folder that is in no repository gets no .gitignore', async () => {
  const root = app({}, ['.gitignore']);
  await runCommand(['init'], { cwd: root });
  expect(listFiles(root)).not.toContain('.gitignore');
});

test('the rights of a file stay', async () => {
  const root = app();
  fs.chmodSync(path.join(root, 'package.json'), 0o600);
  await runCommand(['init'], { cwd: root });
  expect(fs.statSync(path.join(root, 'package.json')).mode & 0o777).toBe(0o600);
});

test.each([
  [
    'next.config.mjs',
    'export { config as default } from "./config.mjs";\n',
    "import { withSmartCache } from 'next-smart-cache/config';\n  export default withSmartCache(nextConfig);",
  ],
  [
    'next.config.js',
    'exports.default = {};\n',
    "const { withSmartCache } = require('next-smart-cache/config');\n  module.exports = withSmartCache(nextConfig);",
  ],
])('a config of another form is left to its author, with the lines to write; all else is wired: %s', async (name, text, lines) => {
  const root = app({ [name]: text, 'config.mjs': 'export const config = {};\n' }, name === 'next.config.js' ? ['next.config.mjs'] : []);
  const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('wrote package.json, .gitignore\n');
  expect(stderr).toContain(`${name} has a form that has to be wrapped by hand; write, with your own config for nextConfig:\n  ${lines}\n`);
  expect(fs.readFileSync(path.join(root, name), 'utf8')).toBe(text);
});

test.each([
  ['rename it to next.config.js', FILES['package.json']],
  ['make an ES module of it, named next.config.mjs', '{ "type": "module" }'],
])('next.config.cjs is wrapped, and that Next refuses its name is said: %s', async (advice, packageText) => {
  const root = app({ 'next.config.cjs': 'module.exports = {};\n', 'package.json': packageText }, ['next.config.mjs']);
  const { exitCode, stdout, stderr } = await runCommand(['init', '--json'], { cwd: root });
  expect(exitCode).toBe(0);
  expect(stderr).toContain(`next.config.cjs is not read by Next, which refuses that name; ${advice}\n`);
  expect(JSON.parse(stdout)).toMatchObject({ configToWrap: null, configToRename: path.join(root, 'next.config.cjs') });
  expect(listFiles(root).filter((file) => file.startsWith('next.config'))).toEqual(['next.config.cjs']);
  expect(fs.readFileSync(path.join(root, 'next.config.cjs'), 'utf8')).toContain('module.exports = withSmartCache({});');
  expect((await runCommand(['init'], { cwd: root })).stderr).not.toContain('all is wired');
});

test('next.config.cjs beside one that Next reads changes nothing', async () => {
  const root = app({ 'next.config.cjs': 'module.exports = {};\n', 'next.config.ts': 'export default {};\n' }, ['next.config.mjs']);
  expect((await runCommand(['init'], { cwd: root })).exitCode).toBe(0);
  expect(fs.readFileSync(path.join(root, 'next.config.ts'), 'utf8')).toContain('withSmartCache({})');
});

describe('what stylesheets that Next bundles load', () => {
  const page = ['a', 'b'].map((name) => `<link rel="preload" as="font" href="/fonts/${name}.woff2" />`).join('');
  const files = {
    'public/fonts/a.woff2': 'a',
    'public/fonts/b.woff2': 'b',
    'app/globals.css':
      '@font-face { font-family: A; src: url(/fonts/a.woff2?#iefix) }\n.logo { background: url("/img/logo.svg"), url(/none.png) }\n',
    'app/page.jsx': `export default () => <>${page}<img src="/img/logo.svg" /></>;\n`,
  };
  const NOTE =
    /stylesheets that Next bundles link 2 URLs of public\/ without a hash.*add 'next-smart-cache\/postcss': \{\} to .*\("(.+)" in the README of next-smart-cache\)/;
  const readme = fs.readFileSync(path.resolve(__dirname, '../../../../README.md'), 'utf8');
  const sectionOfReadme = (heading = '') => readme.split(/^## /m).find((section) => section.startsWith(`${heading}\n`));
  const preload = (name: string) => `as="font" href={asset("/fonts/${name}.woff2")}`;

  test('keeps plain preloads, which would be a second download; a note says how to have both hashed', async () => {
    const root = app({ ...files, 'postcss.config.mjs': 'export default { plugins: { autoprefixer: {} } };\n' });
    const [, heading] = NOTE.exec((await runCommand(['init', '--apply'], { cwd: root })).stderr) ?? [];
    expect(sectionOfReadme(heading)).toContain("plugins: { 'next-smart-cache/postcss': {} }");
    const written = fs.readFileSync(path.join(root, 'app/page.jsx'), 'utf8');
    expect(written).toContain('as="font" href="/fonts/a.woff2"');
    expect(written).toContain(preload('b'));
    expect(written).toContain('<img src={asset("/img/logo.svg")} />');
  });

  test('is hashed by the PostCSS plugin, and so are the preloads', async () => {
    const root = app({ ...files, 'postcss.config.mjs': "export default { plugins: { 'next-smart-cache/postcss': {} } };\n" });
    expect((await runCommand(['init', '--apply'], { cwd: root })).stderr).not.toContain('stylesheets that Next bundles');
    const written = fs.readFileSync(path.join(root, 'app/page.jsx'), 'utf8');
    for (const name of ['a', 'b']) expect(written).toContain(preload(name));
  });
});

describe('a stylesheet of the root layout', () => {
  const files = {
    'public/site.css': 'a {}',
    'app/layout.jsx': 'export default () => <html><head><link rel="stylesheet" href="/site.css" /></head></html>;\n',
    'pages/_document.jsx': 'export default () => <Html><Head><link rel="stylesheet" href="/site.css" /></Head></Html>;\n',
  };
  const CACHED = '<CachedStyle href="/site.css" />';
  const PLAIN = '<link rel="stylesheet" href={asset("/site.css")} />';
  const page = (text: string) => ({ 'app/page.jsx': `${text}\nexport default () => null;\n` });

  test.each([
    ['that no other may come in front of', page(''), CACHED, CACHED],
    ['beside one that a page imports', page("import styles from './page.module.css';"), PLAIN, CACHED],
    ['behind one that it imports itself', { 'app/layout.jsx': `import './globals.css';\n${files['app/layout.jsx']}` }, CACHED, CACHED],
    ['beside one that an old page imports', { 'pages/_app.jsx': "import './globals.css';\n" }, CACHED, CACHED],
    ['beside one of a package', page('import "leaflet/dist/leaflet.css";'), PLAIN, CACHED],
    ['beside one that is required', page("const styles = require( 'a/b.scss');"), PLAIN, CACHED],
    ['beside one that is loaded later', page("const styles = () => import('./theme.css');"), PLAIN, CACHED],
    ['beside one that fonts come with', page('import { Inter } from "next/font/google";'), PLAIN, CACHED],
    [
      'beside one that is hoisted',
      page('const B = () => <link rel="stylesheet" href="https://a.example/b.css" precedence="high" />;'),
      PLAIN,
      PLAIN,
    ],
    ['beside one of ours', page('import { CachedStyle } from "next-smart-cache";'), PLAIN, PLAIN],
    [
      'beside one of next/head',
      page('import Head from "next/head";\nconst B = () => <Head><link rel="stylesheet" /></Head>;'),
      CACHED,
      PLAIN,
    ],
    ['beside a style of next/head', page('import Head from "next/head";\nconst B = () => <Head><style>a</style></Head>;'), CACHED, PLAIN],
    ['beside a title of next/head', page('import Head from "next/head";\nconst B = () => <Head><title>a</title></Head>;'), CACHED, CACHED],
  ])('%s', async (_, others, inLayout, inDocument) => {
    const root = app({ ...files, ...others });
    await runCommand(['init', '--apply'], { cwd: root });
    expect(fs.readFileSync(path.join(root, 'app/layout.jsx'), 'utf8')).toContain(inLayout);
    expect(fs.readFileSync(path.join(root, 'pages/_document.jsx'), 'utf8')).toContain(inDocument);
  });
});

describe('what cannot be read is said, and nothing is written', () => {
  test.each([
    ['package.json', '{ "scripts": ', /cannot be read as JSON; nothing was written: .*package\.json/],
    ['next.config.mjs', 'export default {', /cannot be read as JavaScript or TypeScript; nothing was written: .*next\.config\.mjs/],
  ])('%s', async (name, text, message) => {
    const root = app({ [name]: text });
    const before = contentsOf(root);
    const { exitCode, stderr } = await runCommand(['init', '--apply'], { cwd: root });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
    expect(contentsOf(root)).toEqual(before);
  });

  test.each(['package.json', '.gitignore', 'next.config.mjs'])('%s, which is there and yields no text', async (name) => {
    const root = app();
    const before = contentsOf(root);
    const readFileSync = fs.readFileSync;
    const read = jest.spyOn(fs, 'readFileSync').mockImplementation(((file: string, ...options: []) => {
      if (file === path.join(root, name)) throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
      return readFileSync(file, ...options);
    }) as typeof fs.readFileSync);
    const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
    read.mockRestore();
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`A file cannot be read; nothing was written: ${path.join(root, name)}\n  Why: the system said EACCES\n`);
    expect(contentsOf(root)).toEqual(before);
  });

  test.each([
    ['package.json', '{ "author": "Zo\xEB" }'],
    ['.gitignore', '/caf\xE9\n'],
    ['next.config.mjs', 'export default {}; // caf\xE9\n'],
  ])('%s, which is not UTF-8', async (name, text) => {
    const root = app();
    fs.writeFileSync(path.join(root, name), text, 'latin1');
    const before = contentsOf(root);
    const { exitCode, stderr } = await runCommand(['init', '--apply'], { cwd: root });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `cannot be changed without damage; nothing was written: ${path.join(root, name)}\n  Why: it is not text in UTF-8\n`,
    );
    expect(contentsOf(root)).toEqual(before);
    expect(fs.readFileSync(path.join(root, name), 'latin1')).toBe(text);
  });

  test('a folder where a file should be', async () => {
    const root = app({ '.gitignore/a': '' }, ['.gitignore']);
    const before = contentsOf(root);
    const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Why: it is a folder\n')]);
    expect(contentsOf(root)).toEqual(before);
  });

  test('no package.json: wrong usage', async () => {
    expect(await runCommand(['init'], { cwd: app({}, ['package.json']) })).toMatchObject({ exitCode: 2, stdout: '' });
  });

  test('a file for the folder: wrong usage too', async () => {
    const { exitCode, stderr } = await runCommand(['init', '--cwd', 'next.config.mjs'], { cwd: app() });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('There is no package.json')]);
  });
});

describe('a folder that is no Next app', () => {
  test.each([
    ['the root of a workspace', { 'package.json': '{ "workspaces": ["apps/*"] }' }, 'it is the root of a workspace'],
    ['that of pnpm', { 'package.json': '{}', 'pnpm-workspace.yaml': 'packages: [apps/*]\n' }, 'it is the root of a workspace'],
    ['another package', { 'package.json': '{ "dependencies": { "react": "19" } }' }, 'the command runs in another folder than the app'],
  ])('is refused: %s', async (_, files, why) => {
    const root = temporaryFolder();
    writeFiles(root, { ...files, '.gitignore': '', 'apps/web/app/page.jsx': '' });
    const before = contentsOf(root);
    const { exitCode, stderr } = await runCommand(['init', '--apply'], { cwd: root });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`There is no Next app in this folder; nothing was written: ${root}\n  Why: ${why}`);
    expect(stderr).toContain("Fix: run it in the app's folder, the one with app/ or pages/, or pass --cwd DIR\n");
    expect(contentsOf(root)).toEqual(before);
  });

  test.each([
    ['next is installed', { 'package.json': '{ "dependencies": { "next": "16" } }' }],
    ['for development', { 'package.json': '{ "devDependencies": { "next": "16" } }', 'a.js': '' }],
    ['it has a config', { 'package.json': '{}', 'next.config.ts': 'export default {};' }],
    ['it has pages', { 'package.json': '{}', 'src/pages/index.jsx': '' }],
  ])('has nothing of one; here %s', async (_, files) => {
    const root = temporaryFolder();
    writeFiles(root, { ...files });
    expect((await runCommand(['init'], { cwd: root })).exitCode).toBe(0);
  });
});

test('a file that is a link stays one: what it leads to is changed', async () => {
  const shared = temporaryFolder();
  writeFiles(shared, { 'ignored.txt': 'node_modules\n' });
  const root = app({}, ['.gitignore']);
  fs.symlinkSync(path.join(shared, 'ignored.txt'), path.join(root, '.gitignore'));
  await runCommand(['init'], { cwd: root });
  expect(fs.lstatSync(path.join(root, '.gitignore')).isSymbolicLink()).toBe(true);
  expect(fs.readFileSync(path.join(shared, 'ignored.txt'), 'utf8')).toContain('.smart-cache/');
});

test('a folder of a repository gets a .gitignore', async () => {
  const root = app({}, ['.gitignore']);
  const inner = path.join(root, 'apps/web');
  fs.mkdirSync(path.join(root, '.git'));
  writeFiles(inner, { 'package.json': FILES['package.json'], 'next.config.mjs': FILES['next.config.mjs'] });
  await runCommand(['init'], { cwd: inner });
  expect(fs.readFileSync(path.join(inner, '.gitignore'), 'utf8')).toBe('# next-smart-cache\n.smart-cache/\nsmart-cache-env.d.ts\n');
});

test('that the package is to be installed is said only where package.json lacks it', async () => {
  const root = app({ 'package.json': '{ "dependencies": { "next-smart-cache": "1" } }' });
  expect((await runCommand(['init'], { cwd: root })).stderr).not.toContain('npm install');
});

test('an app without public/ is wired, and a page that no parser reads is passed over', async () => {
  const root = app({ 'app/broken.jsx': 'export default () => <div>' }, ['public/img/logo.svg']);
  expect(await runCommand(['init'], { cwd: root })).toMatchObject({ exitCode: 0 });
  const other = app({ 'app/broken.jsx': 'export default () => <div>' });
  const { exitCode, stderr } = await runCommand(['init', '--apply'], { cwd: other });
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('app/page.jsx')]);
});

test('the config is loaded, for its options, where that can work: before it is wrapped, or with the package installed', async () => {
  const loadProject = async () => {
    throw new Error('cannot be loaded');
  };
  const isLoaded = async (files: Record<string, string>) =>
    (await runCommand(['init', '--dry-run'], { cwd: app(files), loadProject })).stderr.includes('cannot be loaded');
  const wrapped = "import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache({});\n";
  expect(await isLoaded({})).toBe(true);
  expect(await isLoaded({ 'next.config.mjs': wrapped })).toBe(false);
  expect(await isLoaded({ 'next.config.mjs': wrapped, 'node_modules/next-smart-cache/package.json': '{}' })).toBe(true);
});

test('--apply changes no other package of a workspace, which may not depend on this one', async () => {
  const workspace = temporaryFolder();
  writeFiles(path.join(workspace, 'apps/web'), { ...FILES, 'package.json': '{ "dependencies": { "ui": "1" } }' });
  const LINK = 'export const A = () => <img src="/img/logo.svg" alt="" />;\n';
  writeFiles(workspace, { 'packages/ui/package.json': '{}', 'packages/ui/index.jsx': LINK, 'node_modules/.keep': '' });
  fs.symlinkSync('../packages/ui', path.join(workspace, 'node_modules/ui'));
  const { stderr } = await runCommand(['init', '--apply'], { cwd: path.join(workspace, 'apps/web') });
  expect(stderr).toContain('app/page.jsx');
  expect(fs.readFileSync(path.join(workspace, 'packages/ui/index.jsx'), 'utf8')).toBe(LINK);
});

test('a file that has an `asset` of its own is left to its author, with the reason', async () => {
  const own = 'const asset = 1;\nexport default () => <img src="/img/logo.svg" alt={asset} />;\n';
  const root = app({ 'app/page.jsx': own });
  const { stderr } = await runCommand(['init', '--apply'], { cwd: root });
  expect(stderr).toContain('(by hand: the file has something else named "asset")\n');
  expect(stderr).toContain('1 link could be hashed, but must be changed by hand\n');
  expect(fs.readFileSync(path.join(root, 'app/page.jsx'), 'utf8')).toBe(own);
});
