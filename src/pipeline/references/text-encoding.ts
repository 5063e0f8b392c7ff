import { isUtf8 } from 'node:buffer';

/** The name of an encoding in the Encoding Standard (https://encoding.spec.whatwg.org/#names-and-labels). */
export type TextEncoding = string;

/** Returns the bytes for each UTF-16 code unit; `undefined` for UTF-8, where the number varies. */
export function bytesPerUnit(encoding: TextEncoding): 1 | 2 | undefined {
  if (encoding === 'utf-8') return undefined;
  return isUtf16(encoding) ? 2 : 1;
}

/**
 * Returns the encoding of an XML document that the server sends without a charset:
 * by its byte-order mark, else by its declaration
 * (https://www.w3.org/TR/xml/#sec-guessing).
 */
export function xmlEncodingOf(content: Buffer): TextEncoding {
  const start = content.toString('latin1', 0, 4);
  if (start.startsWith('\xff\xfe') || start === '<\0?\0') return 'utf-16le';
  if (start.startsWith('\xfe\xff') || start === '\0<\0?') return 'utf-16be';
  if (start.startsWith('\xef\xbb\xbf')) return 'utf-8';
  const label = /^<\?xml\s[^?>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(content.toString('latin1', 0, 200))?.[1];
  const encoding = label === undefined ? 'utf-8' : (standardName(label) ?? label);
  // An ASCII declaration was found, so the text cannot be UTF-16.
  return isUtf16(encoding) ? 'utf-8' : encoding;
}

/** Decodes a file including its byte-order mark. Returns `undefined` for invalid bytes or an unsupported encoding. */
export function decodeText(content: Buffer, encoding: TextEncoding): string | undefined {
  if (encoding === 'utf-8') return isUtf8(content) ? content.toString('utf8') : undefined;
  if (isUtf16(encoding)) return content.length % 2 === 0 ? bytesInUtf16(content, encoding).toString('utf16le') : undefined;
  // One byte for each character, so that offsets in the text are offsets in the file.
  return isSingleByte(encoding) && standardName(encoding) ? new TextDecoder(encoding).decode(content) : undefined;
}

/** Encodes a text, which must be ASCII for an encoding with one byte per character. */
export function encodeText(text: string, encoding: TextEncoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  return isUtf16(encoding) ? bytesInUtf16(Buffer.from(text, 'utf16le'), encoding) : Buffer.from(text, 'latin1');
}

function isUtf16(encoding: TextEncoding): boolean {
  return encoding === 'utf-16le' || encoding === 'utf-16be';
}

/** Converts between little-endian and the given encoding, in both directions. */
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
