import type { RewriteRules } from '../core/rewrite-rules.js';
import type { RewritesResult } from './next-config.js';

/**
 * Adds our rules to what the user's `rewrites` returned, in any of its three
 * shapes (absent, array, object); an array means `afterFiles`, as in Next.
 * Ours come first, so that a rule for every path does not catch them.
 */
export function mergeRewrites(own: RewritesResult | undefined, rules: RewriteRules): Exclude<RewritesResult, unknown[]> {
  const { beforeFiles = [], afterFiles = [], fallback = [] } = Array.isArray(own) ? { afterFiles: own } : (own ?? {});
  return {
    beforeFiles: [...rules.beforeFiles, ...beforeFiles],
    afterFiles: [...rules.afterFiles, ...afterFiles],
    fallback: [...fallback],
  };
}
