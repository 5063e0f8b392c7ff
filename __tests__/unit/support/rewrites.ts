import type { RewriteRule } from '../../../src/core/rewrite-rules';

/**
 * What Next (path-to-regexp 6; strict, regardless of case) makes of a source,
 * for the constructs that the rules use: text, `\` escapes and `:name(pattern)`.
 */
export function compileSource(source: string): RegExp {
  let compiled = '';
  for (let at = 0; at < source.length; ) {
    const parameter = /^:(\w+)\(/.exec(source.slice(at));
    if (parameter) {
      const end = closingParenthesis(source, at + parameter[0].length);
      compiled += `(?<${parameter[1]}>${source.slice(at + parameter[0].length, end)})`;
      at = end + 1;
    } else {
      const length = source[at] === '\\' ? 2 : 1;
      compiled += length === 2 ? source.slice(at, at + 2) : source.charAt(at).replace(/[/.]/, '\\$&');
      at += length;
    }
  }
  return new RegExp(`^${compiled}$`, 'i');
}

function closingParenthesis(source: string, from: number): number {
  let depth = 1;
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '(') depth++;
    else if (source[at] === ')' && --depth === 0) return at;
  }
  throw new Error(`No end to the parameter in ${source}`);
}

/** Where rules lead, one after the other, each from where the one before has led; `undefined` when none matches. */
export function rewrite(rules: readonly RewriteRule[], url: string): string | undefined {
  let led: string | undefined;
  for (const { source, destination } of rules) {
    const groups = compileSource(source).exec(led ?? url)?.groups;
    if (groups) led = destination.replace(/:(\w+)/g, (_, name: string) => groups[name] ?? '');
  }
  return led;
}
