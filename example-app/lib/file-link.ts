import { type AssetPath, asset } from 'next-smart-cache';
import type { LinkMode } from './link-mode';

/** An asset path and the URL that a page uses for it. */
export interface FileLink {
  path: AssetPath;
  url: string;
}

export function linkFile(path: AssetPath, mode: LinkMode): FileLink {
  return { path, url: mode === 'hashed' ? asset(path) : path };
}
