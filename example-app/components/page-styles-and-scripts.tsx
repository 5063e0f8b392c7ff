import { type AssetPath, CachedScript, CachedStyle } from 'next-smart-cache';
import type { LinkMode } from '@/lib/link-mode';
import { LINKED_FILES } from '@/lib/page-files';

interface Props {
  mode: LinkMode;
  /** Put behind every path. Default: nothing. */
  query?: string;
}

/** The tags for all stylesheets and scripts. React hoists them into the head, whichever mode it is. */
export function PageStylesAndScripts({ mode, query = '' }: Props) {
  return LINKED_FILES.map(({ path, kind }) => {
    // No type knows the query, which is another on every visit.
    const url = `${path}${query}` as AssetPath;
    if (kind === 'style') {
      return mode === 'hashed' ? (
        <CachedStyle key={path} href={url} />
      ) : (
        <link key={path} rel="stylesheet" href={url} precedence="default" />
      );
    }
    if (kind === 'script') {
      return mode === 'hashed' ? <CachedScript key={path} src={url} /> : <script key={path} src={url} async />;
    }
    return null;
  });
}
