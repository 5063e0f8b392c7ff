import type NextImage from 'next/image.js';
import type { getImageProps as GetImageProps } from 'next/image.js';
import { type FindUrl, hashProps, NEXT_IMAGE, type Props } from '../core/url-attributes.js';
import { treatAsElement } from './jsx.js';

type Image = typeof NextImage;

/**
 * `next/image` itself, whose `src` the JSX runtime hashes. What its `loader` and static imports give stays as it is.
 *
 * @param module what a bundler hands over for the CommonJS module. In Server
 * Components it is a reference, of which no property may be read.
 */
export function hashImage(module: Image | { default: Image }): Image {
  return treatAsElement('default' in module ? module.default : module, NEXT_IMAGE);
}

/** Gives `getImageProps` a hashed `src`: it is a function, so the JSX runtime does not see it. */
export function createHashImageProps(find: FindUrl): (getImageProps: typeof GetImageProps) => typeof GetImageProps {
  return (getImageProps) => (props) => getImageProps(hashProps(NEXT_IMAGE, props as unknown as Props, find) as unknown as typeof props);
}
