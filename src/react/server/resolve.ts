import { manifest } from 'next-smart-cache/manifest';
import { createFindUrl, createResolver } from '../asset.js';

/** Looks asset paths up in what withSmartCache aliases over this module. */
export const resolve = /* @__PURE__ */ createResolver(manifest);

/** The same for automatic hashing. */
export const findUrl = /* @__PURE__ */ createFindUrl(manifest);
