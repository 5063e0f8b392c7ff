import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** How an app's hashed URLs are made, worked out without the package. */
export interface UrlSettings {
  publicDir: string;
  /** The prefix of every hashed URL: `basePath`, or an origin. Default: none. */
  prefix?: string | undefined;
  delivery?: 'rewrite' | 'static' | undefined;
  /** The folder of static delivery. Default: the one below `media/`. */
  storeUrl?: string | undefined;
}

/** The hashed URL that a written asset path must become; `?query#fragment` is kept. */
export function expectedUrl(
  written: string,
  { publicDir, prefix = '', delivery = 'rewrite', storeUrl = '/_next/static/media/smart-cache' }: UrlSettings,
): string {
  const [, assetPath = '', suffix = ''] = /^([^?#]*)(.*)$/.exec(written) ?? [];
  const hash = createHash('sha256')
    .update(fs.readFileSync(path.join(publicDir, assetPath)))
    .digest('hex')
    .slice(0, 10);
  const folder = delivery === 'static' ? storeUrl : '';
  return prefix + folder + assetPath.replace(/\.(\w+)$/, `.${hash}.$1`) + suffix;
}
