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

/** The four parts of a message that a reader can act on. */
export interface ErrorParts {
  /** What failed, as a sentence without its full stop. */
  what: string;
  /** The exact file or option. */
  where: string;
  /** The likely cause. */
  why: string;
  /** The command or edit that mends it. */
  fix: string;
  /** Whether `where` or `why` has lines of its own. A name in them may hold a line break, so the caller makes names visible. Default: false. */
  hasLines?: boolean;
}

/**
 * The four parts as one message: of an error, or of a warning that stops
 * nothing. Parts hold names of files, URLs and texts of other programs, so
 * none of them reaches a terminal as it is.
 */
export function describeProblem({ what, where, why, fix, hasLines = false }: ErrorParts): string {
  const shown = hasLines ? visibleLines : visible;
  return `${visible(what)}: ${shown(where)}\n  Why: ${shown(why)}\n  Fix: ${visible(fix)}`;
}

/**
 * The one error class of the package. `code` is stable and meant for programs;
 * the message is meant for people and always ends in what to do next.
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
    super(describeProblem(parts), options);
    this.code = code;
    this.parts = parts;
  }
}

/** Also for errors of another copy of the package: the ESM and the CommonJS one may meet. */
export function isSmartCacheError(error: unknown): error is SmartCacheError {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'SmartCacheError' && 'code' in error;
}

/** The `code` of a Node system error (`ENOENT`, `EACCES` …), or `undefined`. */
export function systemErrorCode(error: unknown): string | undefined {
  // By its shape: an error of another realm (a test runner, a worker) is no `instanceof Error` here.
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** For builds in a row: leaves out what was among the last ones too, since each edit comes with all that is still wrong. */
export function newWarningsOnly(): (warnings: readonly ErrorParts[]) => ErrorParts[] {
  let said = new Set<string>();
  return (warnings) => {
    const isNew = (warning: ErrorParts) => !said.has(describeProblem(warning));
    const found = warnings.filter(isNew);
    said = new Set(warnings.map(describeProblem));
    return found;
  };
}

/** Called with what has been done so far, and what there is to do, which may grow: bytes, files. */
export type OnProgress = (done: number, total: number) => void;
