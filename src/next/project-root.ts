import fs from 'node:fs';
import path from 'node:path';

const CONFIG_NAMES = ['next.config.js', 'next.config.mjs', 'next.config.cjs', 'next.config.ts', 'next.config.mts'] as const;

/** The config file of an app's folder, or `undefined`. */
export function findConfigFile(root: string): string | undefined {
  return CONFIG_NAMES.map((name) => path.join(root, name)).find((file) => fs.existsSync(file));
}

/**
 * The folder of the app whose config is being loaded. Next tells a config
 * neither by argument nor by variable, and `next build apps/web` does not
 * change the working directory; so a folder on the command line that has a
 * config in it comes first.
 */
export function currentProjectRoot(): string {
  const named = process.argv.slice(2).map((argument) => path.resolve(argument));
  return named.find((folder) => findConfigFile(folder) !== undefined) ?? process.cwd();
}
