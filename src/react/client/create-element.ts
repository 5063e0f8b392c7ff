import { createElement as createReactElement } from 'react';
import { createJsx } from '../jsx.js';
import { findUrl } from './resolve.js';

/** For compilers alone: with `jsxImportSource`, they call it for an element whose key comes after a spread. */
export const createElement: typeof createReactElement = /* @__PURE__ */ createJsx(createReactElement, findUrl);
