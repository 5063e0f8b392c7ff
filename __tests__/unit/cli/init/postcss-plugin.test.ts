import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder, writeFiles } from '../../../support/temporary-folder';
import { runCommand } from '../../support/command-line';

const OURS = 'next-smart-cache/postcss';

/** An app with everything else set up, so `init` writes no other file. */
function app(files: Record<string, string>): string {
  const root = temporaryFolder();
  writeFiles(root, {
    'package.json': '{"dependencies":{"next":"16","next-smart-cache":"1"},"scripts":{"prebuild":"next-smart-cache build"}}',
    'next.config.mjs': "import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache();\n",
    'jsconfig.json': '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "next-smart-cache" } }',
    ...files,
  });
  return root;
}

const read = (root: string, file: string) => fs.readFileSync(path.join(root, file), 'utf8');

test.each<[string, file: string, text: string, expected: string]>([
  [
    'an object of create-next-app',
    'postcss.config.mjs',
    '/** @type {import(\'postcss-load-config\').Config} */\nconst config = {\n  plugins: {\n    "@tailwindcss/postcss": {},\n  },\n};\n\nexport default config;\n',
    '/** @type {import(\'postcss-load-config\').Config} */\nconst config = {\n  plugins: {\n    "@tailwindcss/postcss": {},\n    "next-smart-cache/postcss": {},\n  },\n};\n\nexport default config;\n',
  ],
  [
    'a list of create-next-app',
    'postcss.config.mjs',
    'const config = {\n  plugins: ["@tailwindcss/postcss"],\n};\n\nexport default config;\n',
    'const config = {\n  plugins: ["@tailwindcss/postcss", "next-smart-cache/postcss"],\n};\n\nexport default config;\n',
  ],
  [
    'names without quotes and without a trailing comma',
    'postcss.config.js',
    'module.exports = {\n  plugins: {\n    tailwindcss: {},\n    autoprefixer: {}\n  }\n}\n',
    'module.exports = {\n  plugins: {\n    tailwindcss: {},\n    autoprefixer: {},\n    "next-smart-cache/postcss": {}\n  }\n}\n',
  ],
  [
    'comments, tabs and single quotes',
    'postcss.config.cjs',
    "const plugins = {\n\t'postcss-import': {}, // first\n\t'tailwindcss': { config: './t.js' } // last\n\t// cssnano: {}\n};\nmodule.exports = { plugins };\n",
    "const plugins = {\n\t'postcss-import': {}, // first\n\t'tailwindcss': { config: './t.js' }, // last\n\t'next-smart-cache/postcss': {}\n\t// cssnano: {}\n};\nmodule.exports = { plugins };\n",
  ],
  [
    'a plugin that depends on the environment',
    'postcss.config.js',
    'module.exports = { plugins: { tailwindcss: {}, ...(process.env.CI ? { cssnano: {} } : {}) } };\n',
    'module.exports = { plugins: { tailwindcss: {}, ...(process.env.CI ? { cssnano: {} } : {}), "next-smart-cache/postcss": {} } };\n',
  ],
  [
    'options in a list, one entry a line, a byte-order mark and CRLF',
    'postcss.config.js',
    "\uFEFFexport default {\r\n    plugins: [\r\n        ['postcss-preset-env', { stage: 3 }],\r\n        '@tailwindcss/postcss',\r\n    ],\r\n};\r\n",
    "\uFEFFexport default {\r\n    plugins: [\r\n        ['postcss-preset-env', { stage: 3 }],\r\n        '@tailwindcss/postcss',\r\n        'next-smart-cache/postcss',\r\n    ],\r\n};\r\n",
  ],
  [
    'types',
    'postcss.config.ts',
    "import type { Config } from 'postcss-load-config';\n\nexport default { plugins: { '@tailwindcss/postcss': {} } as const } satisfies Config;\n",
    "import type { Config } from 'postcss-load-config';\n\nexport default { plugins: { '@tailwindcss/postcss': {}, 'next-smart-cache/postcss': {} } as const } satisfies Config;\n",
  ],
  [
    'types of a constant',
    'postcss.config.mts',
    'const config: Config = { plugins: ["a"] } as Config;\nexport default config;\n',
    'const config: Config = { plugins: ["a", "next-smart-cache/postcss"] } as Config;\nexport default config;\n',
  ],
  [
    'an object of JSON',
    '.postcssrc.json',
    '{\n  "plugins": {\n    "a": {}\n  }\n}\n',
    '{\n  "plugins": {\n    "a": {},\n    "next-smart-cache/postcss": {}\n  }\n}\n',
  ],
  ['a list of JSON', '.postcssrc', '{ "plugins": ["a"] }', '{ "plugins": ["a", "next-smart-cache/postcss"] }'],
  [
    'JSON5',
    'postcss.config.json',
    "{\n  // Ours\n  plugins: ['a',],\n}\n",
    "{\n  // Ours\n  plugins: ['a', 'next-smart-cache/postcss',],\n}\n",
  ],
])('init adds the plugin as the last one, once: %s', async (_, file, text, expected) => {
  const root = app({ [file]: text });
  const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
  expect(read(root, file)).toBe(expected);
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`wrote ${file} (PostCSS plugin)\n`)]);
  expect((await runCommand(['init'], { cwd: root })).stderr).toContain('everything is set up already; nothing was written');
  expect(read(root, file)).toBe(expected);
});

