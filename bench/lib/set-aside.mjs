// Takes the output of a run away, so that the next one starts with nothing there.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './child-process.mjs';

/**
 * Lets the disk come to rest as well. None of it belongs into the time that is
 * measured.
 *
 * Renamed, not deleted: ext4 without a journal steps over every inode freed in
 * the last minutes whenever it makes a file, and thousands of new files then
 * take ten times as long, whoever makes them.
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
