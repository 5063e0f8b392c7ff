import { isUtf8 } from 'node:buffer';

/** The encoding of a file, by its name in the Encoding Standard. */
export type TextEncoding = string;

/** How many bytes a UTF-16 code unit of a text takes; `undefined` for UTF-8, where the number varies. */
export function bytesPerUnit(encoding: TextEncoding): 1 | 2 | undefined {
  if (encoding === 'utf-8') return undefined;
  return isUtf16(encoding) ? 2 : 1;
}

/**
 * The encoding of an XML document as a browser finds it, where the server
 * names none: by its byte-order mark, else by its declaration (XML 1.0,
 * appendix F). Next names no encoding for SVG.
 */
export function xmlEncodingOf(content: Buffer): TextEncoding {
  const start = content.toString('latin1', 0, 4);
  if (start.startsWith('\xff\xfe') || start === '<\0?\0') return 'utf-16le';
  if (start.startsWith('\xfe\xff') || start === '\0<\0?') return 'utf-16be';
  if (start.startsWith('\xef\xbb\xbf')) return 'utf-8';
  const label = /^<\?xml\s[^?>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(content.toString('latin1', 0, 200))?.[1];
  const encoding = label === undefined ? 'utf-8' : (standardName(label) ?? label);
  // The declaration could be read, so the text cannot be in UTF-16.
  return isUtf16(encoding) ? 'utf-8' : encoding;
}

/** Decodes a file, byte-order mark included; `undefined` if the bytes are not text in this encoding, or if the encoding is not supported. */
export function decodeText(content: Buffer, encoding: TextEncoding): string | undefined {
  if (encoding === 'utf-8') return isUtf8(content) ? content.toString('utf8') : undefined;
  if (isUtf16(encoding)) return content.length % 2 === 0 ? bytesInUtf16(content, encoding).toString('utf16le') : undefined;
  // One byte a character, so that offsets in the text are offsets in the file.
  return isSingleByte(encoding) && standardName(encoding) ? new TextDecoder(encoding).decode(content) : undefined;
}

/** Encodes a text. For an encoding with one byte per character, the text must be ASCII. */
export function encodeText(text: string, encoding: TextEncoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  return isUtf16(encoding) ? bytesInUtf16(Buffer.from(text, 'utf16le'), encoding) : Buffer.from(text, 'latin1');
}

function isUtf16(encoding: TextEncoding): boolean {
  return encoding === 'utf-16le' || encoding === 'utf-16be';
}

/** From little-endian to an encoding, or back. */
function bytesInUtf16(bytes: Buffer, encoding: TextEncoding): Buffer {
  return encoding === 'utf-16be' ? Buffer.from(bytes).swap16() : bytes;
}

function isSingleByte(encoding: TextEncoding): boolean {
  return /^(?:iso-8859-\d+|windows-\d+|koi8-[ru]|macintosh|ibm866)$/.test(encoding);
}

function standardName(label: string): TextEncoding | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    // The Encoding Standard does not know the name.
    return undefined;
  }
}
