// Whether the memory of a build depends on the size of a file.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { requireFreeDisk } from '../lib/files.mjs';
import { interleave } from '../lib/interleave.mjs';
import { measurePeakMemory } from '../lib/peak-memory.mjs';
import { ratioRow } from '../lib/row.mjs';
import { megabytes } from '../lib/units.mjs';

const ROUNDS = 3;
const LARGE_BYTES = 2_000_000_000;
const SMALL_BYTES = 2_000_000;
const LIMIT_BYTES = 150_000_000;
const BLOCK_BYTES = 8_000_000;

const NOTES =
  'Peak resident memory of `next-smart-cache build` (cold) over a `public/` with one file: 2 GB in ours, ' +
  '2 MB in the reference. The limit applies to ours.';

export async function measure({ root, workDir, rounds = ROUNDS }) {
  // The file, its frozen copy, and something to spare.
  requireFreeDisk(workDir, 2 * LARGE_BYTES + 500_000_000);
  const large = writeAppWithOneFile(path.join(workDir, 'large'), LARGE_BYTES);
  const small = writeAppWithOneFile(path.join(workDir, 'small'), SMALL_BYTES);
  const samples = await interleave(rounds, { '2 GB': () => measurePeak(root, large), '2 MB': () => measurePeak(root, small) });
  const row = ratioRow({
    name: 'peak memory, one file of 2 GB against one of 2 MB',
    unit: megabytes,
    ours: samples['2 GB'],
    reference: samples['2 MB'],
  });
  const isMet = Math.max(...samples['2 GB']) < LIMIT_BYTES;
  return { notes: NOTES, rows: [{ ...row, target: `ours < ${megabytes(LIMIT_BYTES)}`, isMet }] };
}

/** `next-smart-cache build`, cold. */
function measurePeak(root, app) {
  for (const output of ['.next', '.smart-cache']) fs.rmSync(path.join(app, output), { recursive: true, force: true });
  return measurePeakMemory(app, [path.join(root, 'dist', 'cjs', 'cli.js'), 'build', '--cwd', app]);
}

function writeAppWithOneFile(app, bytes) {
  fs.mkdirSync(path.join(app, 'public'), { recursive: true });
  const descriptor = fs.openSync(path.join(app, 'public', 'video.mp4'), 'wx');
  // Random: a file system that compresses must not make it small.
  const block = randomBytes(BLOCK_BYTES);
  for (let written = 0; written < bytes; ) written += fs.writeSync(descriptor, block, 0, Math.min(BLOCK_BYTES, bytes - written));
  fs.closeSync(descriptor);
  return app;
}
