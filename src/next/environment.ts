import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { visibleLines } from '../core/message-text.js';
import type { SmartCacheOptions } from '../core/options.js';
import { sharedGlobals, WRAPPED_BY, WRAPPED_WITH } from '../core/shared-globals.js';

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

/** What Next is about to do with the config. */
type Mode = 'build' | 'development' | 'other';

/**
 * The phases of `next/constants`, spelled out so that the command line does
 * not have to load Next.
 */
const PHASE_PRODUCTION_BUILD = 'phase-production-build';
const PHASE_DEVELOPMENT_SERVER = 'phase-development-server';
export const CLI_PHASE = PHASE_PRODUCTION_BUILD;

/**
 * All phase sniffing is here. A config function is told its phase; a config
 * object is not, and Next (seen on 15.0 to 16.4) sets no variable before it
 * loads the config, but `NODE_ENV` and the command line tell.
 */
export function modeOf(phase: string | undefined): Mode {
  if (phase === PHASE_PRODUCTION_BUILD) return 'build';
  if (phase === PHASE_DEVELOPMENT_SERVER) return 'development';
  if (phase !== undefined) return 'other';
  if (process.argv.slice(2).includes('build')) return 'build';
  // Next 16 sets the first in its dev server, also under a NODE_ENV of one's own, such as `test`.
  return process.env.__NEXT_DEV_SERVER || process.env.NODE_ENV === 'development' ? 'development' : 'other';
}

/**
 * Marks this process, and by inheritance the workers it starts, as one whose
 * config is wrapped.
 *
 * @returns whether this is the process that runs the build or the server, and
 * not one of its workers, which may load the config too.
 */
export function enterWrappedProcess(): boolean {
  process.env[WRAPPED_BY] ??= String(process.pid);
  return process.env[WRAPPED_BY] === String(process.pid);
}

type Wrapped = { [WRAPPED_WITH]?: SmartCacheOptions };

export function markAsWrapped<T extends object>(config: T, options: SmartCacheOptions): T {
  return Object.assign(config, { [WRAPPED_WITH]: options } satisfies Wrapped);
}

/** The options a config was wrapped with; `undefined` when it was not. */
export function registeredOptions(config: object): SmartCacheOptions | undefined {
  return (config as Wrapped)[WRAPPED_WITH];
}

/** Runs `load` while `withSmartCache` only registers its options and builds nothing. */
export async function whileReadingOnly<T>(load: () => Promise<T>): Promise<T> {
  sharedGlobals().isReadOnly = true;
  try {
    return await load();
  } finally {
    sharedGlobals().isReadOnly = false;
  }
}

export function isReadOnly(): boolean {
  return sharedGlobals().isReadOnly === true;
}

/**
 * Runs a task when this process ends well: a build that has failed since ends
 * with another exit code. Only what is synchronous is run to its end then.
 *
 * @param distDir where Next has just built, for a task that decides whether the
 * build may be used: when it throws, `next start` refuses the build, since it
 * starts none without a `BUILD_ID`.
 */
export function whenBuildSucceeds(task: () => void, distDir?: string): void {
  process.once('exit', (code) => {
    if (Number(process.exitCode ?? code) !== 0) return;
    try {
      task();
    } catch (error) {
      console.error(`next-smart-cache: ${visibleLines(error instanceof Error ? error.message : String(error))}`);
      process.exitCode = 1;
      if (distDir !== undefined) fs.rmSync(path.join(distDir, 'BUILD_ID'), { force: true });
    }
  });
}
