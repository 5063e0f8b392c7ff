// How long `next-smart-cache build` takes, process start to process end, over two trees that people know.
import fs from 'node:fs';
import path from 'node:path';
import { run } from '../lib/child-process.mjs';
import { countFiles } from '../lib/files.mjs';
import { interleave } from '../lib/interleave.mjs';
import { ratioRow } from '../lib/row.mjs';
import { makeSetAside } from '../lib/set-aside.mjs';
import { seconds } from '../lib/units.mjs';

const COLD_ROUNDS = 7;
/** These take a tenth of a second, so that noise weighs more, and more of them are cheap. */
const UNCHANGED_ROUNDS = 21;

/** Many tiny files, and files of all sizes with references between them. The targets are ratios. */
const TREES = {
  '@tabler/icons': { folder: ['@tabler', 'icons', 'icons'], atLeastGulp: 10, atMostCopy: 1.5 },
  three: { folder: ['three'], atLeastGulp: 5, atMostCopy: 2.5 },
};

const NOTES =
  'Wall time of whole processes. Cold: no `.next`, no `.smart-cache`; the build makes the store. ' +
  'Unchanged: everything exists. All files are in the page cache.';

export async function measure({ root, benchDir, workDir, rounds }) {
  const rows = [];
  for (const [name, { folder, ...targets }] of Object.entries(TREES)) {
    const source = path.join(benchDir, 'node_modules', ...folder);
    const app = path.join(workDir, path.basename(name));
    fs.cpSync(source, path.join(app, 'public'), { recursive: true });
    const label = `${name}, ${countFiles(source).toLocaleString('en')} files`;
    console.error(` ${label}`);
    const contenders = contendersFor({ root, benchDir, workDir, app });
    rows.push(...(await measureCold(label, contenders, rounds ?? COLD_ROUNDS, targets)));
    rows.push(await measureUnchanged(label, contenders, rounds ?? UNCHANGED_ROUNDS));
  }
  return { notes: NOTES, rows };
}

async function measureCold(label, { cold, gulpRev, copyAndSum }, rounds, { atLeastGulp, atMostCopy }) {
  const samples = await interleave(rounds, { ours: cold, 'gulp-rev': gulpRev, 'cp + sha256sum': copyAndSum });
  return [
    ratioRow({
      name: `cold build against gulp-rev: ${label}`,
      unit: seconds,
      ours: samples.ours,
      reference: samples['gulp-rev'],
      quotient: 'reference / ours',
      atLeast: atLeastGulp,
    }),
    ratioRow({
      name: `cold build against cp -r, then sha256sum: ${label}`,
      unit: seconds,
      ours: samples.ours,
      reference: samples['cp + sha256sum'],
      atMost: atMostCopy,
    }),
  ];
}

async function measureUnchanged(label, { unchanged, listFiles }, rounds) {
  const samples = await interleave(rounds, { ours: unchanged, lstat: listFiles });
  return ratioRow({
    name: `unchanged build against lstat of every file: ${label}`,
    unit: seconds,
    ours: samples.ours,
    reference: samples.lstat,
    atMost: 2,
  });
}

/** Each measures one run and returns its seconds. */
function contendersFor({ root, benchDir, workDir, app }) {
  const cli = path.join(root, 'dist', 'cjs', 'cli.js');
  const gulp = path.join(benchDir, 'node_modules', 'gulp', 'bin', 'gulp.js');
  const setAside = makeSetAside(workDir, app);
  const build = () => run(process.execPath, [cli, 'build', '--cwd', app]);
  return {
    async cold() {
      await setAside('.next', '.smart-cache');
      return (await build()).seconds;
    },
    async unchanged() {
      const { seconds, stderr } = await build();
      if (!stderr.includes('nothing changed')) throw new Error(`Something changed between two builds: ${stderr}`);
      return seconds;
    },
    async gulpRev() {
      await setAside('revved');
      const gulpfile = path.join(benchDir, 'references', 'gulpfile.mjs');
      return (await run(process.execPath, [gulp, '--silent', '--gulpfile', gulpfile], { env: { BENCH_APP: app } })).seconds;
    },
    async copyAndSum() {
      await setAside('copy', 'sums');
      const script = 'cp -r public copy && find copy -type f -print0 | xargs -0 -P2 sha256sum > sums';
      return (await run('sh', ['-c', script], { cwd: app })).seconds;
    },
    async listFiles() {
      return (await run(process.execPath, [path.join(benchDir, 'references', 'list-files.cjs'), path.join(app, 'public')])).seconds;
    },
  };
}
