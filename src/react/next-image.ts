import type NextImage from 'next/image.js';
import type { getImageProps as GetImageProps } from 'next/image.js';
import { type FindUrl, hashProps, NEXT_IMAGE, type Props } from '../core/hash-props.js';
import { treatAsElement } from './jsx.js';

type Image = typeof NextImage;

/**
 * Lets the JSX runtime hash the `src` of `next/image`. URLs of a `loader` and of
 * static imports stay.
 *
 * @param module a bundler's value for the CommonJS module. In Server Components
 * it is a reference, whose properties cannot be read.
 */
export function hashImage(module: Image | { default: Image }): Image {
  return treatAsElement('default' in module ? module.default : module, NEXT_IMAGE);
}

/** Hashes the `src` for `getImageProps`, which the JSX runtime does not see. */
export function createHashImageProps(find: FindUrl): (getImageProps: typeof GetImageProps) => typeof GetImageProps {
  return (getImageProps) => (props) => getImageProps(hashProps(NEXT_IMAGE, props as unknown as Props, find) as unknown as typeof props);
}
