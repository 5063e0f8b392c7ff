import { compile, match } from 'path-to-regexp';
import type { RewriteRule } from '../../../src/core/rewrite-rules';

/** The parameters of a source that matches a path, as Next matches it; `undefined` when it does not match. */
export function matchSource(source: string, path: string): Record<string, string> | undefined {
  const matched = match<Record<string, string>>(source, { strict: true, sensitive: false })(path);
  return matched ? matched.params : undefined;
}

/** Where one rule leads from a path; `undefined` when it does not match. */
function apply({ source, destination }: RewriteRule, path: string): string | undefined {
  const parameters = matchSource(source, path);
  return parameters && compile(destination, { validate: false })(parameters);
}

/** Where rules lead, one after the other, each from where the one before has led; `undefined` when none matches. */
export function rewrite(rules: readonly RewriteRule[], path: string): string | undefined {
  return rules.reduce<string | undefined>((led, rule) => apply(rule, led ?? path) ?? led, undefined);
}
