import type { RewriteRules } from '../core/rewrite-rules.js';
import type { RewritesResult } from './next-config.js';

const KEYS = ['beforeFiles', 'afterFiles', 'fallback'] as const;
type RewritesByKey = Partial<Record<(typeof KEYS)[number], NonNullable<Exclude<RewritesResult, unknown[]>['beforeFiles']>>>;

/**
 * Adds our rules to what the user's `rewrites` returned, in any of its three
 * shapes (absent, array, object); an array means `afterFiles`, as in Next.
 * Ours come first, so that a rule for every path does not catch them.
 *
 * Anything else is handed on as it is: Next says what is wrong with it, in the
 * words that it has for everybody, and stops.
 */
export function mergeRewrites(own: RewritesResult | null | undefined, rules: RewriteRules): RewritesResult {
  const byKey: unknown = Array.isArray(own) ? { afterFiles: own } : (own ?? {});
  if (!isRewritesByKey(byKey)) return own as RewritesResult;
  const { beforeFiles, afterFiles, fallback } = byKey;
  return {
    beforeFiles: [...rules.beforeFiles, ...(beforeFiles ?? [])],
    afterFiles: [...rules.afterFiles, ...(afterFiles ?? [])],
    fallback: [...(fallback ?? [])],
  };
}

function isRewritesByKey(value: unknown): value is RewritesByKey {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([key, rewrites]) => (KEYS as readonly string[]).includes(key) && (Array.isArray(rewrites) || !rewrites))
  );
}
