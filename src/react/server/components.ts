import { HotScript, HotStyle, manifest, NextScript } from 'next-smart-cache/manifest';
import { type CachedImportMapComponent, createCachedImportMap } from '../cached-import-map.js';
import { type CachedScriptComponent, createCachedScript } from '../cached-script.js';
import { type CachedStyleComponent, createCachedStyle } from '../cached-style.js';
import { resolve } from './asset.js';

export const CachedImportMap: CachedImportMapComponent = /* @__PURE__ */ createCachedImportMap(manifest);

export const CachedScript: CachedScriptComponent = /* @__PURE__ */ createCachedScript(resolve, NextScript, manifest, HotScript);

export const CachedStyle: CachedStyleComponent = /* @__PURE__ */ createCachedStyle(resolve, HotStyle);
