import { manifest } from 'next-smart-cache/manifest';
import { type Asset, createAsset, createFindUrl, createResolver } from '../asset.js';

/** Looks asset paths up in the manifest that `withSmartCache` aliases over this module. */
export const resolve = /* @__PURE__ */ createResolver(manifest);

/** The same for automatic hashing. */
export const findUrl = /* @__PURE__ */ createFindUrl(manifest);

export const asset: Asset = /* @__PURE__ */ createAsset(resolve);
