import { linkFile } from '@/lib/file-link';
import type { LinkMode } from '@/lib/link-mode';
import { LINKED_FILES, PAGE_FILES } from '@/lib/page-files';
import { Demos } from './demos';
import { DevelopmentNotice } from './development-notice';
import { Hero } from './hero';
import { HowItIsMeasured } from './how-it-is-measured';
import { Measurements } from './measurements/measurements';
import { PageStylesAndScripts } from './page-styles-and-scripts';
import { SiteFooter } from './site-footer';
import { SiteHeader } from './site-header';
import { TryAnEdit } from './try-an-edit';

/** The page, the same in both modes but for how it links its files. */
export function ShowcasePage({ mode }: { mode: LinkMode }) {
  const links = PAGE_FILES.map(({ path }) => linkFile(path, mode));
  const linksOfMode = {
    hashed: LINKED_FILES.map(({ path }) => linkFile(path, 'hashed')),
    plain: LINKED_FILES.map(({ path }) => linkFile(path, 'plain')),
  };
  return (
    <>
      <PageStylesAndScripts mode={mode} />
      <SiteHeader mode={mode} />
      <main id="main">
        <Hero mode={mode} />
        <DevelopmentNotice />
        <Measurements mode={mode} links={links} linksOfMode={linksOfMode} />
        <HowItIsMeasured />
        <Demos mode={mode} />
        <TryAnEdit />
      </main>
      <SiteFooter />
    </>
  );
}
