import { formatSeconds } from '@/lib/format';
import type { LinkMode } from '@/lib/link-mode';
import { MEASURED_VISITS } from '@/lib/measured-visits';
import { PAGE_FILES } from '@/lib/page-files';

export function Hero({ mode }: { mode: LinkMode }) {
  const { plain, hashed } = MEASURED_VISITS.visits.repeat;
  return (
    <section className="container hero">
      {mode === 'hashed' ? (
        <>
          <h1>
            Requested once. <span className="hero-accent">Then never again.</span>
          </h1>
          <p className="lead">
            This page loads {PAGE_FILES.length} files of <code>public/</code>. Each URL holds the hash of the file’s content, so browsers
            keep the file for a year. A repeat visit makes{' '}
            <strong>
              {hashed.requests} {hashed.requests === 1 ? 'request' : 'requests'} instead of {plain.requests}
            </strong>{' '}
            and takes{' '}
            <strong>
              {formatSeconds(hashed.milliseconds)} instead of {formatSeconds(plain.milliseconds)}
            </strong>
            .
          </p>
        </>
      ) : (
        <>
          <h1>
            The same page <span className="hero-plain">with plain URLs.</span>
          </h1>
          <p className="lead">
            This page loads the same {PAGE_FILES.length} files of <code>public/</code>, without hashes. Next serves them with{' '}
            <code>max-age=0</code>, so the browser asks the server about every file on every visit.
          </p>
        </>
      )}
    </section>
  );
}
