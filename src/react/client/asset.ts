import { type Asset, createAsset } from '../asset.js';
import { resolve } from './resolve.js';

export const asset: Asset = /* @__PURE__ */ createAsset(resolve);
