import fs from 'node:fs';
import path from 'node:path';
import { resolveProject } from '../../../../src/pipeline/project';
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

test('sets an app up without changing its source, and writes nothing a second time', async () => {
  const root = app();
  expect(await runCommand(['init'], { cwd: root })).toEqual({
    exitCode: 0,
    stdout: '',
    stderr:
      'next-smart-cache: found next.config.mjs, 1 file in public/\n' +
      'next-smart-cache: wrote package.json (prebuild script), .gitignore (generated files), next.config.mjs (withSmartCache), ' +
      'jsconfig.json (jsxImportSource)\n' +
      'next-smart-cache: next: npm install next-smart-cache, then npm run build, which prints the coverage\n',
  });
  const wired = contentsOf(root);
  expect(wired).toEqual({
    ...FILES,
    'package.json': '{\n  "scripts": {\n    "prebuild": "next-smart-cache build",\n    "build": "next build"\n  }\n}\n',
    '.gitignore': 'node_modules\n\n# next-smart-cache\n.smart-cache/\nsmart-cache-env.d.ts\n',
    'next.config.mjs': 'import { withSmartCache } from "next-smart-cache/config";\n\nexport default withSmartCache({});\n',
    'jsconfig.json': '{\n  "compilerOptions": {\n    "jsx": "react-jsx",\n    "jsxImportSource": "next-smart-cache"\n  }\n}\n',
  });
  const again = await runCommand(['init'], { cwd: root });
  expect(again).toMatchObject({
    exitCode: 0,
    stderr:
      'next-smart-cache: found next.config.mjs, jsconfig.json, 1 file in public/\n' +
      'next-smart-cache: everything is set up already; nothing was written\n' +
      'next-smart-cache: next: npm install next-smart-cache, then npm run build, which prints the coverage\n',
  });
  expect(contentsOf(root)).toEqual(wired);
});

test('writes nothing with --dry-run, and lists the planned files with --json', async () => {
  const root = app();
  const { exitCode, stdout, stderr } = await runCommand(['init', '--dry-run', '--json'], { cwd: root });
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('would write package.json (prebuild script), ')]);
  expect(stderr).toContain('next: run the command without --dry-run\n');
  expect(JSON.parse(stdout)).toEqual({
    written: [],
    planned: ['package.json', '.gitignore', 'next.config.mjs', 'jsconfig.json'].map((file) => path.join(root, file)),
    configToWrap: null,
    configToRename: null,
    jsx: { file: path.join(root, 'jsconfig.json'), outcome: 'to-write' },
    otherRuntimes: [],
  });
  expect(contentsOf(root)).toEqual(FILES);
});

test('refuses --apply, which once changed the source', async () => {
  const root = app();
  const { exitCode, stderr } = await runCommand(['init', '--apply'], { cwd: root });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("unknown option '--apply'")]);
  expect(contentsOf(root)).toEqual(FILES);
});

test.each([
  ['JavaScript', {}, 'next.config.mjs'],
  ['TypeScript', { 'tsconfig.json': '{}' }, 'next.config.ts'],
])('writes a config for an app without one: %s', async (_, files, name) => {
  const root = app(files, ['next.config.mjs']);
  await runCommand(['init'], { cwd: root });
  expect(fs.readFileSync(path.join(root, name), 'utf8')).toBe(
    "import { withSmartCache } from 'next-smart-cache/config';\n\nexport default withSmartCache();\n",
  );
});

test('writes no .gitignore outside of a repository', async () => {
  const root = app({}, ['.gitignore']);
  await runCommand(['init'], { cwd: root });
  expect(listFiles(root)).not.toContain('.gitignore');
});

test('keeps the permissions of a file', async () => {
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
])('does not edit a config of another form, prints the lines to write, and sets up the rest: %s', async (name, text, lines) => {
  const root = app({ [name]: text, 'config.mjs': 'export const config = {};\n' }, name === 'next.config.js' ? ['next.config.mjs'] : []);
  const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('wrote package.json (prebuild script), .gitignore (generated files), jsconfig.json (jsxImportSource)\n');
  expect(stderr).toContain(
    `next: npm install next-smart-cache, then change ${name} as above, then npm run build, which prints the coverage\n`,
  );
  expect(stderr).toContain(`${name} has a form that init cannot edit; write, with your own config in place of nextConfig:\n  ${lines}\n`);
  expect(fs.readFileSync(path.join(root, name), 'utf8')).toBe(text);
});

