import { wrapConfig } from '../../../../src/cli/init/wrap-config';

async function wrap(text: string, file = 'next.config.mjs'): Promise<string> {
  const wrapped = await wrapConfig(file, text);
  return wrapped.outcome === 'wrapped' ? wrapped.text : wrapped.outcome;
}

const IMPORT = "import { withSmartCache } from 'next-smart-cache/config';\n";

test.each([
  ['an object', "export default { output: 'standalone' };\n", `${IMPORT}\nexport default withSmartCache({ output: 'standalone' });\n`],
  [
    'a name',
    "/** @type {import('next').NextConfig} */\nconst nextConfig = {};\n\nexport default nextConfig;\n",
    `${IMPORT}\n/** @type {import('next').NextConfig} */\nconst nextConfig = {};\n\nexport default withSmartCache(nextConfig);\n`,
  ],
  [
    'what other wrappers return, outermost',
    "import bundle from '@next/bundle-analyzer';\nimport mdx from '@next/mdx';\n\nexport default bundle()(mdx()({}));\n",
    `import bundle from '@next/bundle-analyzer';\nimport mdx from '@next/mdx';\n${IMPORT}\nexport default withSmartCache(bundle()(mdx()({})));\n`,
  ],
  [
    'an arrow function',
    "export default async (phase) => ({ env: { A: 'b' } });\n",
    `${IMPORT}\nexport default withSmartCache(async (phase) => ({ env: { A: 'b' } }));\n`,
  ],
  [
    'a function with a name',
    "export default async function config(phase) {\n  return { env: { A: 'b' } };\n}\n",
    `${IMPORT}\nasync function config(phase) {\n  return { env: { A: 'b' } };\n}\n\nexport default withSmartCache(config);\n`,
  ],
  [
    'a function whose name the file uses',
    "export default function config() { return { distDir: 'x' }; }\r\nexport const copy = config();\r\n",
    `${IMPORT.replace('\n', '\r\n')}\r\nfunction config() { return { distDir: 'x' }; }\r\n\r\nexport default withSmartCache(config);\r\nexport const copy = config();\r\n`,
  ],
])('wraps an ES module: %s', async (_, text, expected) => {
  expect(await wrap(text)).toBe(expected);
});

test.each([
  [
    'a typed name, in the style of the file',
    'import type { NextConfig } from "next";\n\nconst nextConfig: NextConfig = {\n  /* config options here */\n};\n\nexport default nextConfig;\n',
    'import type { NextConfig } from "next";\nimport { withSmartCache } from "next-smart-cache/config";\n\nconst nextConfig: NextConfig = {\n  /* config options here */\n};\n\nexport default withSmartCache(nextConfig);\n',
  ],
  [
    'satisfies',
    "import type { NextConfig } from 'next'\n\nexport default { reactStrictMode: true } satisfies NextConfig\n",
    "import type { NextConfig } from 'next'\nimport { withSmartCache } from 'next-smart-cache/config'\n\nexport default withSmartCache({ reactStrictMode: true } satisfies NextConfig)\n",
  ],
  [
    'export =',
    "import type { NextConfig } from 'next';\nconst config: NextConfig = {};\nexport = config;\n",
    "import type { NextConfig } from 'next';\nimport { withSmartCache } from 'next-smart-cache/config';\nconst config: NextConfig = {};\nexport = withSmartCache(config);\n",
  ],
])('wraps TypeScript: %s', async (_, text, expected) => {
  expect(await wrap(text, 'next.config.ts')).toBe(expected);
});

const REQUIRE = "const { withSmartCache } = require('next-smart-cache/config');\n";

test.each([
  ['an object', "module.exports = { output: 'standalone' };\n", `${REQUIRE}\nmodule.exports = withSmartCache({ output: 'standalone' });\n`],
  [
    'after require() calls',
    "const withMdx = require('@next/mdx')();\nconst path = require('node:path');\n\nmodule.exports = withMdx({ a: path.sep });\n",
    `const withMdx = require('@next/mdx')();\nconst path = require('node:path');\n${REQUIRE}\nmodule.exports = withSmartCache(withMdx({ a: path.sep }));\n`,
  ],
  [
    'a function',
    "'use strict';\nmodule.exports = function () { return {}; };\n",
    `'use strict';\n${REQUIRE}module.exports = withSmartCache(function () { return {}; });\n`,
  ],
  [
    'in front of what is exported',
    "module.exports = { a: 'b' };\nconst later = require('later');\n",
    `${REQUIRE}\nmodule.exports = withSmartCache({ a: 'b' });\nconst later = require('later');\n`,
  ],
  [
    'a comment stays on its line',
    "const a = require('a'); // why\nmodule.exports = a;\n",
    `const a = require('a'); // why\n${REQUIRE}module.exports = withSmartCache(a);\n`,
  ],
])('wraps CommonJS: %s', async (_, text, expected) => {
  expect(await wrap(text, 'next.config.js')).toBe(expected);
});

