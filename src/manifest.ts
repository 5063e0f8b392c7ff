import { EMPTY_RENDER_MANIFEST, type RenderManifest } from './core/render-manifest.js';
import {
  type HotScriptComponent,
  type HotStyleComponent,
  type NextScriptComponent,
  shippedNextScript,
} from './react/generated-components.js';

export type { RenderManifest };

/**
 * The manifest that Server Components look asset paths up in. As shipped it is
 * empty, so every look-up returns the original path. `withSmartCache` aliases
 * this module to the app's whole manifest.
 */
export const manifest: RenderManifest = EMPTY_RENDER_MANIFEST;

/**
 * `next/script`, for `<CachedScript strategy>`. The app's module exports
 * `undefined` if the app source names no strategy, since Next would send
 * `next/script` to every page that imports `CachedScript`.
 */
export const NextScript: NextScriptComponent | undefined = shippedNextScript;

/** The components that replace edited files in the page. Only `next dev` has them. */
export const HotStyle: HotStyleComponent | undefined = undefined;
export const HotScript: HotScriptComponent | undefined = undefined;
