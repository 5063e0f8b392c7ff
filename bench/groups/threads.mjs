// Whether threads that freeze pay: cold builds on 2 and on 4 threads against the same build on 1.
import fs from 'node:fs';
import path from 'node:path';
import { run } from '../lib/child-process.mjs';
import { countFiles } from '../lib/files.mjs';
import { interleave } from '../lib/interleave.mjs';
import { ratioRow } from '../lib/row.mjs';
import { makeSetAside } from '../lib/set-aside.mjs';
import { seconds } from '../lib/units.mjs';

const ROUNDS = 5;
const WORTHWHILE_GAIN = 1.3;
const ICONS = ['@tabler/icons/icons'];
const PACKAGES = ['katex', 'bootstrap', '@fortawesome/fontawesome-free', 'three'];

const NOTES =
  'Cold builds; ours with 2 or 4 threads, the reference with 1. The ratio is reference / ours: how many times faster the threads are. ' +
  'CPU time is user and system time of all threads together.';

export async function measure({ root, benchDir, workDir, rounds }) {
  const trees = [
    ['@tabler/icons', ICONS, 1],
    ['@tabler/icons, ten times', ICONS, 10],
    ['KaTeX, Bootstrap, Font Awesome and three', PACKAGES, 1],
    ['KaTeX, Bootstrap, Font Awesome and three, eight times', PACKAGES, 8],
  ];
  const rows = [];
  for (const [index, [name, packages, times]] of trees.entries()) {
    const app = path.join(workDir, `app-${index}`);
    for (let copy = 0; copy < times; copy++) writeCopy(benchDir, path.join(app, 'public', `copy-${copy}`), packages, copy);
    const label = `${name}, ${countFiles(path.join(app, 'public')).toLocaleString('en')} files`;
    console.error(` ${label}`);
    rows.push(...(await measureTree(label, { root, benchDir, workDir, app }, rounds ?? ROUNDS)));
  }
  return { notes: NOTES, rows };
}

/** Each copy differs from the others: equal files would share one entry of the store. */
function writeCopy(benchDir, folder, packages, copy) {
  for (const name of packages) {
    fs.cpSync(path.join(benchDir, 'node_modules', name), path.join(folder, name), { recursive: true });
  }
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) fs.appendFileSync(path.join(entry.parentPath, entry.name), ' '.repeat(copy));
  }
}

async function measureTree(label, { root, benchDir, workDir, app }, rounds) {
  const setAside = makeSetAside(workDir, app);
  const cpuFile = path.join(workDir, 'cpu-time');
  const preload = path.join(benchDir, 'references', 'threads.cjs');
  const cli = path.join(root, 'dist', 'cjs', 'cli.js');
  const cpu = { 1: [], 2: [], 4: [] };
  const build = (threads) => async () => {
    await setAside('.next', '.smart-cache');
    const env = { BENCH_THREADS: String(threads), BENCH_CPU_TIME: cpuFile };
    const { seconds: wall } = await run(process.execPath, ['-r', preload, cli, 'build', '--cwd', app], { env });
    cpu[threads].push(Number(fs.readFileSync(cpuFile, 'utf8')));
    return wall;
  };
  const wall = await interleave(rounds, { 1: build(1), 2: build(2), 4: build(4) });
  const row = (what, threads, samples, atLeast) =>
    ratioRow({
      name: `${what}, ${threads} threads against 1: ${label}`,
      unit: seconds,
      ours: samples[threads],
      reference: samples[1],
      quotient: 'reference / ours',
      atLeast,
    });
  return [2, 4].flatMap((threads) => [row('wall time', threads, wall, WORTHWHILE_GAIN), row('CPU time', threads, cpu)]);
}
