import { createHashImageProps } from './react/next-image.js';
import { findUrl } from './react/server.js';

export { hashImage } from './react/next-image.js';

/** The module to which `withSmartCache` aliases `next/image` calls this function. */
export const hashImageProps: ReturnType<typeof createHashImageProps> = /* @__PURE__ */ createHashImageProps(findUrl);
