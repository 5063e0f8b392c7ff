import { visibleLines } from './visible-text.js';

/** Runs what must not take a server down, such as a look at a file that is half written: an error is said instead. */
export function keepRunning(action: () => void): void {
  try {
    action();
  } catch (error) {
    console.error(`next-smart-cache: ${visibleLines(error instanceof Error ? error.message : String(error))}`);
  }
}