test.each([
  ['an unused import of this package', `${IMPORT}export default {};\n`, `${IMPORT}export default withSmartCache({});\n`],
  [
    'an import of this package under another name',
    "import { withSmartCache as wrap } from 'next-smart-cache/config';\nexport default {};\n",
    "import { withSmartCache as wrap } from 'next-smart-cache/config';\nexport default wrap({});\n",
  ],
  [
    'all on one line',
    "import a from 'a'; export default a",
    "import a from 'a';\nimport { withSmartCache } from 'next-smart-cache/config'; export default withSmartCache(a)",
  ],
  [
    'a function with code after it on its line',
    "import a from 'a'\nexport default function config() {} a()\n",
    "import a from 'a'\nimport { withSmartCache } from 'next-smart-cache/config'\nfunction config() {}\n\nexport default withSmartCache(config); a()\n",
  ],
  [
    'a line that begins with a semicolon of its own',
    "import a from 'a'\n;[1].forEach(a)\nexport default a\n",
    "import a from 'a'\nimport { withSmartCache } from 'next-smart-cache/config'\n;[1].forEach(a)\nexport default withSmartCache(a)\n",
  ],
  [
    'comments around the place',
    "import a from 'a' /* why */ // indeed\n/* more */\nexport default a\n",
    "import a from 'a' /* why */ // indeed\nimport { withSmartCache } from 'next-smart-cache/config'\n/* more */\nexport default withSmartCache(a)\n",
  ],
])('wraps an unusual ES module: %s', async (_, text, expected) => {
  expect(await wrap(text)).toBe(expected);
  expect(await wrap(expected)).toBe('unchanged');
});

test.each([
  ['an unused require() of this package', `${REQUIRE}module.exports = {};\n`, `${REQUIRE}module.exports = withSmartCache({});\n`],
  [
    'all on one line',
    "const a = require('a'); module.exports = a",
    "const a = require('a');\nconst { withSmartCache } = require('next-smart-cache/config'); module.exports = withSmartCache(a)",
  ],
  [
    'a line that goes on with the one before',
    "'use strict'; // why\n/* first */ (function () {})()\nmodule.exports = {}\n",
    "'use strict'; // why\nconst { withSmartCache } = require('next-smart-cache/config');\n/* first */ (function () {})()\nmodule.exports = withSmartCache({})\n",
  ],
  [
    'the same as the first line',
    '[1].forEach(String)\nmodule.exports = {}\n',
    'const { withSmartCache } = require("next-smart-cache/config");\n\n[1].forEach(String)\nmodule.exports = withSmartCache({})\n',
  ],
])('wraps unusual CommonJS: %s', async (_, text, expected) => {
  expect(await wrap(text, 'next.config.js')).toBe(expected);
  expect(await wrap(expected, 'next.config.js')).toBe('unchanged');
});

test.each([
  ['a function of its own', 'function withSmartCache(config) { return config; }\nexport default {};\n'],
  ['one from elsewhere', "import { withSmartCache } from './mine.js';\nexport default withSmartCache({});\n"],
  ['a type alone', "import { type withSmartCache } from 'next-smart-cache/config';\nexport default {};\n"],
  ['a parameter', 'export default ({ withSmartCache }) => ({});\n'],
  ['a parameter of another function', "import a from 'a';\nexport default a((withSmartCache) => withSmartCache);\n"],
  ['what is required too late', "module.exports = {};\nconst { withSmartCache } = require('next-smart-cache/config');\n"],
])('does not edit a file in which the name means something else: %s', async (_, text) => {
  expect(await wrap(text, 'next.config.ts')).toBe('not-understood');
});

test('keeps line ends, a byte-order mark and @ts-check', async () => {
  expect(await wrap("\uFEFF// @ts-check\r\nexport default { a: 'b' };\r\n")).toBe(
    "\uFEFF// @ts-check\r\nimport { withSmartCache } from 'next-smart-cache/config';\r\n\r\nexport default withSmartCache({ a: 'b' });\r\n",
  );
});

test('keeps the comment of the file first, and a type comment at its statement', async () => {
  const type = "/** @type {import('next').NextConfig} */\nconst nextConfig = {};\n";
  expect(await wrap(`// @ts-check\n\n/* eslint-env node */\n${type}export default nextConfig;\n`)).toBe(
    `// @ts-check\n\n/* eslint-env node */\n${IMPORT}\n${type}export default withSmartCache(nextConfig);\n`,
  );
});

test('changes nothing a second time, whatever the local name is', async () => {
  expect(await wrap(await wrap('export default {};\n'))).toBe('unchanged');
  expect(await wrap(await wrap('module.exports = {};\n', 'a.js'), 'a.js')).toBe('unchanged');
  expect(await wrap("import * as cache from 'next-smart-cache/config';\nexport default cache.withSmartCache({});\n")).toBe('unchanged');
});

test('wraps a file that names withSmartCache without calling it', async () => {
  expect(await wrap('// see next-smart-cache/config\nexport default {};\n')).toContain('export default withSmartCache({});');
});

