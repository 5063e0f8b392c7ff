import type { FileLink } from './file-link';
import type { LinkMode } from './link-mode';
import { measureVisit } from './measure-visit';
import { newRun } from './run';
import type { VisitTotals } from './visit-totals';

export type VisitKind = 'first' | 'repeat';

/** Both ways to link the same files, with nothing in the cache and once more. */
export interface Comparison {
  /** They are in the files' URLs, so that a later visit finds in the cache what the first one left there. */
  runs: readonly string[];
  first: Record<LinkMode, VisitTotals>;
  repeat: Record<LinkMode, VisitTotals>;
}

/** The files under the URLs of either mode. */
export type LinksOfMode = Record<LinkMode, readonly FileLink[]>;

export type ReportProgress = (kind: VisitKind, visit: number, visits: number) => void;

/** A computer does other things too: of this many visits, the one in the middle counts. */
const ROUNDS = 3;

/** First visits, then repeat visits. One that does not count goes ahead, so that neither mode has to wake the server up. */
export async function compare(links: LinksOfMode, report: ReportProgress): Promise<Comparison> {
  const runs = Array.from({ length: ROUNDS }, newRun);
  await measureVisit('plain', newRun(), links.plain);
  return { runs, first: await visitAll('first', runs, links, report), repeat: await visitAll('repeat', runs, links, report) };
}

/** Repeat visits alone, with the cache as it is by now. */
export async function compareAgain({ runs, first }: Comparison, links: LinksOfMode, report: ReportProgress): Promise<Comparison> {
  return { runs, first, repeat: await visitAll('repeat', runs, links, report) };
}

/** One after the other, so that they do not slow each other down, and in turn, so that no mode is always the one to begin. */
async function visitAll(
  kind: VisitKind,
  runs: readonly string[],
  links: LinksOfMode,
  report: ReportProgress,
): Promise<Record<LinkMode, VisitTotals>> {
  const totals: Record<LinkMode, VisitTotals[]> = { plain: [], hashed: [] };
  let visit = 0;
  for (const [round, run] of runs.entries()) {
    const inTurn: readonly LinkMode[] = round % 2 === 0 ? ['plain', 'hashed'] : ['hashed', 'plain'];
    for (const mode of inTurn) {
      report(kind, ++visit, runs.length * inTurn.length);
      totals[mode].push(await measureVisit(mode, run, links[mode]));
    }
  }
  return { plain: median(totals.plain), hashed: median(totals.hashed) };
}

function median(totals: readonly VisitTotals[]): VisitTotals {
  const byTime = [...totals].sort((a, b) => a.milliseconds - b.milliseconds);
  return byTime[Math.floor(byTime.length / 2)] as VisitTotals;
}
