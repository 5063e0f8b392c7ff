import type { NextConfig } from 'next';
import type { HeaderRule } from '../core/header-rules.js';
import type { RewriteRules } from '../core/rewrite-rules.js';
import type { RewritesResult } from './next-config.js';

/**
 * Makes the header rules of a mode, anew at each call: Next writes `basePath`
 * and locales into what it is given.
 *
 * @param ownKeys names of all headers that the app's own rules set.
 */
export type HeaderRules = (ownKeys: readonly string[]) => HeaderRule[];

/**
 * Makes the `headers` of a config with our rules after its own, since the last
 * rule wins. A result that Next would refuse is passed on: Next reports it.
 */
export function mergeHeaders(config: NextConfig, rules: HeaderRules): Pick<NextConfig, 'headers'> {
  const { headers } = config;
  if (!canMergeHeaders(config)) return {};
  if (headers === undefined) return { headers: async () => rules([]) };
  return {
    headers: async () => {
      const own: unknown = await headers.call(config);
      return (Array.isArray(own) ? [...own, ...rules(keysOf(own))] : own) as HeaderRule[];
    },
  };
}

/** Whether Next accepts the type of `headers`. It ignores any other type, and says so. */
export function canMergeHeaders({ headers }: NextConfig): boolean {
  return headers === undefined || typeof headers === 'function';
}

function keysOf(rules: readonly unknown[]): string[] {
  const headers = rules.map((rule) => (Object(rule) as { headers?: unknown }).headers).filter((value) => Array.isArray(value));
  const keys = headers.flat().map((header: unknown) => (Object(header) as { key?: unknown }).key);
  return keys.filter((key) => typeof key === 'string');
}

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