test.each([
  ['rename it to next.config.js', FILES['package.json']],
  ['make it an ES module with the name next.config.mjs', '{ "type": "module" }'],
])('wraps next.config.cjs, and reports that Next refuses its name: %s', async (advice, packageText) => {
  const root = app({ 'next.config.cjs': 'module.exports = {};\n', 'package.json': packageText }, ['next.config.mjs']);
  const { exitCode, stdout, stderr } = await runCommand(['init', '--json'], { cwd: root });
  expect(exitCode).toBe(0);
  expect(stderr).toContain(`Next does not read a config with the name next.config.cjs; ${advice}\n`);
  expect(JSON.parse(stdout)).toMatchObject({ configToWrap: null, configToRename: path.join(root, 'next.config.cjs') });
  expect(listFiles(root).filter((file) => file.startsWith('next.config'))).toEqual(['next.config.cjs']);
  expect(fs.readFileSync(path.join(root, 'next.config.cjs'), 'utf8')).toContain('module.exports = withSmartCache({});');
  expect((await runCommand(['init'], { cwd: root })).stderr).toContain('everything else is set up already');
});

test('ignores next.config.cjs beside a config that Next reads', async () => {
  const root = app({ 'next.config.cjs': 'module.exports = {};\n', 'next.config.ts': 'export default {};\n' }, ['next.config.mjs']);
  expect((await runCommand(['init'], { cwd: root })).exitCode).toBe(0);
  expect(fs.readFileSync(path.join(root, 'next.config.ts'), 'utf8')).toContain('withSmartCache({})');
});

describe('for a file that it cannot read, prints an error and writes nothing:', () => {
  test.each([
    ['package.json', '{ "scripts": ', /cannot be read as JSON; nothing was written: .*package\.json/],
    ['next.config.mjs', 'export default {', /cannot be read as JavaScript or TypeScript; nothing was written: .*next\.config\.mjs/],
  ])('%s', async (name, text, message) => {
    const root = app({ [name]: text });
    const before = contentsOf(root);
    const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
    expect(contentsOf(root)).toEqual(before);
  });

  test.each(['package.json', '.gitignore', 'next.config.mjs'])('%s, which exists but cannot be read', async (name) => {
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
    const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `cannot be changed without damage; nothing was written: ${path.join(root, name)}\n  Why: it is not UTF-8 text\n`,
    );
    expect(contentsOf(root)).toEqual(before);
    expect(fs.readFileSync(path.join(root, name), 'latin1')).toBe(text);
  });

  test('a folder in place of a file', async () => {
    const root = app({ '.gitignore/a': '' }, ['.gitignore']);
    const before = contentsOf(root);
    const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Why: it is a folder\n')]);
    expect(contentsOf(root)).toEqual(before);
  });

  test('no package.json, as wrong usage', async () => {
    expect(await runCommand(['init'], { cwd: app({}, ['package.json']) })).toMatchObject({ exitCode: 2, stdout: '' });
  });

  test("a file in place of the app's folder, as wrong usage", async () => {
    const { exitCode, stderr } = await runCommand(['init', '--cwd', 'next.config.mjs'], { cwd: app() });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('There is no package.json')]);
  });
});

describe('a folder without a Next app', () => {
  test.each([
    ['the root of a workspace', { 'package.json': '{ "workspaces": ["apps/*"] }' }, 'it is the root of a workspace'],
    ['that of pnpm', { 'package.json': '{}', 'pnpm-workspace.yaml': 'packages: [apps/*]\n' }, 'it is the root of a workspace'],
    ['another package', { 'package.json': '{ "dependencies": { "react": "19" } }' }, 'the command runs in another folder than the app'],
  ])('is refused: %s', async (_, files, why) => {
    const root = temporaryFolder();
    writeFiles(root, { ...files, '.gitignore': '', 'apps/web/app/page.jsx': '' });
    const before = contentsOf(root);
    const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
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
  ])('is accepted with one sign of a Next app: %s', async (_, files) => {
    const root = temporaryFolder();
    writeFiles(root, { ...files });
    expect((await runCommand(['init'], { cwd: root })).exitCode).toBe(0);
  });
});

