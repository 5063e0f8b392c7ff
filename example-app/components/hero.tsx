import type { ReactNode } from 'react';
import type { LinkMode } from '@/lib/link-mode';
import { FileImage } from './file-image';

const TEXT: Record<LinkMode, { title: ReactNode; lead: ReactNode }> = {
  hashed: {
    title: (
      <>
        Asked for once. <span className="hero-accent">Then never again.</span>
      </>
    ),
    lead: (
      <>
        Every file that this page links from <code>public/</code> has its content hash in its URL, and is cached for a year. Change the
        file, and its URL changes with it. See below what that saves, measured in your own browser.
      </>
    ),
  },
  plain: {
    title: (
      <>
        The same page, <span className="hero-plain">linked the usual way.</span>
      </>
    ),
    lead: (
      <>
        The very same files under their plain URLs. Next serves them <code>max-age=0</code>, since a change would have no other way to be
        seen; so the browser asks the server about each of them again, on every visit.
      </>
    ),
  },
};

export function Hero({ mode }: { mode: LinkMode }) {
  const { title, lead } = TEXT[mode];
  return (
    <section className="container hero">
      <div>
        <h1>{title}</h1>
        <p className="lead">{lead}</p>
        <p className="d-flex flex-wrap align-items-center gap-2 mb-0">
          <a className="btn btn-accent btn-lg" href="#comparison">
            See the comparison
          </a>
          {/* public/js/application.js writes into it, perhaps before React gets there. */}
          <span id="application-js" className="run-badge" suppressHydrationWarning>
            application.js has not run
          </span>
        </p>
      </div>
      <FileImage className="hero-image" path="/img/hero.svg" mode={mode} width={560} height={400} />
    </section>
  );
}
