import type { Node } from '../../pipeline/source/syntax-tree.js';

/** What Babel's tree has beside the program. */
interface File extends Node {
  comments?: readonly Comment[] | null;
}

interface Comment extends Node {
  value: string;
}

/** Behind a byte-order mark, `#!`, the comments of the whole file, and empty lines after these. */
export function startOfCode({ comments, program }: File, text: string): number {
  const first = program?.body[0]?.start ?? text.length;
  const headers = headersOf(comments?.filter((comment) => (comment.start ?? 0) < first) ?? [], text);
  const isLeading = (_: unknown, index: number) => headers.slice(0, index + 1).every(isAboutFile);
  const last = headers.findLast((header, index) => header.some(isReadAtTop) || isLeading(header, index))?.at(-1);
  if (last === undefined) return /^\uFEFF?(?:#!.*\r?\n)?/.exec(text)?.[0].length ?? 0;
  const end = last.end ?? 0;
  return end + (/^(?:[ \t]*\r?\n)*/.exec(text.slice(end))?.[0].length ?? 0);
}

/** Each comment by itself; but lines of `//` together, if an empty line parts them from what they could be about. */
function headersOf(comments: readonly Comment[], text: string): Comment[][] {
  const headers: Comment[][] = [];
  let isParted = false;
  for (const comment of comments.toReversed()) {
    const end = comment.end ?? 0;
    const gap = /^\s*/.exec(text.slice(end))?.[0] ?? '';
    const next = headers[0];
    if (isParted && isLine(comment) && next?.[0]?.start === end + gap.length && countLines(gap) === 1) next.unshift(comment);
    else {
      headers.unshift([comment]);
      isParted = isLine(comment) && countLines(gap) > 1;
    }
  }
  return headers;
}

function isLine({ type }: Node): boolean {
  return type === 'CommentLine';
}

function countLines(gap: string): number {
  return gap.split('\n').length - 1;
}

/**
 * Whether a comment is about the file: what compilers, linters and test
 * runners look for at its top, and licences. All others are about what comes
 * next, such as `@type` and `eslint-disable-next-line`.
 */
function isAboutFile(header: readonly Comment[]): boolean {
  return header.some((comment) => isReadAtTop(comment) || ABOUT_FILE.some((pattern) => pattern.test(comment.value)));
}

/** Whether a comment is one that is not heeded behind code: it has to stay in front, whatever else does then. */
function isReadAtTop({ value }: Comment): boolean {
  return READ_AT_TOP.some((pattern) => pattern.test(value));
}

const READ_AT_TOP = [
  /@(?:jsx|jsxFrag|jsxRuntime|jsxImportSource|ts-check|ts-nocheck|flow|noflow|(?:jest|vitest)-environment(?:-options)?)(?![\w-])/,
  /@(?:format|prettier)(?![\w-])/,
  /^\/\s*<(?:reference|amd-)/,
  /^\s*biome-ignore-all\b/,
];

const ABOUT_FILE = [
  /@(?:license|preserve|copyright|file|fileoverview|packageDocumentation)(?![\w-])/,
  /^!/,
  // Not one that speaks of a copyright.
  /^[\s*]*(?:(?:\(c\)|©)\s*)?copyright\b|\bcopyright\s+(?:\(c\)|©|\d{4})|\bSPDX-License-Identifier:/im,
  /^\s*(?:(?:es|ox)lint-(?:disable|enable|env)(?![\w-])|tslint:disable(?!-)|(?:istanbul|c8|v8) ignore file\b)/,
];
