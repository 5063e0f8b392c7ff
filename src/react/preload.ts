import * as ReactDOM from 'react-dom';
import type { FetchAttributes } from './fetch-attributes.js';

export interface PreloadHint extends FetchAttributes {
  as: 'script' | 'style';
  /** A module script, which needs `modulepreload`. */
  module?: boolean;
  nonce?: string | undefined;
  fetchPriority?: 'high' | 'low' | 'auto' | undefined;
}

/** React 18 has no resource hints; the tag itself still works there. */
const { preload, preloadModule } = ReactDOM as Partial<Pick<typeof ReactDOM, 'preload' | 'preloadModule'>>;

/** Asks the browser to fetch early what a tag further down will use, with the tag's own attributes. */
export function preloadAsset(url: string, { as, module, nonce, fetchPriority, ...attributes }: PreloadHint): void {
  const common = { ...attributes, ...(nonce !== undefined && { nonce }) };
  if (module) preloadModule?.(url, { as, ...common });
  else preload?.(url, { as, ...common, ...(fetchPriority !== undefined && { fetchPriority }) });
}
