import { Writable } from 'node:stream';
import { formatBytes, formatCount } from '../../core/numbers.js';
import type { OnProgress } from '../../core/on-progress.js';
import type { CommandIo } from '../command-io.js';

/** Work that is over sooner needs no bar. */
const LONG_MS = 500;
const FRAMES_PER_SECOND = 10;

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
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    stream: toStream(io),
    format: (_, { progress, total }) => {
      const complete = Math.round(progress * BAR_WIDTH);
      const drawn = '='.repeat(complete) + '-'.repeat(BAR_WIDTH - complete);
      return `${verb} [${drawn}] ${Math.floor(progress * 100)}% of ${formatTotal(total)}`;
    },
    fps: FRAMES_PER_SECOND,
    // Nothing else can draw it while the work leaves no time for timers.
    synchronousUpdate: true,
    clearOnComplete: true,
    // An interrupt ends the work at once; so nothing may be changed that had to be set back.
    gracefulExit: false,
    hideCursor: false,
    linewrap: true,
  });
  const startedAt = Date.now();
  let isDrawn = false;
  try {
    return await work((done, total) => {
      if (isDrawn) {
        bar.setTotal(total);
        return bar.update(done);
      }
      if (Date.now() - startedAt < LONG_MS) return;
      isDrawn = true;
      bar.start(total, done);
    });
  } finally {
    if (isDrawn) bar.stop();
  }
}

const BAR_WIDTH = 30;

/** What cli-progress wants to draw on. */
function toStream({ stderr, terminal }: Pick<CommandIo, 'stderr' | 'terminal'>): NodeJS.WritableStream {
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _, done) {
      stderr(text);
      done();
    },
  });
  return Object.assign(stream, { isTTY: true, columns: terminal.columns });
}
