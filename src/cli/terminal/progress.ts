import { formatBytes, formatCount } from '../../core/numbers.js';
import type { OnProgress } from '../../core/on-progress.js';
import type { CommandIo } from '../command-io.js';

/** Work that is over sooner needs no bar. */
const LONG_MS = 500;
const FRAME_MS = 100;

/** What the work is, and what is counted of it: `hashing public/ [===---] 50% of 200 MB`. */
export interface Progress {
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
