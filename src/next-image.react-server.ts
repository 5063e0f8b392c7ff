import { createHashImageProps } from './react/next-image.js';
import { findUrl } from './react/server/asset.js';

export { hashImage } from './react/next-image.js';

/** For the module that withSmartCache puts in the place of `next/image`. */
export const hashImageProps: ReturnType<typeof createHashImageProps> = /* @__PURE__ */ createHashImageProps(findUrl);
