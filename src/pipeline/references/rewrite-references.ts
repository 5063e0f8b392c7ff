import { isAscii, isUtf8 } from 'node:buffer';
import path from 'node:path';
import type { FoundReference, Notation } from './reference.js';
import { bytesPerUnit, decodeText, encodeText, type TextEncoding } from './text-encoding.js';

/** One change to a text. */
export interface Edit {
  reference: FoundReference;
  /** What the reference is to lead to: percent-encoded, without `?query` and `#fragment`. */
  url: string;
}

/**
 * Puts new URLs in the place of references. All else stays as it is, to the
 * byte, `?query` and `#fragment` included.
 */
export function rewriteReferences(text: string, edits: readonly Edit[]): string {
  return rewriteBytes(Buffer.from(text), edits).toString('utf8');
}

/**
 * {@link rewriteReferences} of the bytes of a text, of which no string is made:
 * as a string, a large file takes up to four times its size in memory.
 *
 * @param encoding of the text that the references were found in. Default: UTF-8.
 * @param memory where the result goes. Default: memory of its own.
 */
export function rewriteBytes(
  content: Buffer,
  edits: readonly Edit[],
  encoding: TextEncoding = 'utf-8',
  memory: (size: number) => Buffer = Buffer.allocUnsafe,
): Buffer {
  const sorted = [...edits].sort((a, b) => a.reference.start - b.reference.start);
  const unit = bytesPerUnit(encoding);
  const byteOf = unit === undefined ? byteOffsets(content) : (offset: number) => offset * unit;
  const textOf = (start: number, end: number) => decodeText(content.subarray(start, end), encoding) ?? '';
  const pieces: Buffer[] = [];
  let copied = 0;
  for (const { reference, url } of sorted) {
    const start = byteOf(reference.start);
    const end = byteOf(reference.end);
    const quote = textOf(Math.max(0, start - (unit ?? 1)), start);
    const { written, kept } = rewriteUrl(textOf(start, end), reference, url, quote);
    pieces.push(content.subarray(copied, start), encodeText(written, encoding));
    copied = end - (unit === undefined ? Buffer.byteLength(kept) : kept.length * unit);
  }
  pieces.push(content.subarray(copied));
  const rewritten = memory(pieces.reduce((sum, { length }) => sum + length, 0));
  let written = 0;
  for (const piece of pieces) written += piece.copy(rewritten, written);
  return rewritten;
}

/** Tells which byte an offset in UTF-16 code units is; asked for one offset after the other, each further on. */
function byteOffsets(content: Buffer): (offset: number) => number {
  // Bytes that are not UTF-8 were read as a character each.
  if (isAscii(content) || !isUtf8(content)) return (offset) => offset;
  let byte = 0;
  let units = 0;
  return (offset) => {
    for (; units < offset && byte < content.length; byte++) {
      const value = content[byte] as number;
      // The first byte of a character counts for all of it: for two units from U+10000 on.
      if (value < 0x80 || value >= 0xc0) units += value >= 0xf0 ? 2 : 1;
    }
    while (isContinuation(content[byte])) byte++;
    return byte;
  };
}

function isContinuation(value: number | undefined): boolean {
  return value !== undefined && value >= 0x80 && value < 0xc0;
}

/**
 * @param quote the character in front of the reference: its quote, where it has one.
 * @returns what is written in its place, and the end of it that stays.
 */
function rewriteUrl(raw: string, { url, notation }: FoundReference, newUrl: string, quote: string): { written: string; kept: string } {
  const cut = url.search(/[?#]/);
  const suffix = cut === -1 ? '' : url.slice(cut);
  const written = escapeFor(notation, newUrl, quote);
  // The URL is written without any escape, so the part after the path can stay as it is.
  if (raw === url) return { written, kept: suffix };
  return { written: written + escapeFor(notation, inAscii(suffix), quote), kept: '' };
}

/**
 * Writes the part of a URL after its path in ASCII, as a URL parser does (URL
 * Standard, section 4.4). It may hold characters that were escaped in the text:
 * no notation takes a line break unescaped, and not every encoding has every
 * character.
 */
function inAscii(suffix: string): string {
  const wellFormed = Buffer.from(suffix).toString();
  let end = wellFormed.length;
  while (end > 0 && wellFormed.charCodeAt(end - 1) <= 0x20) end--;
  return wellFormed
    .slice(0, end)
    .replace(/[\t\n\r]/g, '')
    .replace(/[^ -~]/gu, encodeURIComponent);
}

function escapeFor(notation: Notation, text: string, quote: string): string {
  switch (notation) {
    case 'string':
      return text.replace(/[\\'"]/g, (character) => (character === '\\' || character === quote ? `\\${character}` : character));
    case 'css-url':
      return text.replace(/[\\'"()\s]/g, (character) => `\\${character}`);
    case 'xml':
      return text.replace(/[&<>'"]|[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`);
    case 'xml-string':
      // The quotes may themselves be written as character references.
      return escapeFor('xml', text.replace(/[\\'"]/g, '\\$&'), quote);
    case 'xml-css-url':
      return escapeFor('xml', escapeFor('css-url', text, quote), quote);
    case 'xml-comment':
      return escapeFor('xml', escapeFor('comment', text, quote), quote);
    case 'template':
      return text.replace(/[\\`$]/g, '\\$&');
    case 'json':
      return JSON.stringify(text).slice(1, -1);
    case 'comment':
      // A folder's name may end in the one character that, with the slash behind it, would end the comment.
      return text.replaceAll('*/', '%2A/');
  }
}

/**
 * The URL that leads from one file to another. It stays relative where the
 * author's was, so that files may move together; else it is whole.
 *
 * @param fromUrl URL of the file that the reference stands in, as in the manifest.
 * @param toUrl URL of the file that it leads to, likewise.
 * @param written what the author wrote.
 */
export function relativeUrl(fromUrl: string, toUrl: string, written: string): string {
  const relative = path.posix.relative(path.posix.dirname(fromUrl), toUrl);
  return /^\s*\.\.?\//.test(written) && !relative.startsWith('../') ? `./${relative}` : relative;
}
