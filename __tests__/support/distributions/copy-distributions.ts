import fs from 'node:fs';
import path from 'node:path';
import type { NextApp } from '../next-app';

const PACKAGES = path.resolve(__dirname, '../../../node_modules');

/** Lists the folders to copy of each package: all files that its makers mean to be served. */
const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  bootstrap: 'bootstrap/dist',
  'font-awesome': '@fortawesome/fontawesome-free',
  inter: '@fontsource/inter',
  katex: 'katex/dist',
  leaflet: 'leaflet/dist',
  'leaflet-as-it-is': 'leaflet/dist',
  three: 'three',
};

export function copyDistributions(app: NextApp): void {
  for (const [folder, source] of Object.entries(DISTRIBUTIONS)) {
    fs.cpSync(path.join(PACKAGES, source), path.join(app.dir, 'public', folder), { recursive: true });
  }
  app.write('public/pages/three/everything.js', importEverything(path.join(app.dir, 'public/three/examples/jsm')));
}

/**
 * Modules of `examples/jsm` that cannot be imported here: those that need a
 * package from a CDN, their importers, and classic scripts.
 */
const NOT_IMPORTED = ['Addons.js', 'libs/demuxer_mp4.js', 'loaders/TTFLoader.js', 'libs/basis/', 'libs/draco/'];

/** A module that imports all others; what they export, or that they failed, is left in `window.exported`. */
function importEverything(folder: string): string {
  const names = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith('.js') && !NOT_IMPORTED.some((left) => name.startsWith(left)))
    .sort();
  const imports = names.map((name) => `  [${JSON.stringify(name)}, () => import(${JSON.stringify(`three/addons/${name}`)})],\n`);
  return `const modules = [\n${imports.join('')}];
const exported = await Promise.all(modules.map(async ([name, load]) => {
  try {
    return [name, ...Object.keys(await load())];
  } catch (error) {
    return ['failed:', name, error];
  }
}));
window.exported = exported.map((line) => line.join(' '));
document.getElementById('stage').textContent = \`\${exported.length} modules\`;
document.getElementById('stage').className = 'done';
`;
}
