// Copies the files that browsers need out of the npm packages into
// public/vendor/, before every build. A file that is there already, with the
// same bytes, is left alone: its date stays, so nothing is hashed again.
import fs from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const vendorDir = path.join(root, 'public', 'vendor');

/** Source, under `node_modules/` → target, under `public/vendor/`. Files or whole folders. */
const VENDORED = {
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

// What an upgrade no longer brings along.
const targets = new Set(wanted.values());
const leftOver = listFiles(vendorDir, '').filter(([, target]) => !targets.has(target));
for (const [file] of leftOver) fs.rmSync(file);

console.log(`copy-vendor: ${wanted.size} files, ${written} written, ${leftOver.length} removed`);

/** Pairs of absolute path and target, for a file or for all that a folder holds. */
function listFiles(source, target) {
  if (!fs.statSync(source).isDirectory()) return [[source, target]];
  return fs.readdirSync(source).flatMap((name) => listFiles(path.join(source, name), path.join(target, name)));
}
