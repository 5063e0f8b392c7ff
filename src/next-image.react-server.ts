import { createHashImageProps } from './react/next-image.js';
import { findUrl } from './react/server.js';

export { hashImage } from './react/next-image.js';

/** For the module to which `withSmartCache` aliases `next/image`. */
export const hashImageProps: ReturnType<typeof createHashImageProps> = /* @__PURE__ */ createHashImageProps(findUrl);
