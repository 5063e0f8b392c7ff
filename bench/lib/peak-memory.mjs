import fs from 'node:fs';
import path from 'node:path';
import { run } from './child-process.mjs';

/**
 * Runs Node to its end.
 *
 * @param folder where a file may be written.
 * @returns its peak resident memory, in bytes.
 */
export async function measurePeakMemory(folder, args) {
  const hook = path.join(import.meta.dirname, 'peak-rss.cjs');
  const answer = path.join(folder, 'peak-rss');
  await run(process.execPath, ['-r', hook, ...args], { env: { BENCH_PEAK_RSS: answer } });
  return Number(fs.readFileSync(answer, 'utf8'));
}
