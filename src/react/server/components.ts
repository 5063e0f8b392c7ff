import { HotScript, HotStyle, manifest, NextScript } from 'next-smart-cache/manifest';
import { createElement as createReactElement } from 'react';
import { type CachedImportMapComponent, createCachedImportMap } from '../cached-import-map.js';
import { type CachedScriptComponent, createCachedScript } from '../cached-script.js';
import { type CachedStyleComponent, createCachedStyle } from '../cached-style.js';
import { createJsx } from '../jsx.js';
import { findUrl, resolve } from './asset.js';

export const CachedImportMap: CachedImportMapComponent = /* @__PURE__ */ createCachedImportMap(manifest);

export const CachedScript: CachedScriptComponent = /* @__PURE__ */ createCachedScript(resolve, NextScript, manifest, HotScript);

export const CachedStyle: CachedStyleComponent = /* @__PURE__ */ createCachedStyle(resolve, HotStyle);

/** For compilers alone: with `jsxImportSource`, they call it for an element whose key comes after a spread. */
export const createElement: typeof createReactElement = /* @__PURE__ */ createJsx(createReactElement, findUrl);
