import fs from 'node:fs';
import path from 'node:path';
import { resolveProject } from '../../../../src/pipeline/project';
import { listFiles } from '../../../support/folders';
import { temporaryFolder, writeFiles } from '../../../support/temporary-folder';
import { runCommand } from '../../support/command-line';

const WIRED = {
  'package.json': '{"dependencies":{"next":"16","next-smart-cache":"1"},"scripts":{"prebuild":"next-smart-cache build"}}',
  'next.config.mjs': "import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache();\n",
  'node_modules/next-smart-cache/package.json': '{}',
};

function app(files: Record<string, string>): string {
  const root = temporaryFolder();
  writeFiles(root, { ...WIRED, ...files });
  return root;
}

interface NextSettings {
  tsconfigPath?: string;
  usesEmotion?: boolean;
}

const init = (root: string, settings: NextSettings = {}, ...args: string[]) =>
  runCommand(['init', ...args], { cwd: root, loadProject: async () => resolveProject({ root, ...settings }) });

const read = (root: string, file: string) => fs.readFileSync(path.join(root, file), 'utf8');

test.each<[string, text: string, expected: string]>([
  [
    'what Next has written',
    '{\n  "compilerOptions": {\n    "jsx": "react-jsx",\n    "plugins": [\n      {\n        "name": "next"\n      }\n    ]\n  },\n  "include": []\n}\n',
    '{\n  "compilerOptions": {\n    "jsx": "react-jsx",\n    "plugins": [\n      {\n        "name": "next"\n      }\n    ],\n    "jsxImportSource": "next-smart-cache"\n  },\n  "include": []\n}\n',
  ],
  [
    'preserve, which Next 15 writes',
    '{ "compilerOptions": { "jsx": "preserve" } }',
    '{ "compilerOptions": { "jsx": "preserve", "jsxImportSource": "next-smart-cache" } }',
  ],
  [
    'the classic transform, which knows no import source',
    '{ "compilerOptions": { "jsx": "react", "strict": true } }',
    '{ "compilerOptions": { "jsx": "react-jsx", "strict": true, "jsxImportSource": "next-smart-cache" } }',
  ],
  [
    'no jsx',
    '{\n\t"compilerOptions": {\n\t\t"strict": true\n\t}\n}\n',
    '{\n\t"compilerOptions": {\n\t\t"strict": true,\n\t\t"jsx": "react-jsx",\n\t\t"jsxImportSource": "next-smart-cache"\n\t}\n}\n',
  ],
  [
    'comments, also at the end of the last line',
    '{\n  // Ours.\n  "compilerOptions": {\n    /* Strict */\n    "jsx": "preserve", // Next\n    "strict": true // why\n    // "allowJs": true\n  }\n}\n',
    '{\n  // Ours.\n  "compilerOptions": {\n    /* Strict */\n    "jsx": "preserve", // Next\n    "strict": true, // why\n    "jsxImportSource": "next-smart-cache"\n    // "allowJs": true\n  }\n}\n',
  ],
  [
    'trailing commas',
    '{\n  "compilerOptions": {\n    "jsx": "react-jsx", /* Next */\n  },\n}\n',
    '{\n  "compilerOptions": {\n    "jsx": "react-jsx", /* Next */\n    "jsxImportSource": "next-smart-cache",\n  },\n}\n',
  ],
  [
    'a byte-order mark and CRLF',
    '\uFEFF{\r\n  "compilerOptions": {\r\n    "jsx": "react-jsx"\r\n  }\r\n}\r\n',
    '\uFEFF{\r\n  "compilerOptions": {\r\n    "jsx": "react-jsx",\r\n    "jsxImportSource": "next-smart-cache"\r\n  }\r\n}\r\n',
  ],
  [
    'no compilerOptions',
    '{\n    "include": ["a"]\n}\n',
    '{\n    "include": ["a"],\n    "compilerOptions": {\n        "jsx": "react-jsx",\n        "jsxImportSource": "next-smart-cache"\n    }\n}\n',
  ],
  ['empty compilerOptions', '{"compilerOptions":{}}', '{"compilerOptions":{ "jsx": "react-jsx", "jsxImportSource": "next-smart-cache" }}'],
  ['an empty object', '{}\n', '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "next-smart-cache" } }\n'],
  ['nothing at all', '\n', '{\n  "compilerOptions": {\n    "jsx": "react-jsx",\n    "jsxImportSource": "next-smart-cache"\n  }\n}\n'],
])('init writes jsxImportSource beside %s, once', async (_, text, expected) => {
  for (const name of ['tsconfig.json', 'jsconfig.json']) {
    const root = app({ [name]: text });
    expect(await init(root)).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`wrote ${name} (jsxImportSource)`) });
    expect(read(root, name)).toBe(expected);
    expect((await init(root)).stderr).toContain('everything is set up already; nothing was written');
    expect(read(root, name)).toBe(expected);
  }
});

