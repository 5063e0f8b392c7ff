export { SmartCacheError, type SmartCacheErrorCode } from './core/errors.js';
export type { AssetPath, AssetUrl, PublicFolder } from './core/public-folder.js';
export type { Asset } from './react/asset.js';
export type { CachedImportMapComponent, CachedImportMapProps } from './react/cached-import-map.js';
export type { CachedScriptComponent, CachedScriptProps } from './react/cached-script.js';
export type { CachedStyleComponent, CachedStyleProps } from './react/cached-style.js';
export { asset, CachedImportMap, CachedScript, CachedStyle, createElement } from './react/server.js';
