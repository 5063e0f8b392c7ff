import { formatBytes, formatSeconds } from '@/lib/format';
import type { LinkMode } from '@/lib/link-mode';
import { MEASURED_VISITS, type VisitCost, type VisitKind } from '@/lib/measured-visits';
import { PAGE_FILES } from '@/lib/page-files';

const VISITS: readonly { kind: VisitKind; title: string; state: string }[] = [
  { kind: 'first', title: 'First visit', state: 'The cache is empty.' },
  { kind: 'repeat', title: 'Repeat visit', state: 'Nothing has changed.' },
  {
    kind: 'deploy',
    title: 'Visit after a deploy',
    state: `${MEASURED_VISITS.changedFiles.length} of ${PAGE_FILES.length} files have changed.`,
  },
];
const MODES: readonly LinkMode[] = ['plain', 'hashed'];

/** Both modes side by side. */
export function MeasuredVisits() {
  const { chromium, connection, rounds } = MEASURED_VISITS;
  return (
    <section className="container" aria-labelledby="measured-heading">
      <h2 id="measured-heading" className="visually-hidden">
        Plain and hashed URLs, measured
      </h2>
      <div className="visits">
        {VISITS.map(({ kind, title, state }) => (
          <article className="panel" key={kind}>
            <h3 className={`visit-title icon-${kind}`}>{title}</h3>
            <p className="visit-state">{state}</p>
            <Figures {...MEASURED_VISITS.visits[kind]} />
          </article>
        ))}
      </div>
      <p className="measured-note">
        Measured on this page with Chromium {chromium.split('.')[0]}, over HTTP/2 and slow 4G: {connection.downKilobits / 1000} Mbit/s, a
        round trip of {connection.roundTripMilliseconds} ms. {rounds > 1 ? `The median of ${rounds} visits.` : 'One visit each.'}{' '}
        <a href="#how">How it is measured</a>
      </p>
    </section>
  );
}

function Figures(costs: Record<LinkMode, VisitCost>) {
  const longest = Math.max(...MODES.map((mode) => costs[mode].milliseconds));
  return (
    <dl>
      {MODES.map((mode) => (
        <div className="bar" key={mode}>
          <dt>{mode}</dt>
          <dd>
            <span className="bar-track" aria-hidden="true">
              <span className={`bar-fill bar-${mode}`} style={{ inlineSize: `${(costs[mode].milliseconds / longest) * 100}%` }} />
            </span>
            <span className="bar-value">{formatSeconds(costs[mode].milliseconds)}</span>
          </dd>
        </div>
      ))}
      <Pair label="Requests" plain={String(costs.plain.requests)} hashed={String(costs.hashed.requests)} />
      <Pair label="Transferred" plain={formatBytes(costs.plain.bytes)} hashed={formatBytes(costs.hashed.bytes)} />
    </dl>
  );
}

function Pair({ label, plain, hashed }: Record<'label' | LinkMode, string>) {
  return (
    <div className="pair">
      <dt>{label}</dt>
      <dd>
        <span className="visually-hidden">plain </span>
        <span className="pair-plain">{plain}</span>
        <span aria-hidden="true"> → </span>
        <span className="visually-hidden">, hashed </span>
        <span className="pair-hashed">{hashed}</span>
      </dd>
    </div>
  );
}
