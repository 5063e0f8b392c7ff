import { compareAssetPaths } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import type { MissingAsset } from '../core/missing-assets-record.js';
import { didYouMean } from '../core/nearest-names.js';
import { visible } from '../core/visible-text.js';

const MAX_PAGES = 5;

/** All missing asset paths of a build, each with what asked for it, and where. */
export function assetsMissing(missing: readonly MissingAsset[], pagesOf: (assetPath: string) => readonly string[]): SmartCacheError {
  const byPath = new Map<string, MissingAsset[]>();
  for (const each of missing) byPath.set(each.path, [...(byPath.get(each.path) ?? []), each]);
  const paths = [...byPath.keys()].sort(compareAssetPaths);
  const lines = paths.map((assetPath) => describe(assetPath, byPath.get(assetPath) ?? [], pagesOf(assetPath)));
  return new SmartCacheError('ERR_SMART_CACHE_ASSET_MISSING', {
    what: lines.length === 1 ? '1 asset path is not in public/' : `${lines.length} asset paths are not in public/`,
    where: lines.map((line) => `\n  ${visible(line)}`).join(''),
    hasLines: true,
    why: paths.every((assetPath) => assetPath.startsWith('/'))
      ? 'the names are mistyped, or the files are not there'
      : 'the names are mistyped, or the files are not there; and asset paths begin with "/"',
    fix: "correct the paths in your source, or add the files to public/; onMissing: 'warn' in the second argument of withSmartCache() lets such a build pass",
  });
}

function describe(assetPath: string, askedFor: readonly MissingAsset[], pages: readonly string[]): string {
  const nearest = askedFor[0]?.nearest ?? [];
  const hint = nearest.length > 0 ? ` (${didYouMean(nearest)})` : '';
  const components = [...new Set(askedFor.map(({ component }) => component))].sort().join(' and ');
  return `${assetPath}${hint}  asked for by ${components}${listPages([...new Set(pages)].sort(compareAssetPaths))}`;
}

/** Nothing where no page holds it: it was asked for, but is in nothing that was rendered. */
function listPages(pages: readonly string[]): string {
  if (pages.length === 0) return '';
  const more = pages.length - MAX_PAGES;
  return ` on ${pages.slice(0, MAX_PAGES).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}
