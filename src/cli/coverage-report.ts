import { InvalidArgumentError } from 'commander';
import { compareAssetPaths } from '../core/asset-path.js';
import type { Coverage } from '../core/coverage.js';
import { describeBuildCoverage, describeGroup, type MeasuredBuild } from '../core/plain-reasons.js';
import type { Talk } from './terminal/talk.js';

/** A person reads only the first few names of a long list; --json has all. */
const MAX_NAMES = 20;

/**
 * Reads the value of `--coverage`.
 *
 * @throws {InvalidArgumentError} unless it is a number from 0 to 100; a `%` may follow it.
 */
export function parsePercent(text: string): number {
  const digits = /^\s*(\d+(?:\.\d+)?)\s*%?\s*$/.exec(text)?.[1];
  const percent = Number(digits);
  if (digits === undefined || percent > 100) throw new InvalidArgumentError('It must be a percentage from 0 to 100, such as 95.');
  return percent;
}

/** Whether a build holds the floor, in percent. A build that is not measured holds none. */
export function holdsFloor(measured: MeasuredBuild, floor: number | undefined): boolean {
  if (floor === undefined) return true;
  return !('whyNot' in measured) && measured.coverage.hashed * 100 >= floor * measured.coverage.total;
}

/** Prints what keeps files plain, and whether the floor holds. */
export function printCoverage(talk: Talk, measured: MeasuredBuild, floor: number | undefined): void {
  if ('whyNot' in measured) {
    if (floor !== undefined) talk.fail(`coverage is not measured, so the check for ${floor} % fails: ${measured.whyNot}`);
    return;
  }
  const line = describeBuildCoverage(measured);
  const reasons = measured.groups.map((group) => `  ${describeGroup(group, MAX_NAMES)}`);
  if (holdsFloor(measured, floor)) talk.note(line, ...reasons);
  else talk.fail(`coverage is ${formatPercent(measured.coverage)}, below ${floor} %: ${line}`, ...reasons);
}

/** `coverage 95.3 %`, or that it is not measured, and why. */
export function summarizeCoverage(measured: MeasuredBuild): string {
  return 'whyNot' in measured ? `coverage not measured: ${measured.whyNot}` : `coverage ${formatPercent(measured.coverage)}`;
}

/** The coverage as `--json` has it. */
export function coverageAsData(measured: MeasuredBuild) {
  if ('whyNot' in measured) return { measured: false, why: measured.whyNot };
  const { coverage, groups, pages, notMeasured } = measured;
  const plain = groups.flatMap(({ why, fix, files }) =>
    files.map(({ assetPath, label, pages }) => ({ assetPath, place: label, pages, why, fix })),
  );
  plain.sort((a, b) => compareAssetPaths(a.assetPath, b.assetPath));
  return { measured: true, hashed: coverage.hashed, total: coverage.total, percent: percentOf(coverage), plain, pages, notMeasured };
}

/** Rounded down to tenths, so that 100 means all. Pages that load no public file load none by a plain URL. */
function percentOf({ hashed, total }: Coverage): number {
  return total === 0 ? 100 : Math.floor((hashed * 1000) / total) / 10;
}

function formatPercent(coverage: Coverage): string {
  return `${percentOf(coverage)} %`;
}
