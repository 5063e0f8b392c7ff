// Entry: `node bench/run.mjs [GROUP …] [--rounds N]`. See README.md.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { run } from './lib/child-process.mjs';
import { installIfOutdated } from './lib/install.mjs';
import { describeMachine, describeVersions } from './lib/machine.mjs';
import { writeSection } from './lib/results-file.mjs';
import { formatTable } from './lib/table.mjs';
import { openWorkDir } from './lib/work-dir.mjs';

const GROUPS = {
  build: () => import('./groups/build.mjs'),
  types: () => import('./groups/types.mjs'),
  serving: () => import('./groups/serving.mjs'),
  scale: () => import('./groups/scale.mjs'),
  visits: () => import('./groups/visits.mjs'),
  memory: () => import('./groups/memory.mjs'),
  references: () => import('./groups/references.mjs'),
  development: () => import('./groups/development.mjs'),
  rendering: () => import('./groups/rendering.mjs'),
};
const groupNames = Object.keys(GROUPS);
const benchDir = import.meta.dirname;
const root = path.dirname(benchDir);

const { positionals, rounds } = readArguments();
requireBuiltPackage();

const workDir = openWorkDir();
try {
  await installIfOutdated(benchDir);
  for (const name of groupNames.filter((group) => positionals.length === 0 || positionals.includes(group))) {
    console.error(`\n${name}`);
    const { measure } = await GROUPS[name]();
    const { notes, rows } = await measure({ root, benchDir, workDir: workDir.subfolder(name), rounds });
    const section = [
      `## ${name}`,
      `${new Date().toISOString().slice(0, 10)}; ${describeMachine()}; ${describeVersions(root, benchDir)}.`,
      notes,
      formatTable(rows),
    ];
    console.log(`\n${section.join('\n\n')}`);
    writeSection(path.join(benchDir, 'RESULTS.md'), groupNames, name, section.join('\n\n'));
    await run(process.execPath, [path.join(benchDir, 'plot.mjs')]);
  }
} finally {
  workDir.remove();
}

function readArguments() {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } });
  const unknown = positionals.find((name) => !groupNames.includes(name));
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (unknown !== undefined || (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))) {
    console.error(`Usage: node bench/run.mjs [${groupNames.join('|')} …] [--rounds N]`);
    process.exit(2);
  }
  return { positionals, rounds };
}

function requireBuiltPackage() {
  if (fs.existsSync(path.join(root, 'dist', 'cjs', 'cli.js'))) return;
  console.error('dist/ is missing. Use "npm run bench", or "npm run build" first.');
  process.exit(1);
}
