import { compile, match } from 'path-to-regexp';
import type { RewriteRule } from '../../../src/core/rewrite-rules';

/** The parameters of a source that matches a path, as Next matches it; `undefined` when it does not match. */
export function matchSource(source: string, path: string): Record<string, string> | undefined {
  const matched = match<Record<string, string>>(source, { strict: true, sensitive: false })(path);
  return matched ? matched.params : undefined;
}

/** Applies one rule to a path. Returns `undefined` if it does not match. */
function apply({ source, destination }: RewriteRule, path: string): string | undefined {
  const parameters = matchSource(source, path);
  return parameters && compile(destination, { validate: false })(parameters);
}

/** Applies rules one after the other, each to the result of the last. Returns `undefined` if none matches. */
export function rewrite(rules: readonly RewriteRule[], path: string): string | undefined {
  return rules.reduce<string | undefined>((led, rule) => apply(rule, led ?? path) ?? led, undefined);
}
