import { EMPTY_RENDER_MANIFEST, type RenderManifest } from './core/render-manifest.js';
import {
  type HotScriptComponent,
  type HotStyleComponent,
  type NextScriptComponent,
  shippedNextScript,
} from './react/generated-components.js';

export type { RenderManifest };

/**
 * What code that also runs in the browser looks asset paths up in. Empty as
 * shipped; `withSmartCache` aliases this module to the entries that the app's
 * source names.
 */
export const manifest: RenderManifest = EMPTY_RENDER_MANIFEST;

/**
 * `next/script`, for `<CachedScript strategy>`. The app's own module leaves it
 * out when no source of the app mentions a strategy: Next would send it to
 * every page that imports `CachedScript`.
 */
export const NextScript: NextScriptComponent | undefined = shippedNextScript;

/** What the components render in `next dev`, so that edits appear by themselves; nothing anywhere else. */
export const HotStyle: HotStyleComponent | undefined = undefined;
export const HotScript: HotScriptComponent | undefined = undefined;
