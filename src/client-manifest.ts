/** As shipped, code that also runs in the browser finds the same empty manifest. `withSmartCache` aliases this module too. */
export { HotScript, HotStyle, manifest, NextScript, type RenderManifest } from './manifest.js';
