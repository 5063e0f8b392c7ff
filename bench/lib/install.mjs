// What the benchmark needs is not a dependency of the package, so it is installed here, on first use.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './child-process.mjs';

/** Runs `npm ci` unless `node_modules` was installed from this very lockfile. */
export async function installIfOutdated(benchDir) {
  const lockfile = fs.readFileSync(path.join(benchDir, 'package-lock.json'), 'utf8');
  const mark = path.join(benchDir, 'node_modules', '.installed-from.json');
  if (fs.existsSync(mark) && fs.readFileSync(mark, 'utf8') === lockfile) return;
  console.error('installing what the benchmark needs: npm ci --prefix bench');
  await run('npm', ['ci', '--prefix', benchDir, '--no-audit', '--no-fund'], { cwd: benchDir });
  fs.writeFileSync(mark, lockfile);
}
