import { CachedScript, CachedStyle } from 'next-smart-cache';
import type { LinkMode } from '@/lib/link-mode';
import { CLASSIC_SCRIPTS, GALLERY_MODULE, STYLESHEETS } from '@/lib/page-files';

/** React moves these tags into the head. Both modes render the same tags: only the URLs differ. */
export function PageStylesAndScripts({ mode }: { mode: LinkMode }) {
  if (mode === 'plain') {
    return (
      <>
        {STYLESHEETS.map((path) => (
          <link key={path} rel="stylesheet" href={path} precedence="default" data-no-hash />
        ))}
        {CLASSIC_SCRIPTS.map((path) => (
          <script key={path} src={path} async data-no-hash />
        ))}
        <script type="module" src={GALLERY_MODULE} async data-no-hash />
      </>
    );
  }
  return (
    <>
      {STYLESHEETS.map((path) => (
        <CachedStyle key={path} href={path} />
      ))}
      {CLASSIC_SCRIPTS.map((path) => (
        <CachedScript key={path} src={path} />
      ))}
      <CachedScript type="module" src={GALLERY_MODULE} />
    </>
  );
}
