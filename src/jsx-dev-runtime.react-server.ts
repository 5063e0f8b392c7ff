import * as hotModule from 'next-smart-cache/manifest';
import { jsxDEV as reactJsxDEV } from 'react/jsx-dev-runtime';
import { createHotJsx } from './react/hot-jsx.js';
import { findUrl } from './react/server.js';

export type * from 'react/jsx-dev-runtime';
export { Fragment } from 'react/jsx-dev-runtime';

export const jsxDEV: typeof reactJsxDEV = /* @__PURE__ */ createHotJsx(reactJsxDEV, findUrl, hotModule);
