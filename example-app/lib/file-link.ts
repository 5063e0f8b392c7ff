import { type AssetPath, asset } from 'next-smart-cache';
import type { LinkMode } from './link-mode';

/** An asset path and the URL that a page links it by. */
export interface FileLink {
  path: AssetPath;
  url: string;
}

/** The whole difference between the two modes. */
export function linkFile(path: AssetPath, mode: LinkMode): FileLink {
  return { path, url: mode === 'hashed' ? asset(path) : path };
}
