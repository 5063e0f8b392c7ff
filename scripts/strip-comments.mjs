import { tsPlugin } from '@sveltejs/acorn-typescript';
import { Parser, parse } from 'acorn';

/** Matches `@__PURE__`, `#__PURE__`, `@__NO_SIDE_EFFECTS__`, `webpackIgnore: true`, `turbopackIgnore: true`. */
const DIRECTIVE = /^\s*(?:[@#]__[A-Z_]+__\s*$|(?:webpack|turbopack)[A-Z]\w*:)/;

/** Takes the comments out of a compiled script, except those that bundlers read (`@__PURE__`, `webpackIgnore: true`), and the `#!` line. */
export function stripComments(code, sourceType) {
  const comments = [];
  parse(code, { ecmaVersion: 'latest', sourceType, allowHashBang: true, onComment: comments });
  return comments
    .filter(({ value, start }) => !DIRECTIVE.test(value) && !code.startsWith('#!', start))
    .reverse()
    .reduce((text, { start, end }) => withoutRange(text, start, end), code);
}

const parser = Parser.extend(tsPlugin({ dts: true }));

/** The same for a type declaration (`.d.ts`), which no bundler reads. */
export function stripDeclarationComments(code) {
  const comments = [];
  parser.parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true, onComment: comments });
  // The parser reads some parts of a declaration twice.
  const byStart = new Map(comments.map((comment) => [comment.start, comment]));
  return [...byStart.values()].sort((a, b) => b.start - a.start).reduce((text, { start, end }) => withoutRange(text, start, end), code);
}

/** Removes the line as well if nothing else is on it. */
function withoutRange(text, start, end) {
  const before = text.slice(0, start).replace(/[ \t]+$/, '');
  const after = text.slice(end);
  const isAlone = before === '' || before.endsWith('\n');
  return isAlone ? before + after.replace(/^[ \t]*\n/, '') : text.slice(0, start) + after;
}
