import type { RenderManifest } from './render-manifest.js';

/**
 * All state of this package that a module variable cannot hold. Two bundles of
 * one process, and the ESM and the CommonJS copy of the package, evaluate a
 * module more than once; a hot update evaluates it again.
 */
interface SharedGlobals {
  /**
   * Development: the render manifest after the last edit. `withSmartCache` writes
   * it on the server; in the browser, each new bundle writes it. Look-ups read
   * it, since a module that is already running was compiled with an older one.
   */
  newestManifest?: RenderManifest;
  /**
   * Development: when the server last rendered, in milliseconds of
   * `performance.now()`. Look-ups in Next's server bundles write it;
   * `withSmartCache` reads it to tell whether a page has just been opened.
   */
  renderedAt?: number;
  /** Missing paths that were reported. Look-ups write and read it: a hot update must not report a path again. */
  reportedMissing?: Set<string>;
  /** Folders with a watcher. The watcher writes and reads it: Next may load a config, and with it this package, several times. */
  watchedFolders?: Set<string>;
  /** The build folders that a missing asset makes unusable. `withSmartCache` writes it each time Next loads the config; one exit handler reads it. */
  buildFolders?: Set<string>;
  /** App folder → checks that return the keys of the config that a build did not use. Written and read like `buildFolders`. */
  configChecks?: Map<string, (() => readonly string[])[]>;
  /**
   * The app that a production server serves. `withSmartCache` writes it when Next loads
   * the config; the command `start` reads it, so it need not load the config again.
   */
  loadedApp?: { /** Next's `distDir`, as the config has it. */ distDir: string; isExport: boolean };
  /** Whether `withSmartCache` must build nothing. The command line sets it while it loads a config, which may import the other copy of the package. */
  isReadOnly?: boolean;
}

type WithSharedGlobals = { [SHARED]?: SharedGlobals };

const SHARED: unique symbol = /* @__PURE__ */ Symbol.for('next-smart-cache');

export function sharedGlobals(): SharedGlobals {
  const holder = globalThis as WithSharedGlobals;
  holder[SHARED] ??= {};
  return holder[SHARED];
}

/**
 * The property of a wrapped config that holds the options of `withSmartCache`.
 * `withSmartCache` writes it, and reads it to wrap a config once; the command
 * line reads it. It is on the config because a config file may wrap several.
 * It is enumerable, so `{ ...config }` copies it.
 */
export const WRAPPED_WITH: unique symbol = /* @__PURE__ */ Symbol.for('next-smart-cache.options');

/**
 * Environment variable: the id of the process that runs `next build` or
 * `next dev` with a wrapped config. `withSmartCache` writes it. Rendering code
 * reads it, to report that the aliases are not used. Workers are other
 * processes and inherit variables only.
 */
export const WRAPPED_BY = 'NEXT_SMART_CACHE_WRAPPED_BY';

/**
 * Environment variable: the absolute path of the file that lists the missing
 * assets of a build. `withSmartCache` writes the variable, rendering code reads
 * it. Workers inherit it.
 */
export const MISSING_ASSETS_FILE = 'NEXT_SMART_CACHE_MISSING_ASSETS';

/** One line of the file that {@link MISSING_ASSETS_FILE} names, as JSON. */
export interface MissingAsset {
  /** The path as the author wrote it, without query and fragment. */
  path: string;
  /** `asset()`, or the tag of the component that asked for it. */
  component: string;
  /** Names that it may be a mistyped form of, best first. */
  nearest: readonly string[];
}

/** Records the time of a render. It does not use `Date`: with `cacheComponents`, Next does not prerender a page that reads it. */
export function noteRendered(): void {
  sharedGlobals().renderedAt = performance.now();
}

/** Milliseconds since the server last rendered; `Infinity` if it never did. */
export function sinceRendered(): number {
  return performance.now() - (sharedGlobals().renderedAt ?? Number.NEGATIVE_INFINITY);
}
