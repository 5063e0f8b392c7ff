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
 * runs. Where it is not (a helper that wraps for several apps), it is the
 * working directory.
 */
export function currentProjectRoot(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const lines = new Error('who is calling').stack?.split('\n') ?? [];
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of lines) {
    // `at name (/app/next.config.js:1:2)`, `at file:///app/next.config.mjs:1:2`
    const folder = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[a-z]:\\).*)[\\/]next\.config\.[\w.]+:\d+/i.exec(line)?.[1];
    if (folder) return folder.startsWith('file:') ? fileURLToPath(folder) : folder;
  }
  return process.cwd();
}
