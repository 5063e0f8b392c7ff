// Installs the dependencies of the benchmark on first use. They are not dependencies of the package.
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
