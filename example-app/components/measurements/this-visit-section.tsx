import { useEffect } from 'react';
import type { FileLink } from '@/lib/file-link';
import { formatBytes } from '@/lib/format';
import { type LinkMode, PAGE_OF_MODE } from '@/lib/link-mode';
import { returnTo, scrollToReturnedSection } from '@/lib/return-to-section';
import { totalsOf } from '@/lib/visit-totals';
import { FileRow } from './file-row';
import { useThisVisit } from './use-this-visit';

const SECTION_ID = 'this-visit';

interface Props {
  mode: LinkMode;
  links: readonly FileLink[];
}

/** The visit that this page view is: each file, and where it came from. */
export function ThisVisitSection({ mode, links }: Props) {
  const timings = useThisVisit(links);
  const { files, requests, bytes } = totalsOf(timings);
  useEffect(scrollToReturnedSection, []);
  const isMeasured = files > 0;
  return (
    <section className="container section" id={SECTION_ID} aria-labelledby="this-visit-heading">
      <div className="section-head">
        <div>
          <h2 id="this-visit-heading">This visit, file by file</h2>
          <p className="text-body-secondary mb-0">
            {isMeasured
              ? `${files - requests} of ${files} files came from the cache without a request; ${formatBytes(bytes)} over the network.`
              : 'Measuring …'}
          </p>
        </div>
        {/* A plain navigation to where we are. A reload would make the browser ask for everything again. */}
        <a className="btn btn-accent" href={PAGE_OF_MODE[mode]} onClick={() => returnTo(SECTION_ID)}>
          Repeat this visit
        </a>
      </div>
      <div className="panel files-panel">
        <table className="table files">
          <thead>
            <tr>
              <th scope="col">Asset path</th>
              <th scope="col">URL</th>
              <th scope="col">This visit</th>
              <th scope="col" className="text-end">
                Bytes
              </th>
              <th scope="col" className="text-end">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {links.map((link) => (
              <FileRow key={link.path} link={link} timing={timings.find(({ path }) => path === link.path)} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                Together
              </th>
              <td>{isMeasured && `${requests} ${requests === 1 ? 'request' : 'requests'}`}</td>
              <td className="text-end">{isMeasured && formatBytes(bytes)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}
