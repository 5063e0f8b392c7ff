import type { AssetPath } from 'next-smart-cache';
import type { LinkMode } from '@/lib/link-mode';

interface Props {
  path: AssetPath;
  mode: LinkMode;
  width: number;
  height: number;
  /** Default: an empty string, for an image that only decorates. */
  alt?: string;
}

/** The JSX runtime that `tsconfig.json` names hashes `src`. `data-no-hash` tells it not to. */
export function FileImage({ path, mode, alt = '', ...size }: Props) {
  // biome-ignore lint/performance/noImgElement: next/image serves its own copy under /_next/image. This page measures the file itself.
  return <img {...size} src={path} alt={alt} data-no-hash={mode === 'plain' || undefined} />;
}
