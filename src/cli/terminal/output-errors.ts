import type { EventEmitter } from 'node:events';
import { systemErrorCode } from '../../core/errors.js';

export interface OutputErrorHandlers {
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