test('keeps a symbolic link and changes its target', async () => {
  const shared = temporaryFolder();
  writeFiles(shared, { 'ignored.txt': 'node_modules\n' });
  const root = app({}, ['.gitignore']);
  fs.symlinkSync(path.join(shared, 'ignored.txt'), path.join(root, '.gitignore'));
  await runCommand(['init'], { cwd: root });
  expect(fs.lstatSync(path.join(root, '.gitignore')).isSymbolicLink()).toBe(true);
  expect(fs.readFileSync(path.join(shared, 'ignored.txt'), 'utf8')).toContain('.smart-cache/');
});

test('writes a .gitignore in a folder of a repository', async () => {
  const root = app({}, ['.gitignore']);
  const inner = path.join(root, 'apps/web');
  fs.mkdirSync(path.join(root, '.git'));
  writeFiles(inner, { 'package.json': FILES['package.json'], 'next.config.mjs': FILES['next.config.mjs'] });
  await runCommand(['init'], { cwd: inner });
  expect(fs.readFileSync(path.join(inner, '.gitignore'), 'utf8')).toBe('# next-smart-cache\n.smart-cache/\nsmart-cache-env.d.ts\n');
});

test('adds only the lines that no .gitignore above it has in the repository', async () => {
  const workspace = temporaryFolder();
  const root = path.join(workspace, 'repository/apps/web');
  writeFiles(root, { 'package.json': FILES['package.json'], 'next.config.mjs': FILES['next.config.mjs'] });
  writeFiles(workspace, { '.gitignore': 'smart-cache-env.d.ts\n', 'repository/.git/HEAD': '' });
  writeFiles(workspace, { 'repository/.gitignore': '.smart-cache/\n', 'repository/apps/.gitignore': '/smart-cache-env.d.ts\n' });
  await runCommand(['init'], { cwd: root });
  expect(fs.readFileSync(path.join(root, '.gitignore'), 'utf8')).toBe('# next-smart-cache\nsmart-cache-env.d.ts\n');
  fs.rmSync(path.join(root, '.gitignore'));
  writeFiles(workspace, { 'repository/apps/.gitignore': 'smart-cache-env.d.ts\n' });
  await runCommand(['init'], { cwd: root });
  expect(listFiles(root)).not.toContain('.gitignore');
});

test('asks to install the package only if package.json lacks it', async () => {
  const root = app({ 'package.json': '{ "dependencies": { "next-smart-cache": "1" } }' });
  expect((await runCommand(['init'], { cwd: root })).stderr).not.toContain('npm install');
});

test('sets up an app without public/, even if no parser reads its source', async () => {
  const root = app({ 'app/broken.jsx': 'export default () => <div>' }, ['public/img/logo.svg']);
  const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('found next.config.mjs, no public/ yet\n')]);
});

test('loads the config if it was not wrapped yet, or if the package is installed', async () => {
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

describe('names next-smart-cache start', () => {
  const mentionsStart = async (start: string, files: Record<string, string> = {}) => {
    const root = app({ 'package.json': JSON.stringify({ scripts: { build: 'next build', start } }), ...files });
    const { stderr } = await runCommand(['init'], { cwd: root });
    expect(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).toContain(start);
    return stderr.endsWith(
      'faster: "next-smart-cache start" takes the place of "next start", and sends hashed files without Next; with "precompress: true" in the options, "next build" compresses them\n',
    );
  };

  test.each(['next start', 'next start -p 8080', 'next start apps/web --hostname 0.0.0.0'])(
    'to an app whose script is "%s"',
    async (start) => {
      expect(await mentionsStart(start)).toBe(true);
    },
  );

  test.each([
    ['whose script does something else', 'node server.js', {}],
    ['whose script does more', 'next start & node worker.js', {}],
    ['on Vercel', 'next start', { 'vercel.json': '{}' }],
    ['on Cloudflare', 'next start', { 'wrangler.jsonc': '{}' }],
  ])('not to an app %s', async (_, start, files) => {
    expect(await mentionsStart(start, files)).toBe(false);
  });

  test('not to a static export', async () => {
    const root = app({ 'package.json': '{ "scripts": { "start": "next start" } }' });
    const project = resolveProject({ root, output: 'export', options: { delivery: 'static' } });
    const { stderr } = await runCommand(['init'], { cwd: root, loadProject: async () => project });
    expect(stderr).not.toContain('faster:');
  });
});
