import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const WAIT_MS = 100;

/**
 * Runs work that changes a folder shared by all test processes. The other
 * processes wait until it is done.
 *
 * @param name of the lock file in the temporary folder. It holds the process ID of its owner.
 */
export function oneAtATime<T>(name: string, work: () => T): T {
  const lock = path.join(fs.realpathSync(os.tmpdir()), `next-smart-cache-${name}.lock`);
  while (!take(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
  try {
    return work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!isOwned(lock)) fs.rmSync(lock, { force: true });
    return false;
  }
}

/** Whether the process that took the lock still runs. An empty file is one whose owner is about to write into it. */
function isOwned(lock: string): boolean {
  try {
    const owner = Number(fs.readFileSync(lock, 'utf8'));
    if (owner > 0) process.kill(owner, 0);
    return true;
  } catch (error) {
    // Do not remove a missing lock: another process may be taking it.
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
