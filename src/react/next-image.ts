import NextImage, { getImageProps as getNextImageProps } from 'next/image.js';
import { NEXT_IMAGE } from '../core/fetched-attributes.js';
import { type FindUrl, hashProps, type Props } from '../core/hash-props.js';
import { treatAsElement } from './jsx.js';

/** Whichever way a bundler hands CommonJS over. In Server Components it is a reference, of which no property may be read. */
const Image = ('default' in NextImage ? NextImage.default : NextImage) as typeof NextImage;

/** `next/image` itself, whose `src` the JSX runtime hashes. What its `loader` and static imports give stays as it is. */
export const HashedImage = treatAsElement(Image, NEXT_IMAGE);

/** `getImageProps`, which is no element, with a hashed `src`. */
export function createGetImageProps(find: FindUrl): typeof getNextImageProps {
  return (props) => getNextImageProps(hashProps(NEXT_IMAGE, props as unknown as Props, find) as unknown as typeof props);
}
