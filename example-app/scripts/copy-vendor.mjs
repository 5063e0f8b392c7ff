// Copies the files that browsers need from npm packages to public/vendor/,
// before every build. It does not write a file that already has the right
// bytes: the file keeps its date, so no build hashes it again.
import fs from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const vendorDir = path.join(root, 'public', 'vendor');

/** Source below `node_modules/` → target below `public/vendor/`. Files or whole folders. */
const VENDORED = {
  '@fontsource/inter/files/inter-latin-400-normal.woff2': 'inter/inter-latin-400-normal.woff2',
  '@fontsource/inter/files/inter-latin-600-normal.woff2': 'inter/inter-latin-600-normal.woff2',
  '@fontsource/inter/files/inter-latin-700-normal.woff2': 'inter/inter-latin-700-normal.woff2',
  '@fontsource/inter/files/inter-latin-800-normal.woff2': 'inter/inter-latin-800-normal.woff2',
  'bootstrap/dist/css/bootstrap.min.css': 'bootstrap/bootstrap.min.css',
  'bootstrap/dist/css/bootstrap.min.css.map': 'bootstrap/bootstrap.min.css.map',
  'bootstrap/dist/js/bootstrap.bundle.min.js': 'bootstrap/bootstrap.bundle.min.js',
  'bootstrap/dist/js/bootstrap.bundle.min.js.map': 'bootstrap/bootstrap.bundle.min.js.map',
  'katex/dist/katex.min.css': 'katex/katex.min.css',
  'katex/dist/katex.min.js': 'katex/katex.min.js',
  'katex/dist/fonts': 'katex/fonts',
  'leaflet/dist/leaflet.css': 'leaflet/leaflet.css',
  'leaflet/dist/leaflet.js': 'leaflet/leaflet.js',
  'leaflet/dist/leaflet.js.map': 'leaflet/leaflet.js.map',
  'leaflet/dist/images': 'leaflet/images',
};

const wanted = new Map(Object.entries(VENDORED).flatMap(([from, to]) => listFiles(path.join(root, 'node_modules', from), to)));

let written = 0;
for (const [source, target] of wanted) {
  const destination = path.join(vendorDir, target);
  const content = fs.readFileSync(source);
  if (fs.existsSync(destination) && fs.readFileSync(destination).equals(content)) continue;
  fs.mkdirSync(path.dirname(destination), { recursive: true });
  fs.writeFileSync(destination, content);
  written++;
}

// Files that an upgraded package no longer has.
const targets = new Set(wanted.values());
const leftOver = listFiles(vendorDir, '').filter(([, target]) => !targets.has(target));
for (const [file] of leftOver) fs.rmSync(file);

console.log(`copy-vendor: ${wanted.size} files, ${written} written, ${leftOver.length} removed`);

/** Pairs of absolute path and target, for one file or for all files of a folder. */
function listFiles(source, target) {
  if (!fs.statSync(source).isDirectory()) return [[source, target]];
  return fs.readdirSync(source).flatMap((name) => listFiles(path.join(source, name), path.join(target, name)));
}
