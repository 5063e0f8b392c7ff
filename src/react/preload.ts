import type { LinkHTMLAttributes } from 'react';
import * as ReactDOM from 'react-dom';
import { isExternalUrl, splitExtension, splitSuffix } from '../core/asset-path.js';
import type { ResolvedAsset } from '../core/render-manifest.js';

/** The props of a tag that decide whether its preload is taken for the same request. */
type OwnProps = Pick<LinkHTMLAttributes<HTMLElement>, 'nonce' | 'fetchPriority' | 'referrerPolicy' | 'media'>;

/** React 18 has no resource hints; the tag itself still works there. */
const { preload, preloadModule } = ReactDOM as Partial<Pick<typeof ReactDOM, 'preload' | 'preloadModule'>>;

/**
 * Asks the browser to fetch early what a tag further down will use, with the
 * tag's own attributes.
 *
 * @param as a module script needs `modulepreload`, which knows fewer attributes.
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

/** Of what a stylesheet names (RFC 8081, section 4.4). */
const FONT_TYPES: Readonly<Record<string, string>> = {
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
  '.ttc': 'font/collection',
};

/**
 * Asks for the fonts of a stylesheet, which a browser asks for only when it
 * has both the sheet and a text that needs them. React sends each once,
 * however many sheets name it.
 *
 * A font is always fetched with CORS (CSS Fonts Level 4, section 4.9), so its
 * preload must be too, on one's own origin as well.
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

/** Without the properties that are `undefined`. */
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
 * The attributes that decide how a browser fetches a URL, for the tag and its
 * preload alike: unless they are the same, it downloads the file twice.
 *
 * @param own what the author wrote on the tag, which wins.
 */
export function fetchAttributes(
  resolved: ResolvedAsset,
  own: { integrity?: string | undefined; crossOrigin?: CrossOrigin },
): FetchAttributes {
  const integrity = own.integrity ?? resolved.integrity;
  // A checksum of another origin's file can only be checked with CORS (W3C SRI, section 3.3).
  const needsCors = integrity !== undefined && isExternalUrl(resolved.url);
  const crossOrigin = own.crossOrigin ?? resolved.crossOrigin ?? (needsCors ? 'anonymous' : undefined);
  return { ...(integrity !== undefined && { integrity }), ...(crossOrigin !== undefined && { crossOrigin }) };
}
