import type { OnProgress } from '../../core/on-progress.js';
import { createAsk } from './ask.js';
import { collectSite } from './collect-site.js';
import { judgeSite, type SiteReport } from './judge-site.js';
import { parseTarget } from './target-url.js';

export interface VerifyOptions {
  /** Milliseconds for one answer. */
  timeout: number;
  maxAssets: number;
  /** Bytes of one file. */
  maxSize: number;
  /** Whether hashes are compared with bytes. */
  checksHash: boolean;
  userAgent: string;
  interruption: AbortSignal;
  /** Called after every file. */
  onProgress?: OnProgress | undefined;
}

/**
 * Looks at a site from outside. What the site does wrong is in the report,
 * that it cannot be reached too.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE` for what is no URL.
 */
export async function verifySite(written: string, options: VerifyOptions): Promise<SiteReport> {
  const { url, credentials } = parseTarget(written);
  const { ask, close } = createAsk({ ...options, credentials });
  try {
    return judgeSite(url, await collectSite(url, { ...options, ask }), options);
  } finally {
    close();
  }
}
