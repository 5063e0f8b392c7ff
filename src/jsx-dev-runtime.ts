import { jsxDEV as reactJsxDEV } from 'react/jsx-dev-runtime';
import { findUrl } from './react/client/asset.js';
import { createJsx } from './react/jsx.js';

export type * from 'react/jsx-dev-runtime';
export { Fragment } from 'react/jsx-dev-runtime';

export const jsxDEV: typeof reactJsxDEV = /* @__PURE__ */ createJsx(reactJsxDEV, findUrl);
