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

/**
 * Characters that a terminal obeys or hides: control characters (C0, DEL, C1),
 * those that change the direction of text (https://www.unicode.org/reports/tr9/),
 * and the two line breaks that are not control characters.
 */
const INVISIBLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Makes a text from outside, such as the name of a file, safe for a terminal or
 * a log: on one line, with `\u{1b}` in place of a character that moves the
 * cursor or reverses the reading direction.
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** {@link visible} for each line of a text, such as a stack. The line breaks stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** A value as a message shows it: JSON where it has one, and never an error of its own. */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if ('then' in Object(value)) return 'a promise';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // JSON has no big integers, no circles.
    return String(value);
  }
}

/**
 * `6,288 files`. `toLocaleString` would load Intl, which takes longer than to
 * look at a thousand files.
 *
 * @param noun what is counted, in the singular. Default: the number alone.
 */
export function formatCount(count: number, noun?: string): string {
  const digits = String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return noun === undefined ? digits : `${digits} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1.23 MB` */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** Called with what has been done so far, and what there is to do, which may grow: bytes, files. */
export type OnProgress = (done: number, total: number) => void;
