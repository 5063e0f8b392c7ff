import { jsx as reactJsx, jsxs as reactJsxs } from 'react/jsx-runtime';
import { createJsx } from './react/jsx.js';
import { findUrl } from './react/server.js';

export type * from 'react/jsx-runtime';
export { Fragment } from 'react/jsx-runtime';

export const jsx: typeof reactJsx = /* @__PURE__ */ createJsx(reactJsx, findUrl);
export const jsxs: typeof reactJsxs = /* @__PURE__ */ createJsx(reactJsxs, findUrl);
