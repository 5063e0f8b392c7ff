import { createColors } from 'picocolors';
import { describeProblem, type ErrorParts, type SmartCacheError } from '../../core/errors.js';
import { visible } from '../../core/visible-text.js';
import type { CommandIo } from '../command-io.js';

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
