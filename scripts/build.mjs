// Builds dist/: one implementation in CommonJS for all that runs in Node, so
// that a config loaded as ESM and one loaded as CommonJS share it, with thin
// ESM entries in front; and real ESM for what bundlers see.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const require = createRequire(import.meta.url);
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

fs.rmSync(path.join(root, 'dist'), { recursive: true, force: true });
for (const format of ['cjs', 'esm']) {
  execFileSync(process.execPath, [tsc, '-p', `tsconfig.build.${format}.json`], { cwd: root, stdio: 'inherit' });
}
const write = (file, text) => fs.writeFileSync(path.join(root, 'dist', file), text);
// The nearest package.json decides what the package's own name means inside it: `npm link` and monorepos need the exports too.
const ownExports = { './manifest': './manifest.js', './client-manifest': './client-manifest.js' };
write('cjs/package.json', `${JSON.stringify({ name: 'next-smart-cache', type: 'commonjs', exports: ownExports })}\n`);

for (const entry of ['config', 'build']) {
  const names = Object.keys(require(path.join(root, 'dist', 'cjs', `${entry}.js`)));
  write(`esm/${entry}.js`, `export { ${names.join(', ')} } from '../cjs/${entry}.js';\n`);
  write(`esm/${entry}.d.ts`, `export * from '../cjs/${entry}.js';\n`);
}
for (const file of ['esm/postcss.js', 'esm/postcss.d.ts']) write(file, "export { default } from '../cjs/postcss.cjs';\n");
// An app adds its asset paths to one interface, from the side that it happens to be on; both sides must have the same.
write('esm/core/public-folder.d.ts', "export type * from '../../cjs/core/public-folder.js';\n");
fs.chmodSync(path.join(root, 'dist', 'cjs', 'cli.js'), 0o755);