test.each<[string, Record<string, string>, written: string]>([
  ['tsconfig.json, if both are there', { 'tsconfig.json': '{}', 'jsconfig.json': '{}' }, 'tsconfig.json'],
  ['a new jsconfig.json for JavaScript', { 'app/page.jsx': '', 'lib/types.d.ts': '', 'lib/a.ts': '' }, 'jsconfig.json'],
  ['a new tsconfig.json, as Next is about to make one', { 'src/pages/index.tsx': '', 'jsconfig.json': '{}' }, 'tsconfig.json'],
])('init writes the file that Next reads: %s', async (_, files, written) => {
  const root = app(files);
  const others = listFiles(root).filter((file) => file !== written);
  const before = others.map((file) => read(root, file));
  const { stdout } = await init(root, {}, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ written: [path.join(root, written)], jsx: { outcome: 'to-write' } });
  expect(others.map((file) => read(root, file))).toEqual(before);
  expect(listFiles(root).sort()).toEqual([...new Set([...others, written])].sort());
});

test('init shows the path of a symbolic link as the user typed it', async () => {
  const link = path.join(temporaryFolder(), 'link');
  fs.symlinkSync(app({ 'app/page.tsx': '/** @jsx h */' }), link);
  expect((await init(link)).stderr).toMatch(/^app\/page\.tsx:1 {2}@jsx h: .*\n.*wrote tsconfig\.json \(/m);
});

test('init writes the file that typescript.tsconfigPath names', async () => {
  const root = app({ 'tsconfig.json': '{}', 'config/tsconfig.app.json': '{}' });
  expect((await init(root, { tsconfigPath: 'config/tsconfig.app.json' })).stderr).toContain('wrote config/tsconfig.app.json');
  expect(read(root, 'tsconfig.json')).toBe('{}');
});

test('init does not edit a file outside of the app, and prints what to add', async () => {
  const root = app({});
  const shared = path.join(path.dirname(root), `${path.basename(root)}.json`);
  fs.writeFileSync(shared, '{}');
  const { exitCode, stderr } = await init(root, { tsconfigPath: `../${path.basename(shared)}` });
  expect([exitCode, fs.readFileSync(shared, 'utf8')]).toEqual([0, '{}']);
  expect(stderr).toContain('is outside of the app, and other apps may read it; to hash this app\'s elements, add "jsxImportSource"');
  fs.rmSync(shared);
});

describe('a config that extends another', () => {
  const wired = '{ "extends": "./base.json", "compilerOptions": { "jsxImportSource": "next-smart-cache" } }';

  test.each([
    ['has its jsx from there', '{ "compilerOptions": { "jsx": "preserve" } }', wired],
    ['has no jsx', '{}', wired.replace('"jsxI', '"jsx": "react-jsx", "jsxI')],
    ['has the runtime from there', '{ "compilerOptions": { "jsxImportSource": "next-smart-cache" } }', '{ "extends": "./base.json" }'],
  ])('%s', async (_, base, expected) => {
    const root = app({ 'base.json': base, 'tsconfig.json': '{ "extends": "./base.json" }' });
    await init(root);
    expect(read(root, 'tsconfig.json')).toBe(expected);
    expect(read(root, 'base.json')).toBe(base);
  });

  test('is an error if the other config is missing, and init writes nothing', async () => {
    const root = app({ 'tsconfig.json': '{ "extends": "@scope/base" }', '.gitignore': '' });
    const { exitCode, stderr } = await init(root);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/A config in "extends" cannot be read; nothing was written: .*tsconfig\.json\n {2}Why: .*@scope\/base/);
    expect(read(root, '.gitignore')).toBe('');
  });

  test('is read without "extends" in a jsconfig.json, as Next does', async () => {
    const root = app({
      'base.json': '{ "compilerOptions": { "jsxImportSource": "preact" } }',
      'jsconfig.json': '{ "extends": "./base.json" }',
    });
    await init(root);
    expect(read(root, 'jsconfig.json')).toContain('"jsxImportSource": "next-smart-cache"');
  });
});

