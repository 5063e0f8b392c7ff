import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CONFIG_NAMES = ['next.config.js', 'next.config.mjs', 'next.config.cjs', 'next.config.ts', 'next.config.mts'] as const;

/** The config file of an app's folder, or `undefined`. */
export function findConfigFile(root: string): string | undefined {
  return CONFIG_NAMES.map((name) => path.join(root, name)).find((file) => fs.existsSync(file));
}

/**
 * The folder of the app whose config is being loaded. Next tells a config
 * neither by argument nor by variable, and `next dev apps/web` does not change
 * the working directory; but the config file is on the call stack while it
 * runs. A wrapper called from elsewhere is looked for in the working directory.
 */
export function currentProjectRoot(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const stack = new Error('who is calling').stack ?? '';
  Error.stackTraceLimit = stackTraceLimit;
  const [, url, file] = /(?:\(|at )(?:(file:\/\/[^\s)]*?)|(\/[^\n]*?|[a-z]:\\[^\n]*?))[\\/]next\.config\.[\w.]+:\d+/i.exec(stack) ?? [];
  if (url) return fileURLToPath(url);
  return file ?? process.cwd();
}
