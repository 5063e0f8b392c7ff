'use client';

import type { LinksOfMode } from '@/lib/comparison';
import type { FileLink } from '@/lib/file-link';
import type { LinkMode } from '@/lib/link-mode';
import { ComparisonSection } from './comparison-section';
import { ThisVisitSection } from './this-visit-section';

interface Props {
  mode: LinkMode;
  /** What this page links. */
  links: readonly FileLink[];
  /** What the measured visits link. */
  linksOfMode: LinksOfMode;
}

/** All that only a browser can know. */
export function Measurements({ mode, links, linksOfMode }: Props) {
  return (
    <>
      <ComparisonSection links={linksOfMode} />
      <ThisVisitSection mode={mode} links={links} />
    </>
  );
}
