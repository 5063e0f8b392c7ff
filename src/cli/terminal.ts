import type { EventEmitter } from 'node:events';
import { createColors } from 'picocolors';
import {
  describeProblem,
  type ErrorParts,
  formatBytes,
  formatCount,
  type OnProgress,
  type SmartCacheError,
  systemErrorCode,
  visible,
} from '../core/errors.js';
import type { CommandIo } from './command.js';

/**
 * Messages of the command line to a person: on stderr, so that data on stdout can
 * be piped on. Control characters in a text are shown, and never reach the
 * terminal.
 */
export interface Talk {
  /** The outcome, one line. */
  done(text: string): void;
  /** On the way there, in one line or several. */
  note(...lines: string[]): void;
  /** Something to mend that stops nothing. */
  warn(problem: ErrorParts): void;
  /** A check that failed, in one line or several. */
  fail(...lines: string[]): void;
  /** The same, at a place in a file, in the form that editors and terminals make a link of: `app/page.tsx:3:12`. */
  failAt(place: string, text: string): void;
  error(error: SmartCacheError): void;
}

const NAME = 'next-smart-cache:';

export function createTalk({ stderr, terminal }: Pick<CommandIo, 'stderr' | 'terminal'>): Talk {
  const { bold, cyan, dim, green, red, yellow } = createColors(terminal.hasColors);
  const line = (text: string) => stderr(`${text}\n`);
  return {
    done: (text) => line(`${green(NAME)} ${visible(text)}`),
    note: (...lines) => line(`${dim(NAME)} ${lines.map(visible).join('\n')}`),
    warn: (problem) => line(`${yellow(NAME)} ${paint(describeProblem(problem))}`),
    fail: (...lines) => line(`${red(NAME)} ${lines.map(visible).join('\n')}`),
    failAt: (place, text) => line(`${bold(visible(place))}  ${visible(text)}`),
    error: (error) => line(`${red(NAME)} ${paint(error.message)}\n  ${dim(`Code: ${error.code}`)}`),
  };

  /** The four parts of a message: what and where stand out, the fix can be found at a glance. */
  function paint(message: string): string {
    const [first = '', ...others] = message.split('\n');
    return [bold(first), ...others.map((text) => text.replace(/^ {2}(Why|Fix):/, (label) => cyan(label)))].join('\n');
  }
}

/** Work that is over sooner needs no bar. */
const LONG_MS = 500;
const FRAME_MS = 100;

/** What the work is, and what is counted of it: `hashing public/ [===---] 50% of 200 MB`. */
interface Progress {
  verb: string;
  formatTotal(total: number): string;
}

export const HASHING: Progress = { verb: 'hashing public/', formatTotal: formatBytes };
export const VERIFYING: Progress = { verb: 'looking at', formatTotal: (total) => formatCount(total, 'file') };

/**
 * Shows how far a piece of work is, if it is long and somebody watches. The
 * line is gone when the work is over, or has failed.
 *
 * @param work is given `undefined` where no bar may be drawn, so that it need not count.
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
      if (now - startedAt < LONG_MS || now - drawnAt < FRAME_MS) return;
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

const BAR_WIDTH = 30;

/** ECMA-48, section 8.3.41. Nothing is changed that an interrupt would have to set back, such as a hidden cursor. */
const CLEAR_TO_END = '\u001b[K';
const CLEAR_LINE = '\u001b[2K';

/** More of one text than this is no help to a reader. */
const MAX_LENGTH = 300;

/** Makes a text {@link visible}, and cuts the middle out of a very long one. */
export function printable(text: string): string {
  return visible(cutMiddle(text));
}

/**
 * Writes data for stdout as JSON that a terminal shows exactly. `JSON.stringify` escapes only the C0 controls.
 *
 * @param indent spaces. Default: 2; 0 keeps it on one line.
 */
export function printableJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** What it begins with and what it ends in say the most. */
function cutMiddle(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const end = MAX_LENGTH / 3;
  return `${text.slice(0, MAX_LENGTH - end - 1)}…${text.slice(-end)}`;
}

interface OutputErrorHandlers {
  /** Nobody reads any more, as with `| head`: that is no error, but there is nothing left to do. */
  onReaderGone(): void;
  /** What was to be written is lost, as with `> file` on a full disk. */
  onLost(code: string): void;
}

/** Answers the errors of a stream that the command line writes to; left alone, they end the process with a stack. */
export function handleOutputErrors(stream: EventEmitter, { onReaderGone, onLost }: OutputErrorHandlers): void {
  stream.on('error', (error: unknown) => {
    const code = systemErrorCode(error);
    if (code === 'EPIPE') onReaderGone();
    else onLost(code ?? String(error));
  });
}
