import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSmartCacheError } from '../core/errors.js';
import { visibleLines } from '../core/message-text.js';
import type { SmartCacheOptions } from '../core/options.js';
import { sharedGlobals, WRAPPED_BY, WRAPPED_WITH } from '../core/shared-globals.js';

/** The task for which Next loads the config. */
type Mode = 'build' | 'development' | 'other';

/** The phases of `next/constants`, copied so that the command line need not load Next. */
const PHASE_PRODUCTION_BUILD = 'phase-production-build';
const PHASE_DEVELOPMENT_SERVER = 'phase-development-server';

/** The command line loads a config as a build does. */
export const CLI_PHASE = PHASE_PRODUCTION_BUILD;

/**
 * Next passes its phase to a config function only. For a config object, Next
 * sets no variable before it loads the config (seen on 15.0 to 16.4), so
 * `NODE_ENV` and the command line decide.
 *
 * @param phase `undefined` for a config object.
 */
export function modeOf(phase: string | undefined): Mode {
  if (phase === PHASE_PRODUCTION_BUILD) return 'build';
  if (phase === PHASE_DEVELOPMENT_SERVER) return 'development';
  if (phase !== undefined) return 'other';
  if (process.argv.slice(2).includes('build')) return 'build';
  // Next 16 sets `__NEXT_DEV_SERVER` in its dev server, also if the user sets NODE_ENV to `test`.
  return process.env.__NEXT_DEV_SERVER || process.env.NODE_ENV === 'development' ? 'development' : 'other';
}

/**
 * Marks this process, and the workers that inherit its environment, as one
 * whose config is wrapped.
 *
 * @returns whether this process runs the build or the server. Its workers load the config too.
 */
export function enterWrappedProcess(): boolean {
  process.env[WRAPPED_BY] ??= String(process.pid);
  return process.env[WRAPPED_BY] === String(process.pid);
}

export function isWrappedProcess(): boolean {
  return process.env[WRAPPED_BY] !== undefined;
}

/** Whether a process that compiles belongs to a build. `next build --debug-prerender` builds with NODE_ENV=development. */
export function isBuildProcess(): boolean {
  return process.env.NEXT_PHASE === PHASE_PRODUCTION_BUILD || process.env.NODE_ENV !== 'development';
}

/** Next 16 sets `auto` if the user chooses no bundler. */
export function isTurbopackByDefault(): boolean {
  return process.env.TURBOPACK === 'auto';
}

/**
 * Vercel's builder sets `NOW_BUILDER`, and Next relies on the same variable.
 * `VERCEL` is also in the `.env.local` that `vercel env pull` writes.
 */
export function isOnVercel(): boolean {
  return Boolean(process.env.NOW_BUILDER);
}

/**
 * The names of a config, in the order in which Next looks for them. Next 16 adds
 * `.mts`. Next refuses an app that has only `.cjs` (seen on 15.4 to 16.4).
 */
const CONFIG_NAMES = ['next.config.js', 'next.config.mjs', 'next.config.ts', 'next.config.mts', 'next.config.cjs'] as const;

export function findConfigFile(root: string): string | undefined {
  return CONFIG_NAMES.map((name) => path.join(root, name)).find((file) => fs.existsSync(file));
}

/**
 * The folder of the app whose config is being loaded. Next passes it neither as
 * an argument nor as a variable, and `next dev apps/web` does not change the
 * working directory. But the config file is on the call stack while it runs. If
 * it is not (a helper wraps several apps), the working directory counts.
 */
export function currentProjectRoot(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const lines = new Error('only for its stack').stack?.split('\n') ?? [];
  Error.stackTraceLimit = stackTraceLimit;
  // The outermost one: a config may call a helper that is also named next.config.
  const folder = lines.flatMap((line) => configFolderOf(line) ?? []).at(-1);
  if (folder === undefined) return process.cwd();
  return folder.startsWith('file:') ? fileURLToPath(folder) : folder;
}

/**
 * Reads the folder from a line such as `at name (/app/next.config.js:1:2)` or
 * `at file:///app/next.config.mjs:1:2`. Next compiles a `next.config.ts` to
 * `next.config.compiled.js` (seen on 15.4 to 16.4).
 */
function configFolderOf(line: string): string | undefined {
  return /(?:\(|at (?:async )?)((?:file:\/\/|\/|[a-z]:\\).*)[\\/]next\.config\.(?:compiled\.)?(?:[cm]?js|m?ts):\d+/i.exec(line)?.[1];
}

type Wrapped = { [WRAPPED_WITH]?: SmartCacheOptions };

export function markAsWrapped<T extends object>(config: T, options: SmartCacheOptions): T {
  return Object.assign(config, { [WRAPPED_WITH]: options } satisfies Wrapped);
}

/** The options that a config was wrapped with; `undefined` if it is not wrapped. */
export function registeredOptions(config: object): SmartCacheOptions | undefined {
  return (config as Wrapped)[WRAPPED_WITH];
}

/** While `load` runs, `withSmartCache` registers its options and builds nothing. */
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
 * Runs a synchronous task when this process ends, unless the build has failed
 * by then. A task that throws fails the build.
 *
 * @param distDir for a task that decides whether the build may be used. If it
 * throws, `BUILD_ID` is removed from this folder, and `next start` refuses the build.
 */
export function whenBuildSucceeds(task: () => void, distDir?: string): void {
  process.once('exit', (code) => {
    if (Number(process.exitCode ?? code) !== 0) return;
    try {
      task();
    } catch (error) {
      console.error(describeFailure(error));
      process.exitCode = 1;
      if (distDir !== undefined) fs.rmSync(path.join(distDir, 'BUILD_ID'), { force: true });
    }
  });
}

function describeFailure(error: unknown): string {
  if (isSmartCacheError(error)) return `\n${error.name} (${error.code}): ${error.message}`;
  return `next-smart-cache: ${visibleLines(error instanceof Error ? error.message : String(error))}`;
}
