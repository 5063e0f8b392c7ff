// Builds dist/: one implementation in CommonJS for all that runs in Node, so
// that a config loaded as ESM and one loaded as CommonJS share it, with thin
// ESM entries in front; and real ESM for what bundlers see. The types are those
// of the CommonJS side for both: an app adds its asset paths to one interface.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { minifySync } from '@swc/core';
import { declarationOf, pruneUnreached, scriptsIn } from './prune-unreached.mjs';
import { stripComments, stripDeclarationComments } from './strip-comments.mjs';

const root = path.dirname(import.meta.dirname);
const require = createRequire(import.meta.url);
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

/** For the size of the tarball. Functions and classes keep their names, so that stacks can be read. */
const MINIFIED = {
  compress: false,
  mangle: { keep_fnames: true, keep_classnames: true },
  module: false,
  ecma: 2022,
  format: { comments: 'all' },
};

fs.rmSync(path.join(root, 'dist'), { recursive: true, force: true });
for (const format of ['cjs', 'esm']) {
  execFileSync(process.execPath, [tsc, '-p', `tsconfig.build.${format}.json`], { cwd: root, stdio: 'inherit' });
  const folder = path.join(root, 'dist', format);
  for (const name of fs.readdirSync(folder, { recursive: true }).filter((name) => /\.c?js$/.test(name))) {
    const file = path.join(folder, name);
    const code = stripComments(fs.readFileSync(file, 'utf8'), format === 'esm' ? 'module' : 'script');
    // Bundlers read the ESM side, and minify it themselves.
    fs.writeFileSync(file, format === 'cjs' ? minifySync(code, MINIFIED).code : code);
  }
}

const write = (file, text) => fs.writeFileSync(path.join(root, 'dist', file), text);
// The nearest package.json decides what the package's own name means inside it: `npm link` and monorepos need the exports too.
const ownExports = { './manifest': './manifest.js', './client-manifest': './client-manifest.js' };
write('cjs/package.json', `${JSON.stringify({ name: 'next-smart-cache', type: 'commonjs', exports: ownExports })}\n`);

for (const entry of ['config', 'build', 'server']) {
  const names = Object.keys(require(path.join(root, 'dist', 'cjs', `${entry}.js`)));
  write(`esm/${entry}.js`, `export { ${names.join(', ')} } from '../cjs/${entry}.js';\n`);
}
for (const file of ['esm/postcss.js', 'esm/postcss.d.ts']) write(file, "export { default } from '../cjs/postcss.cjs';\n");

const scripts = listScripts(require(path.join(root, 'package.json')).exports);
for (const script of scripts.filter((file) => file.startsWith('./dist/esm/') && !file.endsWith('/postcss.js'))) {
  const name = path.basename(script);
  write(`esm/${declarationOf(name)}`, `export * from '../cjs/${name}';\n`);
}
// `withSmartCache` copies these beside the development manifest.
const hotScripts = ['script', 'style'].map((kind) => `./dist/esm/react/hot/hot-${kind}.js`);
pruneUnreached(
  path.join(root, 'dist'),
  ['./dist/cjs/cli.js', ...hotScripts, ...scripts].map((script) => path.join(root, script)),
  (script) => scripts.includes(`./${path.relative(root, script).replaceAll(path.sep, '/')}`),
);
// Editors show the comments of exported declarations. The comments of other declarations would only be downloaded.
const entryDeclarations = scripts.map((script) => declarationOf(path.join(root, script)));
const shown = new Set(entryDeclarations.flatMap((file) => [file, ...scriptsIn(file).map(declarationOf)]));
for (const name of fs.readdirSync(path.join(root, 'dist'), { recursive: true }).filter((name) => /\.d\.c?ts$/.test(name))) {
  const file = path.join(root, 'dist', name);
  if (!shown.has(file)) fs.writeFileSync(file, stripDeclarationComments(fs.readFileSync(file, 'utf8')));
}
fs.chmodSync(path.join(root, 'dist', 'cjs', 'cli.js'), 0o755);

/** Every script that the `exports` of package.json name, under any condition. */
function listScripts(target) {
  if (typeof target !== 'string') return Object.values(target).flatMap(listScripts);
  return /\.c?js$/.test(target) ? [target] : [];
}
