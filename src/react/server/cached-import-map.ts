import { manifest } from 'next-smart-cache/manifest';
import { type CachedImportMapComponent, createCachedImportMap } from '../cached-import-map.js';

export const CachedImportMap: CachedImportMapComponent = /* @__PURE__ */ createCachedImportMap(manifest);
