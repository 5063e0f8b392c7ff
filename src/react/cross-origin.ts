import { isExternalUrl } from '../core/asset-path.js';
import type { ResolvedAsset } from '../core/render-manifest.js';

type CrossOrigin = 'anonymous' | 'use-credentials' | '' | undefined;

export interface FetchAttributes {
  integrity?: string;
  crossOrigin?: NonNullable<CrossOrigin>;
}

/**
 * The attributes that decide how a browser fetches a URL, for the tag and its
 * preload alike: unless they are the same, it downloads the file twice. An
 * integrity check of another origin's file needs CORS (W3C SRI, section 3.3).
 *
 * @param own what the author wrote on the tag, which wins.
 */
export function fetchAttributes(
  { url, integrity }: ResolvedAsset,
  own: { integrity?: string | undefined; crossOrigin?: CrossOrigin },
): FetchAttributes {
  const crossOrigin = own.crossOrigin ?? (isExternalUrl(url) ? 'anonymous' : undefined);
  const finalIntegrity = own.integrity ?? integrity;
  return {
    ...(finalIntegrity !== undefined && { integrity: finalIntegrity }),
    ...(crossOrigin !== undefined && { crossOrigin }),
  };
}
