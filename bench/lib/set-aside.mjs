// Moves the output of a run away, so that the next run starts without it.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './child-process.mjs';

/**
 * Makes a function that moves output away, then waits until the disk has written
 * everything. Do not measure the time that it takes.
 *
 * It renames and does not delete: when ext4 without a journal makes a file, it
 * passes over every inode that was freed in the last minutes. Thousands of new
 * files then take ten times as long, whichever program makes them.
 */
export function makeSetAside(workDir, app) {
  const attic = path.join(workDir, 'attic');
  let count = 0;
  return async (...names) => {
    fs.mkdirSync(attic, { recursive: true });
    for (const name of names) {
      const output = path.join(app, name);
      if (fs.existsSync(output)) fs.renameSync(output, path.join(attic, `${path.basename(app)}-${name}-${count++}`));
    }
    await run('sync', []);
  };
}
