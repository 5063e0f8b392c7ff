import { createElement as createReactElement } from 'react';
import { createJsx } from './react/jsx.js';
import { findUrl } from './react/server/resolve.js';

export type { AssetUrl } from './core/asset-url.js';
export { SmartCacheError, type SmartCacheErrorCode } from './core/errors.js';
export type { AssetPath, PublicFolder } from './core/public-folder.js';
export type { Asset } from './react/asset.js';
export type { CachedImportMapComponent, CachedImportMapProps } from './react/cached-import-map.js';
export type { CachedScriptComponent, CachedScriptProps } from './react/cached-script.js';
export type { CachedStyleComponent, CachedStyleProps } from './react/cached-style.js';
export { asset } from './react/server/asset.js';
export { CachedImportMap } from './react/server/cached-import-map.js';
export { CachedScript } from './react/server/cached-script.js';
export { CachedStyle } from './react/server/cached-style.js';

/** For compilers alone: with `jsxImportSource`, they call it for an element whose key comes after a spread. */
export const createElement: typeof createReactElement = /* @__PURE__ */ createJsx(createReactElement, findUrl);
