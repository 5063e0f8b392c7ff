import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * In the order of Next, which refuses to start where `.cjs` is all there is
 * (seen on 15.4 to 16.4), and reads `.mts` from 16 on, on a Node that does.
 */
const CONFIG_NAMES = ['next.config.js', 'next.config.mjs', 'next.config.ts', 'next.config.mts', 'next.config.cjs'] as const;

/** The config file of an app's folder, or `undefined`. For the command line: a `next.config.cjs` may be all there is. */
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
  // The outermost: a config may call a helper that has the name of one.
  const folder = lines.flatMap((line) => configFolderOf(line) ?? []).at(-1);
  if (folder === undefined) return process.cwd();
  return folder.startsWith('file:') ? fileURLToPath(folder) : folder;
}

/**
 * Of a line such as `at name (/app/next.config.js:1:2)` or
 * `at file:///app/next.config.mjs:1:2`. Next compiles a `next.config.ts` to
 * `next.config.compiled.js` (seen on 15.4 to 16.4).
 */
function configFolderOf(line: string): string | undefined {
  return /(?:\(|at (?:async )?)((?:file:\/\/|\/|[a-z]:\\).*)[\\/]next\.config\.(?:compiled\.)?(?:[cm]?js|m?ts):\d+/i.exec(line)?.[1];
}
