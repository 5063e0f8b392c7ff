import fs from 'node:fs';
import path from 'node:path';
import { writeIfChanged } from './disk/atomic-write.js';

/** By name. Read once: this runs after each save, and the package does not change under a server. */
let compiled: ReadonlyMap<string, string> | undefined;

/**
 * Puts the components of development into the app, where the bundlers compile
 * them like its own: the package has no entry for them.
 *
 * @returns whether they are there: not in a checkout that has not been built.
 */
export function writeHotComponents(folder: string): boolean {
  compiled ??= readCompiled(path.join(__dirname, '../../esm/react/hot'));
  for (const [name, text] of compiled) writeIfChanged(path.join(folder, name), text);
  return compiled.size > 0;
}

function readCompiled(folder: string): Map<string, string> {
  if (!fs.existsSync(folder)) return new Map();
  // The app's own package.json may say of .js that it is CommonJS.
  const asModule = (file: string) => file.replace(/\.js$/, '.mjs');
  const read = (name: string) => fs.readFileSync(path.join(folder, name), 'utf8');
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.js'));
  return new Map(names.map((name) => [asModule(name), read(name).replace(/(?<= from ["'])\.\/[\w-]+\.js(?=["'];)/g, asModule)]));
}
