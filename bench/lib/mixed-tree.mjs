// A public/ of 2 GB with a little of everything that has references, and much that has none.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { writerInto } from './files.mjs';

/** How many files of which size, in bytes. */
const KINDS = {
  'video/clip-#.mp4': { count: 5, size: 150_000_000 },
  'photos/photo-#.jpg': { count: 900, size: 1_000_000 },
  // The build reads files up to this size for references.
  'vendor/bundle-#.js': { count: 6, size: 10_000_000, text: script },
  'js/chunk-#.js': { count: 100, size: 1_500_000, text: script },
  'js/module-#.js': { count: 4_000, size: 8_000, text: script },
  'css/site-#.css': { count: 150, size: 300_000, text: stylesheet },
  'css/tokens.css': { count: 1, size: 4_000_000, text: stylesheet },
  'icons/icon-#.svg': { count: 3_000, size: 2_000, text: image },
  'maps/map-#.svg': { count: 20, size: 2_000_000, text: image },
};

export const MIXED_TREE_BYTES = Object.values(KINDS).reduce((sum, { count, size }) => sum + count * size, 0);
export const MIXED_TREE_FILES = Object.values(KINDS).reduce((sum, { count }) => sum + count, 0);

export function writeMixedTree(publicDir) {
  const write = writerInto(publicDir);
  for (const [name, { count, size, text }] of Object.entries(KINDS)) {
    for (let index = 0; index < count; index++) {
      const file = name.replace('#', index);
      if (text) write(file, fill(text(index), size));
      else writeRandom(path.join(publicDir, file), size);
    }
  }
}

/** Returns text of about that size, in whole statements. */
function fill({ head, line }, size) {
  return head + line.repeat(Math.max(0, Math.floor((size - head.length) / line.length)));
}

/** Modules that import a few others, minified. */
function script(index) {
  const imports = [1, 2, 3].map((step) => `import{f as f${step}}from"../js/module-${(index * 3 + step) % 4_000}.js";`);
  return {
    head: `/* ${index} */${imports.join('')}`,
    line: `self["a"+1]=(a,b)=>{const c=\`\${a}/\${b}\`.replace(/[/"']+/g,"-");return c.length>3?{a:c,b:[1,2,3].map(d=>d*2)}:null};`,
  };
}

/** A reference a kilobyte, which is more than most have. */
function stylesheet(index) {
  const photo = `.card-${index}{background:#fff url(../photos/photo-${index % 900}.jpg) no-repeat 50%/cover;margin:0 auto}`;
  return {
    head: `/* ${index} */@font-face{font-family:a;src:url("../fonts/none-${index}.woff2")}`,
    line: photo + '.button:not(:disabled):hover{padding:.375rem calc(1em + 2px);color:rgb(0 0 0/.5);content:"\\201c"}'.repeat(9),
  };
}

function image(index) {
  return {
    head: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><image href="../photos/photo-${index % 900}.jpg"/></svg>`,
    line: '<!-- M12 2L2 7l10 5 10-5-10-5zM2 17l10 5 10-5M2 12l10 5 10-5 -->\n',
  };
}

const BLOCK_BYTES = 8_000_000;
/** Random: a file system that compresses must not make it small. */
const block = randomBytes(BLOCK_BYTES);

/** Each with a head of its own: equal files would share one copy. */
function writeRandom(file, size) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const descriptor = fs.openSync(file, 'wx');
  let written = fs.writeSync(descriptor, randomBytes(16));
  while (written < size) written += fs.writeSync(descriptor, block, 0, Math.min(BLOCK_BYTES, size - written));
  fs.closeSync(descriptor);
}
