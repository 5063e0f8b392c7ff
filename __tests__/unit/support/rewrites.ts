import { compile, match } from 'path-to-regexp';
import type { RewriteRule } from '../../../src/core/rewrite-rules';

/** Where one rule leads from a path, as Next matches and fills it in; `undefined` when it does not match. */
function apply({ source, destination }: RewriteRule, path: string): string | undefined {
  const matched = match<Record<string, string>>(source, { strict: true, sensitive: false })(path);
  return matched ? compile(destination, { validate: false })(matched.params) : undefined;
}

/** Where rules lead, one after the other, each from where the one before has led; `undefined` when none matches. */
export function rewrite(rules: readonly RewriteRule[], path: string): string | undefined {
  return rules.reduce<string | undefined>((led, rule) => apply(rule, led ?? path) ?? led, undefined);
}
