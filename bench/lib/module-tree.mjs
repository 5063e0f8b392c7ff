// An app's own modules, loaded without a bundler: components that import components, down to small helpers.
import { writerInto } from './files.mjs';

/** Modules a level, from the entry down: a few pages, then ever more and ever smaller parts. */
const LEVELS = [1, 20, 180, 900, 2_200, 3_200, 3_499];
/** Imports modules of the next level, and one of any lower level. */
const IMPORTS = [20, 14, 9, 5, 4, 3, 0];

export const MODULE_COUNT = LEVELS.reduce((sum, count) => sum + count);
export const MODULE_TREE = `${MODULE_COUNT.toLocaleString('en')} modules, ${LEVELS.length} levels`;

/**
 * Writes the tree. The same every time.
 *
 * @returns a leaf: its file, and how many modules import it, whether or not directly.
 */
export function writeModuleTree(publicDir) {
  const write = writerInto(publicDir);
  const importers = new Map();
  const random = makeRandom(4);
  LEVELS.forEach((count, level) => {
    for (let index = 0; index < count; index++) {
      const name = nameOf(level, index);
      const imports = importsOf(level, index, random);
      for (const imported of imports) importers.set(imported, [...(importers.get(imported) ?? []), name]);
      write(name, moduleText(name, [...imports]));
    }
  });
  const leaf = nameOf(LEVELS.length - 1, 1_000);
  const above = new Set([leaf]);
  for (const module of above) for (const importer of importers.get(module) ?? []) above.add(importer);
  return { leaf, above: above.size - 1 };
}

/** Neighbours on the next level, so that each module has an importer, and some module further down. */
function importsOf(level, index, random) {
  const below = LEVELS[level + 1];
  const imports = new Set();
  if (below === undefined) return imports;
  const first = Math.floor((index * below) / LEVELS[level]);
  for (let offset = 0; offset < IMPORTS[level]; offset++) imports.add(nameOf(level + 1, (first + offset) % below));
  const further = level + 1 + Math.floor(random() * (LEVELS.length - level - 1));
  imports.add(nameOf(further, Math.floor(random() * LEVELS[further])));
  return imports;
}

function nameOf(level, index) {
  return `modules/level-${level}/part-${Math.floor(index / 50)}/module-${index}.js`;
}

/** About 1.5 kB. */
function moduleText(name, imports) {
  const head = imports.map((imported, index) => `import { render as render${index} } from '../../${imported.slice('modules/'.length)}';`);
  const calls = imports.map((_, index) => `    render${index}(target, { ...options, depth: options.depth + 1 }),`);
  return `// ${name}
${head.join('\n')}

const defaults = { depth: 0, label: '${name}' };

/** Draws the part and what it is made of. */
export function render(target, options = defaults) {
  if (options.depth > 8 || target === null) return [];
  const url = \`#\${options.label}/\${options.depth}\`;
  return [
    url.replace(/[^\\w/#-]+/g, '-'),
${calls.join('\n')}
  ];
}

${'// What people write between the lines, which a lexer has to step over.\n'.repeat(8)}`;
}

/** Numbers from 0 to 1 that are the same in every run (xorshift32). */
function makeRandom(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
