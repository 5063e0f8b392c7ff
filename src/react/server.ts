import { HotScript, HotStyle, manifest, NextScript } from 'next-smart-cache/manifest';
import { createElement as createReactElement } from 'react';
import { type Asset, createAsset, createFindUrl, createResolver } from './asset.js';
import { type CachedImportMapComponent, createCachedImportMap } from './cached-import-map.js';
import { type CachedScriptComponent, createCachedScript } from './cached-script.js';
import { type CachedStyleComponent, createCachedStyle } from './cached-style.js';
import { createJsx } from './jsx.js';

/* The exports of the package for Server Components, which look asset paths up in the whole manifest. */

const resolve = /* @__PURE__ */ createResolver(manifest);

/** The look-up of automatic hashing. */
export const findUrl = /* @__PURE__ */ createFindUrl(manifest);

export const asset: Asset = /* @__PURE__ */ createAsset(resolve);

export const CachedImportMap: CachedImportMapComponent = /* @__PURE__ */ createCachedImportMap(manifest);

export const CachedScript: CachedScriptComponent = /* @__PURE__ */ createCachedScript(resolve, NextScript, manifest, HotScript);

export const CachedStyle: CachedStyleComponent = /* @__PURE__ */ createCachedStyle(resolve, HotStyle);

/** With `jsxImportSource`, compilers call it for an element whose key comes after a spread. */
export const createElement: typeof createReactElement = /* @__PURE__ */ createJsx(createReactElement, findUrl);
