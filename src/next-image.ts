import type { getImageProps as getNextImageProps } from 'next/image.js';
import { findUrl } from './react/client/resolve.js';
import { createGetImageProps, HashedImage } from './react/next-image.js';

export type * from 'next/image.js';
export default HashedImage;

export const getImageProps: typeof getNextImageProps = /* @__PURE__ */ createGetImageProps(findUrl);
