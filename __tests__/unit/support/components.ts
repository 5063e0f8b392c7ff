import type { RenderManifest } from '../../../src/core/render-manifest';
import { createAsset, createResolver } from '../../../src/react/asset';
import { createCachedImportMap } from '../../../src/react/cached-import-map';
import { createCachedScript } from '../../../src/react/cached-script';
import { createCachedStyle } from '../../../src/react/cached-style';
import { type NextScriptComponent, shippedNextScript } from '../../../src/react/generated-components';

export const INTEGRITY = 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';

/** A render manifest such as withSmartCache generates, with some entries on another origin and some checked. */
export const MANIFEST: RenderManifest = {
  basePath: '',
  onMissing: 'error',
  assets: {
    '/css/site.css': '/css/site.0123456789.css',
    '/css/checked.css': ['/css/checked.0123456789.css', INTEGRITY],
    '/css/cdn.css': ['https://cdn.example.com/css/cdn.0123456789.css', INTEGRITY],
    '/js/app.js': '/js/app.0123456789.js',
    '/js/checked.js': ['/js/checked.0123456789.js', INTEGRITY],
    '/js/cdn.js': ['https://cdn.example.com/js/cdn.0123456789.js', INTEGRITY],
    '/img/my photo.jpg': '/img/my%20photo.0123456789.jpg',
    '/img/what?.jpg': '/img/what%3F.0123456789.jpg',
    '/img/50% off.jpg': '/img/50%25%20off.0123456789.jpg',
    '/img/caf\u00e9.jpg': '/img/caf%C3%A9.0123456789.jpg',
    '/robots.txt': '/robots.txt',
  },
};

/**
 * `asset()` and the components, as the entries make them, of a manifest of one's own.
 *
 * @param NextScript `null` where no source of the app mentions a strategy.
 */
export function componentsOf(manifest: RenderManifest = MANIFEST, NextScript: NextScriptComponent | null = shippedNextScript) {
  const resolve = createResolver(manifest);
  return {
    asset: createAsset(resolve),
    CachedScript: createCachedScript(resolve, NextScript ?? undefined, manifest),
    CachedImportMap: createCachedImportMap(manifest),
    CachedStyle: createCachedStyle(resolve),
  };
}
