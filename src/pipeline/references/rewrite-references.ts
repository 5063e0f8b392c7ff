import { isAscii, isUtf8 } from 'node:buffer';
import path from 'node:path';
import { splitSuffix } from '../../core/asset-path.js';
import type { FoundReference, Notation } from './reference.js';
import { bytesPerUnit, decodeText, encodeText, type TextEncoding } from './text-encoding.js';

export interface Edit {
  reference: FoundReference;
  /** The new URL: percent-encoded, without `?query` and `#fragment`. */
  url: string;
}

/** Replaces the URLs of references. All other bytes stay the same, including `?query` and `#fragment`. */
export function rewriteReferences(text: string, edits: readonly Edit[]): string {
  return rewriteBytes(Buffer.from(text), edits).toString('utf8');
}

/**
 * Does the same with bytes. It makes no string of a whole file, which would take
 * up to four times the file's size in memory.
 *
 * @param encoding of the text in which the references were found. Default: UTF-8.
 * @param memory returns the buffer for the result. Default: a new one.
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

/** Returns a function that turns an offset in UTF-16 code units into one in bytes. The offsets must not decrease. */
function byteOffsets(content: Buffer): (offset: number) => number {
  // A text that is not UTF-8 was read with one character for each byte.
  if (isAscii(content) || !isUtf8(content)) return (offset) => offset;
  let byte = 0;
  let units = 0;
  return (offset) => {
    for (; units < offset && byte < content.length; byte++) {
      const value = content[byte] as number;
      // Count the first byte of a character: as two units from U+10000 on, else as one.
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
 * @param quote the character before the reference, which may be its quote.
 * @returns the new text, and the end of the old text that stays.
 */
function rewriteUrl(raw: string, { url, notation }: FoundReference, newUrl: string, quote: string): { written: string; kept: string } {
  const { suffix } = splitSuffix(url);
  const written = escapeFor(notation, newUrl, quote);
  // Without escapes, the part after the path can stay as it is.
  if (raw === url) return { written, kept: suffix };
  return { written: written + escapeFor(notation, inAscii(suffix), quote), kept: '' };
}

/**
 * Writes query and fragment in ASCII as a URL parser does
 * (https://url.spec.whatwg.org/#concept-basic-url-parser). The text may have escaped
 * line breaks, which no notation allows unescaped, or characters that the file's
 * encoding lacks.
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
      // A folder's name that ends with `*` and the slash after it would end the comment.
      return text.replaceAll('*/', '%2A/');
  }
}

/**
 * Returns a relative URL from one file to another. It begins with `./` if the
 * author's URL does.
 *
 * @param fromUrl URL of the file that holds the reference, as in the manifest.
 * @param toUrl URL of its target, as in the manifest.
 * @param written the author's URL.
 */
export function relativeUrl(fromUrl: string, toUrl: string, written: string): string {
  const relative = path.posix.relative(path.posix.dirname(fromUrl), toUrl);
  return /^\s*\.\.?\//.test(written) && !relative.startsWith('../') ? `./${relative}` : relative;
}
