import { visible, visibleLines } from './message-text.js';

/** Every code a {@link SmartCacheError} can carry. */
export type SmartCacheErrorCode =
  | 'ERR_SMART_CACHE_ASSET_MISSING'
  | 'ERR_SMART_CACHE_BUILD_UNUSABLE'
  | 'ERR_SMART_CACHE_CONFIG_DROPPED'
  | 'ERR_SMART_CACHE_CONFIG_INVALID'
  | 'ERR_SMART_CACHE_FILE_CHANGING'
  | 'ERR_SMART_CACHE_FILE_UNREADABLE'
  | 'ERR_SMART_CACHE_FILE_UNSUPPORTED'
  | 'ERR_SMART_CACHE_FINGERPRINT_INVALID'
  | 'ERR_SMART_CACHE_LISTEN_FAILED'
  | 'ERR_SMART_CACHE_MANIFEST_INVALID'
  | 'ERR_SMART_CACHE_NGINX_UNWRITABLE'
  | 'ERR_SMART_CACHE_OPTION_INVALID'
  | 'ERR_SMART_CACHE_PUBLIC_MISSING'
  | 'ERR_SMART_CACHE_ROUTE_CONFLICT'
  | 'ERR_SMART_CACHE_SERVED_FILE_CHANGED'
  | 'ERR_SMART_CACHE_STORE_DAMAGED'
  | 'ERR_SMART_CACHE_SYMLINK_CIRCULAR'
  | 'ERR_SMART_CACHE_SYMLINK_OUTSIDE'
  | 'ERR_SMART_CACHE_UNGUARDED'
  | 'ERR_SMART_CACHE_USAGE'
  | 'ERR_SMART_CACHE_VERSION_UNSUPPORTED'
  | 'ERR_SMART_CACHE_WRITE_FAILED';

/** A message in four parts. */
export interface ErrorParts {
  /** The failure, as a sentence without its full stop. */
  what: string;
  /** The exact file or option. */
  where: string;
  /** The likely cause. */
  why: string;
  /** The command or edit that fixes it. */
  fix: string;
  /** Whether `where` or `why` may have several lines. The caller then makes names visible, since a name may hold a line break. Default: false. */
  hasLines?: boolean;
}

/**
 * Makes one message of the four parts. They may hold names of files, URLs and
 * texts of other programs, so control characters are made visible.
 */
export function describeProblem({ what, where, why, fix, hasLines = false }: ErrorParts): string {
  const shown = hasLines ? visibleLines : visible;
  return `${visible(what)}: ${shown(where)}\n  Why: ${shown(why)}\n  Fix: ${visible(fix)}`;
}

/**
 * Every error of the package. `code` is stable and meant for programs. The
 * message is meant for people: it ends with the fix, and with the section of
 * docs/ERRORS.md about the code.
 *
 * @example
 * try {
 *   await build();
 * } catch (error) {
 *   if (error instanceof SmartCacheError && error.code === 'ERR_SMART_CACHE_PUBLIC_MISSING') …
 * }
 */
export class SmartCacheError extends Error {
  override readonly name = 'SmartCacheError';
  readonly code: SmartCacheErrorCode;
  readonly parts: ErrorParts;

  constructor(code: SmartCacheErrorCode, parts: ErrorParts, options?: ErrorOptions) {
    super(`${describeProblem(parts)}\n  See: node_modules/next-smart-cache/docs/ERRORS.md#${code.toLowerCase()}`, options);
    this.code = code;
    this.parts = parts;
  }
}

/** An app may load the ESM and the CommonJS copy of the package. `instanceof` fails if both copies meet. */
export function isSmartCacheError(error: unknown): error is SmartCacheError {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'SmartCacheError' && 'code' in error;
}

/** The `code` of a Node system error (`ENOENT`, `EACCES` …), or `undefined`. */
export function systemErrorCode(error: unknown): string | undefined {
  // An error of another realm (a test runner, a worker) is not an `instanceof Error` here.
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Makes a filter for the warnings of successive builds: it leaves out those of the build before. */
export function newWarningsOnly(): (warnings: readonly ErrorParts[]) => ErrorParts[] {
  let before = new Set<string>();
  return (warnings) => {
    const isNew = (warning: ErrorParts) => !before.has(describeProblem(warning));
    const found = warnings.filter(isNew);
    before = new Set(warnings.map(describeProblem));
    return found;
  };
}

/** Reports progress in bytes or files. `total` may grow. */
export type OnProgress = (done: number, total: number) => void;
