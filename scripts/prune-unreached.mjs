import fs from 'node:fs';
import path from 'node:path';

/** Each relative path to a script: `from './a.js'`, `import('./a.js')`, `require('./a.js')`, `path.join(__dirname, './a.js')`. */
const RELATIVE_SCRIPT = /['"](\.{1,2}\/[^'"]+\.c?js)['"]/g;

/**
 * Removes the scripts that no entry reaches, and the declarations that no
 * declaration of an entry reaches: the types of internals.
 *
 * @param scripts absolute paths of the entries.
 * @param isTyped whether the types of an entry are public.
 * @throws if a file names one that does not exist.
 */
export function pruneUnreached(dist, scripts, isTyped) {
  const reached = new Set();
  const visit = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    const isDeclaration = DECLARATION.test(file);
    for (const script of scriptsIn(file)) visit(isDeclaration ? declarationOf(script) : script);
  };
  for (const script of scripts) visit(script);
  for (const script of scripts.filter(isTyped)) visit(declarationOf(script));
  for (const name of fs.readdirSync(dist, { recursive: true })) {
    const file = path.join(dist, name);
    if (/\.(?:c?js|d\.c?ts)$/.test(name) && !reached.has(file)) fs.rmSync(file);
  }
}

/** The absolute paths of the scripts that a file names. */
export function scriptsIn(file) {
  return [...fs.readFileSync(file, 'utf8').matchAll(RELATIVE_SCRIPT)].map(([, script = '']) => path.resolve(path.dirname(file), script));
}

const DECLARATION = /\.d\.c?ts$/;

/** `./manifest.js` → `./manifest.d.ts` */
export function declarationOf(script) {
  return script.replace(/\.(c?)js$/, '.d.$1ts');
}
