import { linkFile } from '@/lib/file-link';
import type { LinkMode } from '@/lib/link-mode';
import { PAGE_FILES } from '@/lib/page-files';
import { Demos } from './demos';
import { DevelopmentNotice } from './development-notice';
import { Gallery } from './gallery';
import { Hero } from './hero';
import { HowItIsMeasured } from './how-it-is-measured';
import { MeasuredVisits } from './measured-visits';
import { PageStylesAndScripts } from './page-styles-and-scripts';
import { SiteFooter } from './site-footer';
import { SiteHeader } from './site-header';
import { ThisVisitSection } from './this-visit-section';
import { TryAnEdit } from './try-an-edit';

/** Both modes show the same page. They differ in the URLs of its files. */
export function ShowcasePage({ mode }: { mode: LinkMode }) {
  return (
    <>
      <PageStylesAndScripts mode={mode} />
      <SiteHeader mode={mode} />
      <main id="main">
        <Hero mode={mode} />
        <MeasuredVisits />
        <DevelopmentNotice />
        <ThisVisitSection mode={mode} links={PAGE_FILES.map((path) => linkFile(path, mode))} />
        <Gallery mode={mode} />
        <Demos mode={mode} />
        <HowItIsMeasured />
        <TryAnEdit />
      </main>
      <SiteFooter />
    </>
  );
}
