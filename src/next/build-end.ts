import fs from 'node:fs';
import path from 'node:path';
import { visibleLines } from '../core/visible-text.js';

/**
 * Runs a task when this process ends well: a build that has failed since ends
 * with another exit code. Only what is synchronous is run to its end then.
 *
 * @param distDir where Next has just built, for a task that decides whether the
 * build may be used: when it throws, `next start` refuses the build, since it
 * starts none without a `BUILD_ID`.
 */
export function whenBuildSucceeds(task: () => void, distDir?: string): void {
  process.once('exit', (code) => {
    if (Number(process.exitCode ?? code) !== 0) return;
    try {
      task();
    } catch (error) {
      console.error(`next-smart-cache: ${visibleLines(error instanceof Error ? error.message : String(error))}`);
      process.exitCode = 1;
      if (distDir !== undefined) fs.rmSync(path.join(distDir, 'BUILD_ID'), { force: true });
    }
  });
}