test('rejects a syntax error that a lenient parser accepts', async () => {
  await expect(wrap('const a = 1; const a = 2;\nexport default {};\n')).rejects.toThrow(SyntaxError);
});

test.each([
  ['export { config as default } from "./other.js";\n'],
  ['exports.config = {};\n'],
  [''],
  ['let config = {};\nmodule.exports = config;\nif (process.env.X) {\n  module.exports = withPlugins(config);\n}\n'],
  ['module.exports = {};\n{\n  module.exports = { a: 1 };\n}\n'],
  ['if (process.env.X) module.exports = {};\nmodule.exports = {};\n'],
  ['export default {};\nmodule.exports = {};\n'],
  ["module.exports = {};\nconst change = () => { module['exports'] = {}; };\n"],
  ['module.exports = {};\nexport default {};\n'],
  ['if (process.env.X) module.exports = {};\nexport default {};\n'],
])('does not edit %j', async (text) => {
  expect(await wrap(text)).toBe('not-understood');
});

test.each([
  [
    'another object',
    'module.exports = {};\nmodule.exports = { a: 1 };\n',
    'module.exports = {};\nmodule.exports = withSmartCache({ a: 1 });\n',
  ],
  [
    "the code that Sentry's wizard adds after it",
    'const nextConfig = {};\n\nmodule.exports = nextConfig;\n\nconst { withSentryConfig } = require("@sentry/nextjs");\n\nmodule.exports = withSentryConfig(\n  module.exports,\n  { silent: true },\n);\n',
    'const nextConfig = {};\n\nmodule.exports = nextConfig;\n\nconst { withSentryConfig } = require("@sentry/nextjs");\n\nmodule.exports = withSmartCache(withSentryConfig(\n  module.exports,\n  { silent: true },\n));\n',
  ],
])('wraps the last of several exports: %s', async (_, text, expected) => {
  const wrapped = await wrap(text, 'next.config.js');
  expect(wrapped).toBe(`const { withSmartCache } = require("next-smart-cache/config");\n\n${expected}`);
  expect(await wrap(wrapped, 'next.config.js')).toBe('unchanged');
});

test('does not edit a file with both export forms of TypeScript', async () => {
  expect(await wrap('module.exports = {};\nexport = {};\n', 'next.config.ts')).toBe('not-understood');
});

test('reads a script that cannot be a module as CommonJS', async () => {
  expect(await wrap('var await = 010;\nmodule.exports = { await };\n', 'next.config.js')).toContain(
    'module.exports = withSmartCache({ await });',
  );
});

test('adds an import if module.exports has imports beside it', async () => {
  const text = "import { URL } from 'node:url';\n\nmodule.exports = (phase: string) => ({ a: new URL(phase) });\n";
  expect(await wrap(text, 'next.config.ts')).toBe(
    `import { URL } from 'node:url';\n${IMPORT}\nmodule.exports = withSmartCache((phase: string) => ({ a: new URL(phase) }));\n`,
  );
});

test.each([
  'const a = {} as unknown as Parameters<typeof b>[1];\nexport default b({ ...a });\n',
  "const a = { b: ['c'] } satisfies NextConfig & {\n  d?: string[];\n};\nexport default a;\n",
  'const a = async <T,>(b?: T | undefined, ...c: readonly [d?: string][]): Promise<void> => {};\nexport default a!;\n',
  'abstract class A<in out T> { declare b: T; private readonly c?: unique symbol; static { } accessor d = 1 }\nexport default new A<string>();\n',
  "export type { B } from './b';\nimport c = require('c');\nnamespace D.E { export const f = 1 }\nexport default { c, g: D.E.f } as const;\n",
  'type A = [a: string, b?: -1];\nlet a: typeof import("a").b extends infer T ? T[keyof T] : never;\nexport default async function config(this: void, { b = 1 }: { b?: number } = {}): Promise<NextConfig> { return {}; }\n',
  "import('a').then((m) => m.b());\nconst c = /[/]\\//u.test('d') ? 1_000n : 0;\nexport default { e: <F>(f: F) => f };\n",
])('reads TypeScript: %j', async (text) => {
  const wrapped = await wrap(text, 'next.config.ts');
  expect(wrapped).toMatch(/export default withSmartCache\(/);
  expect(await wrap(wrapped, 'next.config.ts')).toBe('unchanged');
});

test('keeps types of every kind', async () => {
  const config = '<Config>{ env: { a: String(Host.A as unknown)! } }';
  const text =
    "import type { NextConfig as Config } from 'next';\nenum Host { A, B }\nconst of = <T extends { a?: [x: string, ...rest: number[]] }>(value: T): asserts value is T => {};\n" +
    `declare module "x" { interface Y { z(): void } }\nexport default ${config};\n`;
  expect(await wrap(text, 'next.config.ts')).toContain(`export default withSmartCache(${config});`);
});

test('does not take a property of the exports for another config', async () => {
  expect(await wrap('module.exports = { a: 1 };\nmodule.exports.b = 2;\n', 'next.config.js')).toContain(
    'module.exports = withSmartCache({ a: 1 });',
  );
});
