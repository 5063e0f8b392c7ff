// Measures the cost of following references, against the same build without it.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../lib/child-process.mjs';
import { countFiles, requireFreeDisk } from '../lib/files.mjs';
import { interleave } from '../lib/interleave.mjs';
import { MIXED_TREE_BYTES, MIXED_TREE_FILES, writeMixedTree } from '../lib/mixed-tree.mjs';
import { MODULE_TREE, writeModuleTree } from '../lib/module-tree.mjs';
import { measurePeakMemory } from '../lib/peak-memory.mjs';
import { ratioRow } from '../lib/row.mjs';
import { makeSetAside } from '../lib/set-aside.mjs';
import { median } from '../lib/statistics.mjs';
import { megabytes, seconds } from '../lib/units.mjs';

const PACKAGES = ['katex', 'bootstrap', '@fortawesome/fontawesome-free', 'three'];
const COLD_ROUNDS = 5;
const QUICK_ROUNDS = 11;
const MEMORY_ROUNDS = 2;
const LEAF_LIMIT_SECONDS = 0.2;
const MEMORY_LIMIT_BYTES = 300_000_000;

const NOTES =
  'Ours follows references. The reference is the same build with `references: false`, unless the row says otherwise. ' +
  'It looks for references too, because a file with a relative one keeps its plain URL, but rewrites none. ' +
  'Both call `build()` from a script, since the start-up of the command is the same on both sides and would flatter the ratio. ' +
  'Wall time of whole processes, store included, all files in the page cache. ' +
  'Changed leaf: a line is added to one module on the lowest level, 50 ms before the build.';

export async function measure({ root, benchDir, workDir, rounds }) {
  const api = path.join(root, 'dist', 'cjs', 'build.js');
  const buildScript = path.join(benchDir, 'references', 'build.cjs');
  const argumentsFor = (app, references) => [buildScript, api, app, JSON.stringify({ references })];
  const context = {
    api,
    benchDir,
    workDir,
    argumentsFor,
    build: (app, references) => run(process.execPath, argumentsFor(app, references)),
  };
  return {
    notes: NOTES,
    rows: [
      ...(await measurePackages(context, rounds)),
      ...(await measureChangedLeaf(context, rounds ?? QUICK_ROUNDS)),
      await measureMemory(context, rounds ?? MEMORY_ROUNDS),
    ],
  };
}

async function measurePackages({ benchDir, workDir, build }, rounds) {
  // An app each: the options are part of what a build remembers.
  const [followed, plain] = ['followed', 'plain'].map((name) => path.join(workDir, name));
  for (const name of PACKAGES) {
    for (const app of [followed, plain]) {
      fs.cpSync(path.join(benchDir, 'node_modules', name), path.join(app, 'public', name), { recursive: true });
    }
  }
  const label = `KaTeX, Bootstrap, Font Awesome and three, ${countFiles(path.join(plain, 'public')).toLocaleString('en')} files`;
  console.error(` ${label}`);
  const cold = (app, references) => {
    const setAside = makeSetAside(workDir, app);
    return async () => {
      await setAside('.next', '.smart-cache');
      return (await build(app, references)).seconds;
    };
  };
  const coldSamples = await interleave(rounds ?? COLD_ROUNDS, {
    ours: cold(followed, true),
    plain: cold(plain, false),
    sha256: async () =>
      (await run(process.execPath, [path.join(benchDir, 'references', 'hash-files.cjs'), path.join(plain, 'public')])).seconds,
  });
  const unchangedSamples = await interleave(rounds ?? QUICK_ROUNDS, {
    ours: async () => (await build(followed, true)).seconds,
    plain: async () => (await build(plain, false)).seconds,
  });
  const row = (name, samples, reference, atMost) => ratioRow({ name, unit: seconds, ours: samples.ours, reference, atMost });
  return [
    row(`cold: ${label}`, coldSamples, coldSamples.plain, 3),
    row('cold, against a bare Node script that reads and hashes every file: the same', coldSamples, coldSamples.sha256),
    row('unchanged: the same', unchangedSamples, unchangedSamples.plain, 1.2),
  ];
}

async function measureChangedLeaf({ api, benchDir, workDir, build }, rounds) {
  const app = path.join(workDir, 'modules');
  const { leaf, above } = writeModuleTree(path.join(app, 'public'));
  const label = `${MODULE_TREE}, ${above} above the leaf`;
  console.error(` ${label}`);
  const file = path.join(app, 'public', leaf);
  await build(app, true);
  const { stdout } = await run(process.execPath, [path.join(benchDir, 'lib', 'changed-leaf.mjs'), api, app, file, String(rounds)]);
  const inProcess = JSON.parse(stdout);
  let count = 0;
  const processes = await interleave(rounds, {
    async changed() {
      fs.appendFileSync(file, `// ${count++}\n`);
      await sleep(50);
      return (await build(app, true)).seconds;
    },
    unchanged: async () => (await build(app, true)).seconds,
  });
  const row = (name, { changed, unchanged }) => {
    const measured = ratioRow({ name, unit: seconds, ours: changed, reference: unchanged });
    const isMet = median(changed) < LEAF_LIMIT_SECONDS;
    return { ...measured, target: `ours < ${seconds(LEAF_LIMIT_SECONDS)}`, isMet };
  };
  return [
    row(`changed leaf against unchanged, in a running process: ${label}`, inProcess),
    row('changed leaf against unchanged, whole process: the same', processes),
  ];
}

async function measureMemory({ workDir, argumentsFor }, rounds) {
  // The files, their frozen copies, and something to spare.
  requireFreeDisk(workDir, 2 * MIXED_TREE_BYTES + 500_000_000);
  const app = path.join(workDir, 'mixed');
  writeMixedTree(path.join(app, 'public'));
  const peak = (references) => () => {
    for (const output of ['.next', '.smart-cache']) fs.rmSync(path.join(app, output), { recursive: true, force: true });
    return measurePeakMemory(app, argumentsFor(app, references));
  };
  const samples = await interleave(rounds, { ours: peak(true), plain: peak(false) });
  const row = ratioRow({
    name: `peak memory: ${MIXED_TREE_FILES.toLocaleString('en')} files, ${(MIXED_TREE_BYTES / 1e9).toFixed(1)} GB`,
    unit: megabytes,
    ours: samples.ours,
    reference: samples.plain,
  });
  const isMet = Math.max(...samples.ours) < MEMORY_LIMIT_BYTES;
  return { ...row, target: `ours < ${megabytes(MEMORY_LIMIT_BYTES)}`, isMet };
}
