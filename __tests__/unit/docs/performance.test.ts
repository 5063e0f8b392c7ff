import { execFileSync } from 'node:child_process';
import path from 'node:path';

test('docs/PERFORMANCE.md and its plots have the figures of bench/RESULTS.md', () => {
  // It has to end with 0; its output is the message of the failure.
  execFileSync(process.execPath, [path.resolve(__dirname, '../../../bench/plot.mjs'), '--check'], { encoding: 'utf8' });
});
