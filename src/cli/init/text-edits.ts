import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import type { Edit, Node } from 'jsonc-parser';
import { SmartCacheError, systemErrorCode } from '../../core/errors.js';

export interface FilePlan {
  /** Absolute. */
  file: string;
  /** `by-hand`: the author has to edit the file; `message` says how. */
  outcome: 'present' | 'to-write' | 'by-hand';
  /** The new text of the file, with `to-write`. */
  text?: string;
  message?: string;
}

/**
 * Reads a file for editing: `init` must not replace a file that exists, nor
 * damage one that is not UTF-8.
 *
 * @returns `undefined` if there is no such file.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function readUtf8IfThere(file: string): string | undefined {
  let content: Buffer;
  try {
    content = fs.readFileSync(file);
  } catch (error) {
    const systemCode = systemErrorCode(error);
    // ENOTDIR: a parent is a file, so this path cannot exist.
    if (systemCode === 'ENOENT' || systemCode === 'ENOTDIR') return undefined;
    const [why, fix] =
      systemCode === 'EISDIR'
        ? ['it is a folder', 'remove or rename it']
        : [`the system said ${systemCode ?? String(error)}`, 'make it readable for this user'];
    throw unreadable(file, error, { what: 'A file cannot be read', why, fix });
  }
  if (isUtf8(content)) return content.toString();
  throw unreadable(file, undefined, {
    what: 'A file cannot be changed without damage',
    why: 'it is not UTF-8 text',
    fix: 'save it as UTF-8',
  });
}

/**
 * Runs a parser over a file of the app.
 *
 * @param format for the message: `JSON`.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`, with the parser's message.
 */
export function parseAs<T>(file: string, format: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw notOfFormat(file, format, error);
  }
}

export function notOfFormat(file: string, format: string, cause: unknown): SmartCacheError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return unreadable(file, cause, { what: `A file cannot be read as ${format}`, why, fix: 'correct it' });
}

/** @param parts without what is the same for every file. */
export function unreadable(where: string, cause: unknown, { what, why, fix }: { what: string; why: string; fix: string }): SmartCacheError {
  const parts = { what: `${what}; nothing was written`, where, why, fix: `${fix} and run the command again` };
  return new SmartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', parts, { cause });
}

/** The line end of a file. Default: Unix. */
export function newlineOf(text: string): '\n' | '\r\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** The quote that a file uses more often. */
export function quoteOf(text: string): "'" | '"' {
  return text.split("'").length > text.split('"').length ? "'" : '"';
}

export function bomOf(text: string): '\uFEFF' | '' {
  return text.startsWith('\uFEFF') ? '\uFEFF' : '';
}

/** Adds lines at the end of a file, after an empty line. */
export function appendLines(text: string, lines: readonly string[]): string {
  const newline = newlineOf(text);
  const start = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline;
  return `${text}${start}${lines.join(newline)}${newline}`;
}

export function replaceAt({ offset, length }: Place, content: string): Edit {
  return { offset, length, content };
}

export function insertAt(offset: number, content: string): Edit {
  return { offset, length: 0, content };
}

/** A part of a text, in UTF-16 code units. */
type Place = Pick<Node, 'offset' | 'length'>;

/** A new member of an object; `value` is JSON. */
export interface NewMember {
  name: string;
  value: string;
}

/**
 * Adds members to a JSON object, with the indentation, line ends, comments and
 * trailing comma of the file.
 *
 * @param before the member that follows them. Default: they come last.
 */
export function addMembers(text: string, object: Node, added: readonly NewMember[], before?: Node): Edit[] {
  const members = added.map(printMember);
  const last = object.children?.at(-1);
  if (last === undefined) {
    const isClosed = text[object.offset + 1] === '}';
    return [insertAt(object.offset + 1, ` ${members.join(', ')}${isClosed ? ' ' : ''}`)];
  }
  if (before === undefined) return appendAfter(text, last, members);
  const separator = separatorBefore(text, before);
  return [insertAt(before.offset, members.map((member) => `${member},${separator}`).join(''))];
}

/**
 * Adds entries after the last one of an object or a list, in JSON or JavaScript.
 *
 * @param added without commas.
 */
export function appendAfter(text: string, last: Place, added: readonly string[]): Edit[] {
  const separator = separatorBefore(text, last);
  const end = last.offset + last.length;
  const [, gap = '', comma = ''] = /^((?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*)(,?)/.exec(text.slice(end)) ?? [];
  const afterComma = comma === '' ? end : end + gap.length + comma.length;
  const [comment = ''] = /^[ \t]*(?:\/\/.*|\/\*.*?\*\/(?=[ \t]*[\r\n]))/.exec(text.slice(afterComma)) ?? [];
  const content = added.map((entry) => separator + entry).join(',') + comma;
  const place = afterComma + comment.length;
  if (comma !== '') return [insertAt(place, content)];
  // The comma belongs before the comment that ends the line, and the new lines after it.
  return comment === '' ? [insertAt(end, `,${content}`)] : [insertAt(end, ','), insertAt(place, content)];
}

/**
 * Prints an object as the value of a member.
 *
 * @param indent of the member. `undefined`: on one line.
 */
export function printObject(text: string, members: readonly NewMember[], indent: string | undefined): string {
  if (indent === undefined) return `{ ${members.map(printMember).join(', ')} }`;
  const newline = newlineOf(text);
  const inner = indent + (indent || '  ');
  return `{${newline}${members.map((member) => inner + printMember(member)).join(`,${newline}`)}${newline}${indent}}`;
}

/** The white space before a member, if the member is the first one on its line. */
export function indentOf(text: string, { offset }: Place): string | undefined {
  return /(?:^|\n)([ \t]*)$/.exec(text.slice(0, offset))?.[1];
}

/** The white space between an entry and the one before it. */
function separatorBefore(text: string, entry: Place): string {
  const indent = indentOf(text, entry);
  return indent === undefined ? ' ' : newlineOf(text) + indent;
}

function printMember({ name, value }: NewMember): string {
  return `${JSON.stringify(name)}: ${value}`;
}
