import { Fragment } from 'react';
import type { Comparison, VisitKind } from '@/lib/comparison';
import { formatBytes, formatCount, formatMilliseconds } from '@/lib/format';
import type { LinkMode } from '@/lib/link-mode';
import type { VisitTotals } from '@/lib/visit-totals';

const METRICS: readonly { title: string; measure: (totals: VisitTotals) => number; format: (value: number) => string }[] = [
  { title: 'Requests to the server', measure: ({ requests }) => requests, format: formatCount },
  { title: 'Transferred', measure: ({ bytes }) => bytes, format: formatBytes },
  { title: 'Time until the last file', measure: ({ milliseconds }) => milliseconds, format: formatMilliseconds },
];
const VISITS: readonly { kind: VisitKind; label: string }[] = [
  { kind: 'first', label: 'First visit' },
  { kind: 'repeat', label: 'Repeat visit' },
];
const MODES: readonly LinkMode[] = ['plain', 'hashed'];

/** One small bar chart per metric. The text says all that the bars show. */
export function ComparisonChart({ comparison }: { comparison: Comparison | undefined }) {
  return (
    <div className="charts">
      {METRICS.map(({ title, measure, format }) => {
        const valueAt = (kind: VisitKind, mode: LinkMode) => comparison && measure(comparison[kind][mode]);
        const longest = Math.max(1, ...VISITS.flatMap(({ kind }) => MODES.map((mode) => valueAt(kind, mode) ?? 0)));
        return (
          <figure className="chart panel" key={title}>
            <figcaption>{title}</figcaption>
            {VISITS.map(({ kind, label }) => (
              <Fragment key={kind}>
                <p className="chart-group">{label}</p>
                <dl>
                  {MODES.map((mode) => (
                    <Bar key={mode} mode={mode} value={valueAt(kind, mode)} longest={longest} format={format} />
                  ))}
                </dl>
              </Fragment>
            ))}
          </figure>
        );
      })}
    </div>
  );
}

interface BarProps {
  mode: LinkMode;
  /** None before the first measurement. */
  value: number | undefined;
  longest: number;
  format: (value: number) => string;
}

function Bar({ mode, value, longest, format }: BarProps) {
  return (
    <div className="bar">
      <dt>{mode}</dt>
      <dd>
        <span className="bar-track" aria-hidden="true">
          <span className={`bar-fill bar-${mode}`} style={{ inlineSize: `${((value ?? 0) / longest) * 100}%` }} />
        </span>
        <span className="bar-value">{value === undefined ? '–' : format(value)}</span>
      </dd>
    </div>
  );
}
