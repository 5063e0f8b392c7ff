import {
  type ComponentPropsWithoutRef,
  type ForwardedRef,
  type ForwardRefExoticComponent,
  forwardRef,
  type ReactNode,
  type RefAttributes,
} from 'react';
import { isExternalUrl } from '../core/asset-path.js';
import type { AssetPath, AssetUrl, ExternalUrl, LinkableUrl } from '../core/public-folder.js';
import type { ResolveAsset } from './asset.js';
import type { HotStyleComponent } from './generated-components.js';
import { fetchAttributes, preloadAsset, preloadFonts } from './preload.js';
import { hoistsResources, keepMounted } from './react-version.js';

export interface CachedStyleProps<Href extends string = AssetUrl> extends Omit<ComponentPropsWithoutRef<'link'>, 'rel'> {
  /** Asset path: `/css/site.css`. */
  href: Href;
  /** Whether the stylesheet is switched off. */
  disabled?: boolean;
  /** Order among hoisted stylesheets (React 19). Default: `'default'`; none with `onLoad`, `onError` or `disabled`. */
  precedence?: string;
  /** Whether to preload the stylesheet, or, with `'fonts'`, the fonts that it and its imports name. Default: false. */
  preload?: boolean | 'fonts';
}

/**
 * `<link rel="stylesheet">` with the hashed URL of a file in `public/`. Takes
 * every prop of the element but `rel`.
 *
 * React 19 gets a `precedence`: it hoists the stylesheet into the head, renders
 * it once, holds back only the content after it, and never removes it. Use
 * `disabled` to switch a stylesheet on and off; it then stays in place.
 *
 * In `next dev`, an edit of the file replaces the stylesheet in place.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ASSET_MISSING`, in `next build` only, as `asset()` does.
 * @example <CachedStyle href="/css/site.css" />
 */
export interface CachedStyleComponent extends Pick<ForwardRefExoticComponent<unknown>, '$$typeof' | 'displayName'> {
  // These overloads have the order of those of `Asset`, for the same reason.
  (props: CachedStyleProps<AssetPath> & RefAttributes<HTMLLinkElement>): ReactNode;
  (props: CachedStyleProps<ExternalUrl> & RefAttributes<HTMLLinkElement>): ReactNode;
  <Href extends string>(props: CachedStyleProps<LinkableUrl<Href>> & RefAttributes<HTMLLinkElement>): ReactNode;
  (props: CachedStyleProps & RefAttributes<HTMLLinkElement>): ReactNode;
}

/** React 19 does not hoist a stylesheet with these props, and warns about a `precedence` there. */
function isPlain({ onLoad, onError, disabled }: Omit<CachedStyleProps, 'href'>): boolean {
  return !onLoad && !onError && disabled === undefined;
}

/** @param HotStyle rendered in place of the element in `next dev`. */
export function createCachedStyle(resolve: ResolveAsset, HotStyle?: HotStyleComponent): CachedStyleComponent {
  const render = ({ href, precedence, preload = false, ...props }: CachedStyleProps, ref: ForwardedRef<HTMLLinkElement>) => {
    const resolved = resolve(href, 'CachedStyle');
    const attributes = fetchAttributes(resolved, props);
    if (preload === 'fonts') preloadFonts(resolved.preloads ?? [], props);
    else if (preload) preloadAsset(resolved.url, 'style', attributes, props);
    const hoisting = hoistsResources && (precedence ?? (isPlain(props) ? 'default' : undefined));
    // Check NODE_ENV here, so that production bundles do not contain it.
    if (process.env.NODE_ENV === 'development' && HotStyle && !isExternalUrl(href)) {
      const hot = { assetPath: href, hash: resolved.hash ?? resolved.url, href: resolved.url, reloads: resolved.reloads };
      return <HotStyle {...props} {...attributes} {...(hoisting && { precedence: hoisting })} {...(ref && { ref })} {...hot} />;
    }
    return <link {...props} {...attributes} {...(hoisting && { precedence: hoisting })} ref={ref} rel="stylesheet" href={resolved.url} />;
  };
  return keepMounted(Object.assign(forwardRef(render), { displayName: 'CachedStyle' }));
}
