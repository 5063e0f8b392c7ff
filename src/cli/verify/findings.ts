import type { ErrorParts } from '../../core/errors.js';
import { formatCount } from '../terminal/numbers.js';
import { printable } from '../terminal/printable.js';
import type { SiteReport } from './judge-site.js';
import { FAILURES } from './verdict.js';

/**
 * What does not hold, to be read by a person on a terminal, whatever the site
 * has sent. What many files have in common is said once.
 */
export function toFindings({ page, assets }: SiteReport): ErrorParts[] {
  const findings = new Map<string, { problem: ErrorParts; others: number }>();
  for (const { url, verdicts } of [page, ...assets]) {
    for (const verdict of verdicts) {
      if (verdict.ok) continue;
      const { check, detail, fix } = verdict;
      const known = findings.get(`${check}\n${fix}`);
      if (known) known.others++;
      else {
        const problem = { what: FAILURES[check], where: printable(url), why: printable(detail), fix };
        findings.set(`${check}\n${fix}`, { others: 0, problem });
      }
    }
  }
  return [...findings.values()].map(({ problem, others }) =>
    others === 0 ? problem : { ...problem, where: `${problem.where} (and ${formatCount(others)} more)` },
  );
}
