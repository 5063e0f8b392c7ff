import { isExternalUrl } from '../core/asset-path.js';
import type { ResolvedAsset } from '../core/render-manifest.js';

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
