import { readings } from '../../core/asset-path.js';
import { assetPathMatcher } from '../../core/asset-path-globs.js';
import { STABLE_URL_GLOBS } from '../../core/stable-urls.js';
import { parseCacheControl } from './cache-headers.js';
import type { FileAnswers } from './site-answers.js';

/** How many of the public files that a page loads it loads by a hashed URL. */
export interface Coverage {
  hashed: number;
  /** Public files that were looked at and exist. */
  total: number;
  /** The URLs of the others. */
  plain: readonly string[];
}

export function measureCoverage(files: readonly FileAnswers[]): Coverage {
  const hashed = files.filter(({ kind }) => kind === 'hashed').length;
  const plain = files.filter(isPlainPublicFile).map(({ url }) => url.href);
  return { hashed, total: hashed + plain.length, plain };
}

function isPlainPublicFile({ kind, url, answer }: FileAnswers): boolean {
  if (kind === 'hashed' || answer.status !== 200 || keepsItsName(url)) return false;
  // Another tool put a hash there and lets caches keep the file for it, so this package has nothing to add.
  return kind === 'plain' || !parseCacheControl(answer.headers['cache-control']).has('immutable');
}

const isStable = assetPathMatcher(STABLE_URL_GLOBS);

/** Whether this package never hashes the file, whatever the options say: `favicon.ico`, service workers. */
export function keepsItsName({ pathname }: URL): boolean {
  return readings(pathname).some(isStable);
}
