import type { AssetPath } from 'next-smart-cache';
import type { LinkMode } from '@/lib/link-mode';

interface Props {
  path: AssetPath;
  mode: LinkMode;
  width: number;
  height: number;
  className?: string;
}

/** An image that only decorates. */
export function FileImage({ path, mode, ...props }: Props) {
  // biome-ignore lint/performance/noImgElement: next/image would serve its own copy under /_next/image, and there would be nothing to measure.
  return <img {...props} src={path} alt="" data-no-hash={mode === 'plain' || undefined} />;
}
