import type { LinkHTMLAttributes } from 'react';
import * as ReactDOM from 'react-dom';
import { isExternalUrl, splitExtension, splitSuffix } from '../core/asset-path.js';
import type { ResolvedAsset } from '../core/render-manifest.js';

/** The props of a tag that its preload must share, or the browser makes two requests. */
type OwnProps = Pick<LinkHTMLAttributes<HTMLElement>, 'nonce' | 'fetchPriority' | 'referrerPolicy' | 'media'>;

/** React 18 has no resource hints. The tag works without them. */
const { preload, preloadModule } = ReactDOM as Partial<Pick<typeof ReactDOM, 'preload' | 'preloadModule'>>;

/**
 * Preloads the file of a tag, with the tag's own attributes.
 *
 * @param as a module script needs `modulepreload`, which has fewer attributes.
 */
export function preloadAsset(url: string, as: 'script' | 'style' | 'module', attributes: FetchAttributes, own: OwnProps): void {
  const common = { ...attributes, ...defined({ nonce: own.nonce }) };
  if (as === 'module') preloadModule?.(url, { as: 'script', ...common });
  else
    preload?.(url, {
      as,
      ...common,
      ...defined({ fetchPriority: own.fetchPriority, referrerPolicy: own.referrerPolicy, media: own.media }),
    });
}

/** Media types of fonts (RFC 8081, section 4.4). */
const FONT_TYPES: Readonly<Record<string, string>> = {
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
  '.ttc': 'font/collection',
};

/**
 * Preloads the fonts of a stylesheet. React sends each preload once.
 *
 * Browsers fetch fonts with CORS (CSS Fonts Level 4, section 4.9), also from
 * the page's own origin, so the preload must ask for it.
 */
export function preloadFonts(fonts: readonly ResolvedAsset[], own: OwnProps): void {
  for (const { url } of fonts) {
    const type = FONT_TYPES[splitExtension(splitSuffix(url).path).extension.toLowerCase()];
    preload?.(url, {
      as: 'font',
      crossOrigin: 'anonymous',
      ...defined({ type, nonce: own.nonce, fetchPriority: own.fetchPriority, referrerPolicy: own.referrerPolicy, media: own.media }),
    });
  }
}

/** Removes the properties that are `undefined`. */
function defined<T extends object>(properties: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

type CrossOrigin = 'anonymous' | 'use-credentials' | '' | undefined;

export interface FetchAttributes {
  integrity?: string;
  crossOrigin?: NonNullable<CrossOrigin>;
}

/**
 * Returns the attributes that decide how a browser fetches a URL. Tag and
 * preload must have the same, or the browser downloads the file twice.
 *
 * @param own the attributes that the author wrote on the tag. They win.
 */
export function fetchAttributes(
  resolved: ResolvedAsset,
  own: { integrity?: string | undefined; crossOrigin?: CrossOrigin },
): FetchAttributes {
  const integrity = own.integrity ?? resolved.integrity;
  // Browsers check integrity of another origin's file only with CORS (W3C SRI, section 3.3).
  const needsCors = integrity !== undefined && isExternalUrl(resolved.url);
  const crossOrigin = own.crossOrigin ?? resolved.crossOrigin ?? (needsCors ? 'anonymous' : undefined);
  return { ...(integrity !== undefined && { integrity }), ...(crossOrigin !== undefined && { crossOrigin }) };
}
