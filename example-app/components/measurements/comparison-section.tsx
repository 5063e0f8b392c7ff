import { useState } from 'react';
import { type Comparison, compare, compareAgain, type LinksOfMode, type ReportProgress } from '@/lib/comparison';
import { saveComparison, useSavedComparison } from '@/lib/saved-comparison';
import { ComparisonChart } from './comparison-chart';
import { Savings } from './savings';

type Run = { state: 'idle' } | { state: 'running'; step: string } | { state: 'failed'; reason: string };

/** Measures both ways to link the same files, and shows them side by side. */
export function ComparisonSection({ links }: { links: LinksOfMode }) {
  const comparison = useSavedComparison();
  const [run, setRun] = useState<Run>({ state: 'idle' });

  const measure = async (take: (report: ReportProgress) => Promise<Comparison>) => {
    setRun({ state: 'running', step: 'getting ready' });
    try {
      saveComparison(await take((kind, visit, visits) => setRun({ state: 'running', step: `${kind} visit ${visit} of ${visits}` })));
      setRun({ state: 'idle' });
    } catch (error) {
      setRun({ state: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  };
  const startOver = () => measure((report) => compare(links, report));
  const repeat = () => measure((report) => (comparison ? compareAgain(comparison, links, report) : compare(links, report)));
  const isRunning = run.state === 'running';

  return (
    <section className="container section" id="comparison" aria-labelledby="comparison-heading">
      <div className="section-head">
        <div>
          <h2 id="comparison-heading">Hashed and plain, side by side</h2>
          <p className="text-body-secondary mb-0">
            The same {links.hashed.length} files, linked both ways: a first visit with nothing in the cache, then a repeat visit.
          </p>
        </div>
        <div className="d-flex flex-wrap gap-2">
          <button type="button" className="btn btn-accent" onClick={repeat} disabled={isRunning}>
            {comparison ? 'Repeat the visits' : 'Measure'}
          </button>
          {comparison && (
            <button type="button" className="btn btn-outline-secondary" onClick={startOver} disabled={isRunning}>
              Start over
            </button>
          )}
        </div>
      </div>
      <p className="progress-line" role="status">
        {isRunning && `Measuring: ${run.step} …`}
        {run.state === 'failed' && `That did not work: ${run.reason} Please try again.`}
      </p>
      {comparison && <Savings {...comparison.repeat} />}
      <ComparisonChart comparison={comparison} />
    </section>
  );
}
