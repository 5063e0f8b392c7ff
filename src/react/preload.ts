import type { LinkHTMLAttributes } from 'react';
import * as ReactDOM from 'react-dom';
import type { FetchAttributes } from './fetch-attributes.js';

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

/** Without the properties that are `undefined`. */
function defined<T extends object>(properties: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
