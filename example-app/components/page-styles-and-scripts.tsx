import { type AssetPath, CachedScript } from 'next-smart-cache';
import type { LinkMode } from '@/lib/link-mode';
import { LINKED_FILES } from '@/lib/page-files';

interface Props {
  mode: LinkMode;
  /** Put behind every path. Default: nothing. */
  query?: string;
}

/**
 * The tags for all stylesheets and scripts, which React hoists into the head.
 * Both ways to hash are here: stylesheets are plain elements, which the JSX
 * runtime of `tsconfig.json` sees, and scripts are components.
 */
export function PageStylesAndScripts({ mode, query = '' }: Props) {
  const isPlain = mode === 'plain';
  return LINKED_FILES.map(({ path, kind }) => {
    // No type knows the query, which is another on every visit.
    const url = `${path}${query}` as AssetPath;
    if (kind === 'style') return <link key={path} rel="stylesheet" href={url} precedence="default" data-no-hash={isPlain || undefined} />;
    if (kind !== 'script') return null;
    return isPlain ? <script key={path} src={url} async data-no-hash /> : <CachedScript key={path} src={url} />;
  });
}
