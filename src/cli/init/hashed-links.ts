import { findLinkSites, type LinkSite } from '../../pipeline/source/linked-urls.js';
import { type Node, nameOf } from '../../pipeline/source/syntax-tree.js';
import { alternativesOf } from '../../pipeline/source/written-texts.js';
import { type AppStylesheets, NO_STYLESHEETS } from './app-stylesheets.js';
import { importsOf } from './bindings.js';
import { attributeOf, hoistableStylesheets, textOf } from './hoistable-stylesheets.js';

/** What of an app's other files matters for the tags in one. */
export interface RestOfApp {
  /** Whether a stylesheet loads a file under its plain URL: a preload has to have the same, or it is a second download. Default: none does. */
  isLoadedPlain?: (assetPath: string) => boolean;
  /** Default: there are none. */
  stylesheets?: AppStylesheets;
}

/** A link of a file that is to get a hash. */
export interface HashedLink extends LinkSite {
  assetPath: string;
  /** What takes its element's place; without, the element stays, and the link gets `asset()`. */
  component: 'CachedScript' | 'CachedStyle' | undefined;
}

/**
 * Finds what in a file links files of `public/` under plain URLs.
 *
 * `next/head` takes plain elements only, so where it is used they stay. So do
 * a stylesheet that React had better not hoist, and a script whose `src` may
 * be something else that `CachedScript` would look up in vain.
 *
 * @param toAssetPath the asset path that a URL means, if it is to be hashed in what it stands in.
 */
export function findHashedLinks(
  file: string,
  tree: Node,
  toAssetPath: (written: string, site: string) => string | undefined,
  { isLoadedPlain = () => false, stylesheets = NO_STYLESHEETS }: RestOfApp,
): HashedLink[] {
  const sites = findLinkSites(tree).flatMap((site) => {
    const assetPath = site.isLookedUp || site.isPart ? undefined : toAssetPath(site.written, site.site);
    return assetPath === undefined || hasIntegrity(site) || (isPreload(site) && isLoadedPlain(assetPath)) ? [] : { ...site, assetPath };
  });
  const usesNextHead = importsOf(tree).some(({ source }) => source?.value === 'next/head');
  const hoistable = hoistableStylesheets(file, tree, sites, stylesheets);
  const hashed = new Set(sites.map(({ literal }) => literal));
  return sites.map((site) => ({ ...site, component: usesNextHead ? undefined : componentFor(site) }));

  function componentFor({ element, attribute, tag, site }: LinkSite): HashedLink['component'] {
    // A component of Next does more than the element: it stays.
    if (element === undefined || nameOf(element.openingElement?.name) !== tag) return undefined;
    if (site === '<script src>') return alternativesOf(attribute?.value).every((each) => hashed.has(each)) ? 'CachedScript' : undefined;
    return hoistable.has(element) ? 'CachedStyle' : undefined;
  }
}

/** A browser would refuse what has been given hashed references meanwhile. */
function hasIntegrity({ element }: LinkSite): boolean {
  return element !== undefined && attributeOf(element, 'integrity') !== undefined;
}

function isPreload({ element, tag }: LinkSite): boolean {
  return element !== undefined && tag === 'link' && ['preload', 'prefetch'].includes(textOf(attributeOf(element, 'rel')) ?? '');
}
