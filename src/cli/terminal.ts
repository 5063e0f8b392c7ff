import type { EventEmitter } from 'node:events';
import { describeProblem, type ErrorParts, type OnProgress, type SmartCacheError, systemErrorCode } from '../core/errors.js';
import { formatBytes, formatCount, visible } from '../core/message-text.js';
import { createColors } from './colors.js';
import type { CommandIo } from './command.js';

/**
 * Writes messages for people to stderr, so that data on stdout can be piped.
 * Shows control characters in a text instead of sending them to the terminal.
 */
export interface Reporter {
  /** The result, in one line. */
  done(text: string): void;
  /** Information, in one line or several. */
  note(...lines: string[]): void;
  /** A problem that stops nothing. */
  warn(problem: ErrorParts): void;
  /** A failed check, in one line or several. */
  fail(...lines: string[]): void;
  /** A failed check at a place in a file, in the form that editors and terminals make clickable: `app/page.tsx:3:12`. */
  failAt(place: string, text: string): void;
  error(error: SmartCacheError): void;
}

const NAME = 'next-smart-cache:';

export function createReporter({ stderr, terminal }: Pick<CommandIo, 'stderr' | 'terminal'>): Reporter {
  const { bold, cyan, dim, green, red, yellow } = createColors(terminal.hasColors);
  const write = (text: string) => stderr(`${text}\n`);
  return {
    done: (text) => write(`${green(NAME)} ${visible(text)}`),
    note: (...lines) => write(`${dim(NAME)} ${lines.map(visible).join('\n')}`),
    warn: (problem) => write(`${yellow(NAME)} ${paint(describeProblem(problem))}`),
    fail: (...lines) => write(`${red(NAME)} ${lines.map(visible).join('\n')}`),
    failAt: (place, text) => write(`${bold(visible(place))}  ${visible(text)}`),
    error: (error) => write(`${red(NAME)} ${paint(error.message.replace(/(?:\n {2}See: .*)?$/, `\n  Code: ${error.code}$&`))}`),
  };

  /** Highlights the first line and the labels, so that readers find the fix at a glance. */
  function paint(message: string): string {
    const [first = '', ...others] = message.split('\n');
    return [bold(first), ...others.map((text) => text.replace(/^ {2}(Why|Fix|Code|See):/, (label) => cyan(label)))].join('\n');
  }
}

/** Work that takes less time shows no bar. */
const MIN_WORK_MS = 500;
const FRAME_MS = 100;
const BAR_WIDTH = 30;

/** The words of a progress bar: `hashing public/ [===---] 50% of 200 MB`. */
interface Progress {
  verb: string;
  formatTotal(total: number): string;
}

export const HASHING: Progress = { verb: 'hashing public/', formatTotal: formatBytes };
export const VERIFYING: Progress = { verb: 'checking', formatTotal: (total) => formatCount(total, 'file') };

/**
 * Shows a progress bar on an interactive terminal while long work is done, and
 * removes it afterwards.
 *
 * @param work gets `undefined` if no bar may be drawn, so it need not count.
 */
export async function withProgress<T>(
  io: Pick<CommandIo, 'stderr' | 'terminal'>,
  { verb, formatTotal }: Progress,
  work: (onProgress?: OnProgress) => T | Promise<T>,
): Promise<T> {
  if (!io.terminal.isInteractive) return work();
  const startedAt = Date.now();
  let drawnAt = 0;
  try {
    return await work((done, total) => {
      const now = Date.now();
      if (now - startedAt < MIN_WORK_MS || now - drawnAt < FRAME_MS) return;
      drawnAt = now;
      const progress = Math.min(done / total || 0, 1);
      const complete = Math.round(progress * BAR_WIDTH);
      const bar = '='.repeat(complete) + '-'.repeat(BAR_WIDTH - complete);
      const line = `${verb} [${bar}] ${Math.floor(progress * 100)}% of ${formatTotal(total)}`;
      io.stderr(`\r${line.slice(0, io.terminal.columns)}${CLEAR_TO_END}`);
    });
  } finally {
    if (drawnAt > 0) io.stderr(`\r${CLEAR_LINE}`);
  }
}

/** ECMA-48, section 8.3.41. The bar changes nothing that an interrupt would have to restore, such as the cursor. */
const CLEAR_TO_END = '\u001b[K';
const CLEAR_LINE = '\u001b[2K';

const MAX_LENGTH = 300;

/** Makes a text {@link visible}. Shortens a very long one in the middle, since its beginning and end tell the most. */
export function printable(text: string): string {
  if (text.length <= MAX_LENGTH) return visible(text);
  const end = MAX_LENGTH / 3;
  return visible(`${text.slice(0, MAX_LENGTH - end - 1)}…${text.slice(-end)}`);
}

/**
 * Writes JSON without characters that a terminal obeys. `JSON.stringify` escapes only the C0 controls.
 *
 * @param indent spaces. Default: 2; 0 keeps it on one line.
 */
export function printableJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

interface OutputErrorHandlers {
  /** The reader closed the pipe, as `| head` does. This is not an error, but ends the work. */
  onReaderGone(): void;
  /** Output is lost, as with `> file` on a full disk. */
  onLost(code: string): void;
}

/** Handles the errors of an output stream. Without this, they end the process with a stack. */
export function handleOutputErrors(stream: EventEmitter, { onReaderGone, onLost }: OutputErrorHandlers): void {
  stream.on('error', (error: unknown) => {
    const code = systemErrorCode(error);
    if (code === 'EPIPE') onReaderGone();
    else onLost(code ?? String(error));
  });
}
