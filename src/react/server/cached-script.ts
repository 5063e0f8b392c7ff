import { HotScript, manifest, NextScript } from 'next-smart-cache/manifest';
import { type CachedScriptComponent, createCachedScript } from '../cached-script.js';
import { resolve } from './asset.js';

export const CachedScript: CachedScriptComponent = /* @__PURE__ */ createCachedScript(resolve, NextScript, manifest, HotScript);
