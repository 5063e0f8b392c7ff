import { HotStyle } from 'next-smart-cache/client-manifest';
import { type CachedStyleComponent, createCachedStyle } from '../cached-style.js';
import { resolve } from './asset.js';

export const CachedStyle: CachedStyleComponent = /* @__PURE__ */ createCachedStyle(resolve, HotStyle);
