// Scripts and stylesheets that people serve from `public/`, from the packages that the benchmark installs.
import fs from 'node:fs';
import path from 'node:path';

/** The files to copy: package → the part of it that belongs in `public/`. */
const PARTS = {
  bootstrap: ['dist/css/bootstrap.min.css', 'dist/js/bootstrap.bundle.min.js'],
  // Its stylesheet refers to the fonts.
  katex: ['dist/katex.min.css', 'dist/katex.min.js', 'dist/fonts'],
  three: ['build/three.module.js', 'build/three.core.js'],
};

/** A script of 273 kB. */
export const SCRIPT = '/vendor/katex/dist/katex.min.js';

/** Package → the asset paths of its scripts and stylesheets. */
export const REAL_FILES = Object.fromEntries(
  Object.entries(PARTS).map(([name, parts]) => [
    name,
    parts.filter((part) => path.extname(part) !== '').map((part) => `/vendor/${name}/${part}`),
  ]),
);

export function copyRealFiles(benchDir, publicDir) {
  for (const [name, parts] of Object.entries(PARTS)) {
    for (const part of parts) {
      fs.cpSync(path.join(benchDir, 'node_modules', name, part), path.join(publicDir, 'vendor', name, part), { recursive: true });
    }
  }
}