test('init adds the plugin to a config in package.json, in one write with the script', async () => {
  const root = app({
    'package.json': '{\n  "dependencies": { "next": "16" },\n  "postcss": { "plugins": ["a"] }\n}\n',
    'postcss.config.js': '{',
  });
  const { stderr } = await runCommand(['init'], { cwd: root });
  expect(stderr).toContain('wrote package.json (prebuild script, PostCSS plugin)\n');
  expect(JSON.parse(read(root, 'package.json'))).toEqual({
    scripts: { prebuild: 'next-smart-cache build' },
    dependencies: { next: '16' },
    postcss: { plugins: ['a', OURS] },
  });
});

test('init edits the config that Turbopack finds first', async () => {
  const files = { '.postcssrc.json': '{ "plugins": ["a"] }', 'postcss.config.js': 'module.exports = { plugins: ["b"] };\n' };
  const root = app(files);
  await runCommand(['init'], { cwd: root });
  expect(read(root, '.postcssrc.json')).toContain(OURS);
  expect(read(root, 'postcss.config.js')).toBe(files['postcss.config.js']);
});

test.each([
  ['no config', {}],
  ['an empty list', { 'postcss.config.mjs': 'export default { plugins: [] };\n' }],
  ['the plugin, which its author has switched off', { 'postcss.config.mjs': `export default { plugins: { a: {}, '${OURS}': false } };\n` }],
  ['the plugin in a list of functions', { 'postcss.config.js': `module.exports = { plugins: [require('a'), require('${OURS}')()] };\n` }],
])('init writes no plugin for %s', async (_, files: Record<string, string>) => {
  const root = app(files);
  const { exitCode, stderr } = await runCommand(['init'], { cwd: root });
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('everything is set up already; nothing was written')]);
  expect(stderr).not.toContain('bg-[url(');
  expect(fs.readdirSync(root).filter((file) => file.includes('postcss'))).toEqual(Object.keys(files));
});

test.each([
  ['a function', 'postcss.config.js', 'module.exports = () => ({ plugins: { a: {} } });\n'],
  ['functions in a list', 'postcss.config.js', "module.exports = { plugins: [require('tailwindcss'), require('autoprefixer')] };\n"],
  ['imported functions in a list', 'postcss.config.mjs', "import a from 'a';\nexport default { plugins: [a] };\n"],
  ['a list with a spread', 'postcss.config.mjs', "export default { plugins: [...shared, 'a'] };\n"],
  ['plugins that a spread may replace', 'postcss.config.mjs', 'export default { plugins: { a: {} }, ...shared };\n'],
  ['a config of another package', 'postcss.config.mjs', "export { default } from '@repo/tailwind/postcss';\n"],
  ['an imported config', 'postcss.config.mjs', "import config from '@repo/tailwind/postcss';\nexport default config;\n"],
  ['a constant that names itself', 'postcss.config.mjs', 'const config = config as X;\nexport default config;\n'],
  ['a variable', 'postcss.config.js', "let config = { plugins: ['a'] };\nmodule.exports = config;\n"],
  ['YAML', '.postcssrc', 'plugins:\n  a: {}\n'],
  ['a text that is not JavaScript', 'postcss.config.mjs', 'export default { plugins: [\n'],
  ['parentheses around the last plugin', 'postcss.config.mjs', "export default { plugins: ['a', ('b')] };\n"],
])('init does not edit %s, and prints what to add', async (_, file, text) => {
  const root = app({ [file]: text });
  const { exitCode, stdout, stderr } = await runCommand(['init', '--json'], { cwd: root });
  expect(read(root, file)).toBe(text);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('everything else is set up already; nothing was written');
  expect(stderr).toContain(`${file} has a form that init cannot edit; without ${OURS} as its last plugin, URLs that`);
  expect(stderr).toContain(`\n  "${OURS}": {} in an object, "${OURS}" in a list of names, require("${OURS}")() in a list of functions\n`);
  expect(JSON.parse(stdout)).toMatchObject({ postcss: { file: path.join(root, file), outcome: 'by-hand', message: expect.any(String) } });
});

test('init does not edit a config above the app', async () => {
  const root = app({ 'postcss.config.mjs': 'export default { plugins: ["a"] };\n' });
  writeFiles(root, { 'apps/web/package.json': '{"dependencies":{"next":"16"}}' });
  const { stderr } = await runCommand(['init'], { cwd: path.join(root, 'apps/web') });
  expect(stderr).toContain(
    `${path.join('../..', 'postcss.config.mjs')} is outside of the app, and other apps may read it; without ${OURS}`,
  );
  expect(read(root, 'postcss.config.mjs')).not.toContain(OURS);
});

test('--dry-run and --json report the plugin', async () => {
  const text = 'export default { plugins: ["a"] };\n';
  const root = app({ 'postcss.config.mjs': text });
  const file = path.join(root, 'postcss.config.mjs');
  const { stdout, stderr } = await runCommand(['init', '--dry-run', '--json'], { cwd: root });
  expect(stderr).toContain('would write postcss.config.mjs (PostCSS plugin)\n');
  expect(JSON.parse(stdout)).toMatchObject({ written: [], planned: [file], postcss: { file, outcome: 'to-write' } });
  expect(read(root, 'postcss.config.mjs')).toBe(text);
});
