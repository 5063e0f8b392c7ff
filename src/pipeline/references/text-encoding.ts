import { isAscii, isUtf8 } from 'node:buffer';

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
  const utf16 = utf16Of(content);
  if (utf16) return utf16;
  if (content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf) return 'utf-8';
  const label = /^<\?xml\s[^?>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(content.toString('latin1', 0, 200))?.[1];
  const encoding = label === undefined ? 'utf-8' : (standardName(label) ?? label);
  // An ASCII declaration was found, so the text cannot be UTF-16.
  return isUtf16(encoding) ? 'utf-8' : encoding;
}

/** Recognises UTF-16 by the first bytes: a byte-order mark, or `<?` in XML. */
export function utf16Of(content: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const [a, b, c, d] = [content[0], content[1], content[2], content[3]];
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0 && c === 0x3f && d === 0)) return 'utf-16le';
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c && c === 0 && d === 0x3f)) return 'utf-16be';
  return undefined;
}

/** Decodes UTF-8. Most files are ASCII, which Node decodes several times faster if it is told so. */
export function decodeUtf8(content: Buffer): string {
  return content.toString(isAscii(content) ? 'latin1' : 'utf8');
}

/** Decodes a file including its byte-order mark. Returns `undefined` for invalid bytes or an unsupported encoding. */
export function decodeText(content: Buffer, encoding: TextEncoding): string | undefined {
  if (encoding === 'utf-8') return isUtf8(content) ? decodeUtf8(content) : undefined;
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
