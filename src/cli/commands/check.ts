import fs from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { compareAssetPaths } from '../../core/asset-path.js';
import type { Coverage } from '../../core/coverage.js';
import { formatCount } from '../../core/message-text.js';
import { describeBuildCoverage, describeGroup, type MeasuredBuild } from '../../core/plain-reasons.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { loadPipeline } from '../load-pipeline.js';
import { createReporter, HASHING, printableJson, type Reporter, withProgress } from '../terminal.js';

export const checkCommand: CliCommand = {
  name: 'check',
  summary: 'check the manifest, the options and the coverage of the last build in CI',
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
  const { buildManifest } = loadPipeline();
  const built = await withProgress(io, HASHING, (onProgress) => buildManifest(project, { write: false, onProgress }));
  const { warnings, notices } = built;
  const manifest =
    options.manifest === false ? 'not asked' : !built.changed ? 'current' : fs.existsSync(project.manifestPath) ? 'outdated' : 'missing';
  const isManifestRight = manifest === 'not asked' || manifest === 'current';
  const measured = io.measureBuild(project, built);
  const floor = options.coverage as number | undefined;
  const problems = (isManifestRight ? 0 : 1) + (reachesFloor(measured, floor) ? 0 : 1);
  if (json) io.stdout(`${printableJson({ ok: problems === 0, manifest, coverage: coverageAsData(measured), warnings })}\n`);
  const reporter = createReporter(io);
  for (const notice of notices) reporter.note(notice);
  for (const warning of warnings) reporter.warn(warning);
  if (!isManifestRight) {
    const deliveryBefore = built.deliveryBefore();
    if (deliveryBefore !== undefined) for (const line of project.deliveryLines) reporter.note(line);
    const why = deliveryBefore === undefined ? '' : `: it is for ${deliveryBefore} delivery, and this build uses ${project.delivery}`;
    reporter.failAt(path.relative(io.cwd, project.manifestPath), `is ${manifest}${why}; run "next-smart-cache build"`);
  }
  reportCoverage(reporter, measured, floor);
  const files = formatCount(Object.keys(built.manifest.assets).length, 'file');
  if (problems > 0) reporter.fail(`${files} checked, ${formatCount(problems, 'problem')}`);
  else reporter.done(`${files} checked, no problems; ${summarizeCoverage(measured)}`);
  return problems > 0 ? 1 : 0;
}

/** A person reads only the first few names of a long list; --json has all. */
const MAX_NAMES = 20;

/**
 * Parses the value of `--coverage`.
 *
 * @throws {InvalidArgumentError} unless it is a number from 0 to 100; a `%` may follow it.
 */
function parsePercent(text: string): number {
  const digits = /^\s*(\d+(?:\.\d+)?)\s*%?\s*$/.exec(text)?.[1];
  const percent = Number(digits);
  if (digits === undefined || percent > 100) throw new InvalidArgumentError('It must be a percentage from 0 to 100, such as 95.');
  return percent;
}

/** @param floor percent. `undefined`: any coverage is enough, even an unmeasured one. */
function reachesFloor(measured: MeasuredBuild, floor: number | undefined): boolean {
  if (floor === undefined) return true;
  return !('whyNot' in measured) && measured.coverage.hashed * 100 >= floor * measured.coverage.total;
}

/** Reports which files are plain and why, and whether the coverage reaches the floor. */
function reportCoverage(reporter: Reporter, measured: MeasuredBuild, floor: number | undefined): void {
  if ('whyNot' in measured) {
    if (floor !== undefined) reporter.fail(`coverage is not measured, so the check for ${floor} % fails: ${measured.whyNot}`);
    return;
  }
  const line = describeBuildCoverage(measured);
  const reasons = measured.groups.map((group) => `  ${describeGroup(group, MAX_NAMES)}`);
  if (reachesFloor(measured, floor)) reporter.note(line, ...reasons);
  else reporter.fail(`coverage is ${percentOf(measured.coverage)} %, below ${floor} %: ${line}`, ...reasons);
}

function summarizeCoverage(measured: MeasuredBuild): string {
  return 'whyNot' in measured ? `coverage not measured: ${measured.whyNot}` : `coverage ${percentOf(measured.coverage)} %`;
}

/** The coverage in the output of `--json`. */
function coverageAsData(measured: MeasuredBuild) {
  if ('whyNot' in measured) return { measured: false, why: measured.whyNot };
  const { coverage, groups, pages, notMeasured } = measured;
  const plain = groups.flatMap(({ why, fix, files }) =>
    files.map(({ assetPath, label, pages }) => ({ assetPath, place: label, pages, why, fix })),
  );
  plain.sort((a, b) => compareAssetPaths(a.assetPath, b.assetPath));
  return { measured: true, hashed: coverage.hashed, total: coverage.total, percent: percentOf(coverage), plain, pages, notMeasured };
}

/** Rounded down to tenths, so that 100 means all. 100 without public files. */
function percentOf({ hashed, total }: Coverage): number {
  return total === 0 ? 100 : Math.floor((hashed * 1000) / total) / 10;
}
