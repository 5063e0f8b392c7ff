import type { SmartCacheOptions } from '../core/smart-cache-options.js';

/**
 * The mark that a config was wrapped, with the options it was wrapped with.
 * A registered symbol, since two copies of the package (ESM and CommonJS) may
 * meet in one config; enumerable, so that it survives `{ ...config }`.
 */
const MARK = Symbol.for('next-smart-cache.options');

type Marked = { [MARK]?: SmartCacheOptions };

export function markAsWrapped<T extends object>(config: T, options: SmartCacheOptions): T {
  return Object.assign(config, { [MARK]: options } satisfies Marked);
}

/** The options a config was wrapped with; `undefined` when it was not. */
export function registeredOptions(config: object): SmartCacheOptions | undefined {
  return (config as Marked)[MARK];
}

const READ_ONLY = Symbol.for('next-smart-cache.read-only');

/** Runs `load` while `withSmartCache` only registers its options and builds nothing. */
export async function whileReadingOnly<T>(load: () => Promise<T>): Promise<T> {
  const flags = globalThis as { [READ_ONLY]?: boolean };
  flags[READ_ONLY] = true;
  try {
    return await load();
  } finally {
    delete flags[READ_ONLY];
  }
}

export function isReadOnly(): boolean {
  return (globalThis as { [READ_ONLY]?: boolean })[READ_ONLY] === true;
}
