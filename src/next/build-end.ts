/**
 * Runs a task when this process ends well: a build that has failed since ends
 * with another exit code. Only what is synchronous is run to its end then.
 */
export function whenBuildSucceeds(task: () => void): void {
  process.once('exit', (code) => {
    if (Number(process.exitCode ?? code) !== 0) return;
    try {
      task();
    } catch (error) {
      console.error(`next-smart-cache: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  });
}
