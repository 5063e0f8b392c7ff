import { createElement as createReactElement } from 'react';
import { createJsx } from '../jsx.js';
import { findUrl } from './asset.js';

/** With `jsxImportSource`, compilers call it for an element whose key comes after a spread. */
export const createElement: typeof createReactElement = /* @__PURE__ */ createJsx(createReactElement, findUrl);