describe('init keeps another runtime, and prints where it is set:', () => {
  test.each<[string, Record<string, string>, NextSettings, said: string]>([
    [
      'in the config',
      { 'tsconfig.json': '{\n  "compilerOptions": {\n    "jsxImportSource": "@emotion/react"\n  }\n}\n' },
      {},
      'tsconfig.json:3 sets jsxImportSource to "@emotion/react"',
    ],
    [
      'in one that it extends',
      { 'tsconfig.json': '{\n  "extends": "./base.json"\n}\n', 'base.json': '{ "compilerOptions": { "jsxImportSource": "preact" } }' },
      {},
      'tsconfig.json:2 sets jsxImportSource to "preact"',
    ],
    [
      'by compiler.emotion',
      { 'tsconfig.json': '{}' },
      { usesEmotion: true },
      'compiler.emotion in next.config makes elements with "@emotion/react"',
    ],
  ])('%s', async (_, files, settings, said) => {
    const root = app(files);
    const { exitCode, stdout, stderr } = await init(root, settings, '--json');
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      `${said}, and an app has only one JSX runtime, so its elements keep plain URLs; use asset() and the components`,
    );
    expect(stderr).toContain('everything else is set up already; nothing was written');
    expect(JSON.parse(stdout)).toMatchObject({ written: [], jsx: { outcome: 'by-hand', message: expect.stringContaining(said) } });
    for (const [file, text] of Object.entries(files)) expect(read(root, file)).toBe(text);
  });

  test.each<[string, text: string, said: string]>([
    ['a pragma', '/** @jsxImportSource @emotion/react */\n', 'app/card.tsx:1  @jsxImportSource @emotion/react: '],
    ['a pragma after others', "'use client';\n// Mine.\n/*\n * @jsx h\n */\n", 'app/card.tsx:4  @jsx h: '],
    ['the classic runtime', '/** @jsxRuntime classic */\n', 'app/card.tsx:1  @jsxRuntime classic: '],
  ])('%s in a file', async (_, text, said) => {
    const { exitCode, stderr } = await init(app({ 'app/card.tsx': text }));
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`${said}the elements of this file keep plain URLs; use asset()`)]);
  });

  test.each([
    ['ours', '/** @jsxImportSource next-smart-cache */\n'],
    ['the automatic runtime', '/* @jsxRuntime automatic */\n'],
    ['one in the code', 'const a = 1;\n/** @jsx h */\n'],
    ['one in a string', 'const a = "/** @jsx h */";\n'],
  ])('%s is not another runtime', async (_, text) => {
    expect((await init(app({ 'app/card.tsx': text }))).stderr).not.toContain('keep plain URLs');
  });

  test('a Babel config, until it names ours', async () => {
    const root = app({ '.babelrc': '{ "presets": ["next/babel"] }' });
    const { stderr } = await init(root);
    const [, preset = ''] =
      /^\.babelrc {2}with this file, Next compiles with Babel.*; replace "next\/babel" with (\[.*\])$/m.exec(stderr) ?? [];
    fs.writeFileSync(path.join(root, '.babelrc'), `{ "presets": [${preset}] }`);
    expect(JSON.parse(read(root, '.babelrc')).presets[0][1]['preset-react'].importSource).toBe('next-smart-cache');
    expect((await init(root)).stderr).not.toContain('Babel');
  });
});

test.each([
  ['cut short', '{\n  "compilerOptions": {', /close brace expected \(2:\d+\)/],
  ['with single quotes', "{ 'compilerOptions': {} }", /invalid symbol \(1:3\)/],
  ['that is an array', '[]', /it is not an object/],
  ['whose options are text', '{ "compilerOptions": "strict" }', /its "compilerOptions" is not an object/],
])('reports a tsconfig.json %s with its place, and writes nothing', async (_, text, why) => {
  const root = app({ 'tsconfig.json': text, '.gitignore': '' });
  const { exitCode, stderr } = await init(root);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`cannot be read as JSON with comments; nothing was written: ${path.join(root, 'tsconfig.json')}\n`);
  expect(stderr).toMatch(why);
  expect([read(root, 'tsconfig.json'), read(root, '.gitignore')]).toEqual([text, '']);
});
