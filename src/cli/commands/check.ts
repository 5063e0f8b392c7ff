import fs from 'node:fs';
import path from 'node:path';
import { formatCount } from '../../core/numbers.js';
import { buildManifest } from '../../pipeline/build-manifest.js';
import type { CliCommand, Invocation } from '../command.js';
import type { CommandIo, ExitCode } from '../command-io.js';
import { coverageAsData, holdsFloor, parsePercent, printCoverage, summarizeCoverage } from '../coverage-report.js';
import { printableJson } from '../terminal/printable.js';
import { HASHING, withProgress } from '../terminal/progress.js';
import { createTalk } from '../terminal/talk.js';

export const checkCommand: CliCommand = {
  name: 'check',
  summary: 'for CI: manifest, options, and the coverage of the last build',
  description:
    'Checks that the manifest is current, and reports how many public files the pages of the last build load by a hashed URL. ' +
    'Writes nothing. Loading next.config checks the options.',
  failsWhen: 'a check failed',
  examples: [
    ['check', 'in CI, after "next-smart-cache build"'],
    ['check --coverage 95', 'in CI, after "next build"'],
  ],
  configure: (command) => {
    command
      .option('--coverage <percent>', 'fail if the pages load less than this share of their public files by a hashed URL', parsePercent)
      .option('--no-manifest', 'skip the check of the manifest, if only "next build" writes it');
  },
  run: runCheck,
};

async function runCheck({ root, json, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(root);
  const built = await withProgress(io, HASHING, (onProgress) => buildManifest(project, { write: false, onProgress }));
  const manifest =
    options.manifest === false ? 'not asked' : !built.changed ? 'current' : fs.existsSync(project.manifestPath) ? 'outdated' : 'missing';
  const isUsable = manifest === 'not asked' || manifest === 'current';
  const measured = io.measureBuild(project, built);
  const floor = options.coverage as number | undefined;
  const problems = (isUsable ? 0 : 1) + (holdsFloor(measured, floor) ? 0 : 1);
  if (json) {
    const report = { ok: problems === 0, manifest, coverage: coverageAsData(measured), warnings: built.warnings };
    io.stdout(`${printableJson(report)}\n`);
  }
  const talk = createTalk(io);
  for (const notice of built.notices) talk.note(notice);
  for (const warning of built.warnings) talk.warn(warning);
  if (!isUsable) {
    if (built.deliveryBefore !== undefined) for (const line of project.deliveryLines) talk.note(line);
    const why =
      built.deliveryBefore === undefined
        ? ''
        : `: it is for ${built.deliveryBefore} delivery, and here it would be for ${project.delivery}`;
    talk.failAt(path.relative(io.cwd, project.manifestPath), `is ${manifest}${why}; run "next-smart-cache build"`);
  }
  printCoverage(talk, measured, floor);
  const files = formatCount(Object.keys(built.manifest.assets).length, 'file');
  if (problems > 0) talk.fail(`${formatCount(problems, 'problem')}; ${files} in public/`);
  else talk.done(`${files} checked, no problems; ${summarizeCoverage(measured)}`);
  return problems > 0 ? 1 : 0;
}
