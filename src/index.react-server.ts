export type { AssetUrl } from './core/asset-url.js';
export { SmartCacheError, type SmartCacheErrorCode } from './core/errors.js';
export type { AssetPath, PublicFolder } from './core/public-folder.js';
export type { Asset } from './react/asset.js';
export type { CachedScriptComponent, CachedScriptProps } from './react/cached-script.js';
export type { CachedStyleComponent, CachedStyleProps } from './react/cached-style.js';
export { asset } from './react/server/asset.js';
export { CachedScript } from './react/server/cached-script.js';
export { CachedStyle } from './react/server/cached-style.js';
