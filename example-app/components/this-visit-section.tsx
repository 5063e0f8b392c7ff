'use client';

import { useEffect } from 'react';
import type { FileLink } from '@/lib/file-link';
import { formatBytes } from '@/lib/format';
import { type LinkMode, PAGE_OF_MODE } from '@/lib/link-mode';
import { returnTo, scrollToReturnedSection } from '@/lib/return-to-section';
import { useThisVisit } from '@/lib/use-this-visit';
import { FileRow } from './file-row';

const SECTION_ID = 'this-visit';

interface Props {
  mode: LinkMode;
  links: readonly FileLink[];
}

/** The visitor's own page view: how the browser loaded each file. */
export function ThisVisitSection({ mode, links }: Props) {
  const timings = useThisVisit(links);
  const requests = timings.filter(({ source }) => source !== 'cache').length;
  const bytes = timings.reduce((sum, timing) => sum + timing.bytes, 0);
  useEffect(scrollToReturnedSection, []);
  return (
    <section className="container section" id={SECTION_ID} aria-labelledby="this-visit-heading">
      <div className="section-head">
        <div>
          <h2 id="this-visit-heading">This visit, in your browser</h2>
          <p className="section-lead" role="status">
            {timings.length === 0
              ? 'Measuring …'
              : `${requests} ${requests === 1 ? 'request' : 'requests'} for ${timings.length} files, ${formatBytes(bytes)} over the network.`}
          </p>
        </div>
        {/* A navigation, not a reload: a reload makes the browser ask for every file again. */}
        <a className="btn btn-accent" href={PAGE_OF_MODE[mode]} onClick={() => returnTo(SECTION_ID)}>
          Repeat this visit
        </a>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll an element that has the focus. */}
      <section className="panel files-panel" tabIndex={0} aria-label="Files of this visit">
        <table className="table files">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Loaded from</th>
              <th scope="col" className="text-end">
                Bytes
              </th>
            </tr>
          </thead>
          <tbody>
            {links.map((link) => (
              <FileRow key={link.path} link={link} timing={timings.find(({ path }) => path === link.path)} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
