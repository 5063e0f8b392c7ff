import type { FileHandle } from 'node:fs/promises';
import type { AppHeaders } from '../core/site-rules.js';
import type { Coding } from './accept-encoding.js';
import type { ByteRange } from './byte-range.js';

/** Names and values in turn, as `response.writeHead()` takes them. */
type Fields = readonly string[];

/** A file in one coding (RFC 9110, section 3.2), ready to be sent. Nothing here depends on the request. */
export interface Representation {
  /** With its quotes. Strong: it is a hash of the bytes that are sent. */
  etag: string;
  /** Bytes. */
  size: number;
  /** The bytes in memory, or a function that opens a large file. */
  content: Buffer | (() => Promise<FileHandle>);
  /** The fields of a response with the whole file. */
  whole: Fields;
  /** The fields of a 304. */
  notModified: Fields;
  /** The fields of a 206, without those that name the range. */
  part: Fields;
  /** The fields of a 412 or 416: the app's own, which let a page of another origin read the status. */
  refusal: Fields;
  /** How often it was asked for, as the memory budget counts. */
  hits: number;
}

interface RepresentationInput {
  coding: Coding;
  /** The hash of the bytes that are sent, in hex. */
  hash: string;
  size: number;
  content: Representation['content'];
  /** With its parameters. */
  contentType: string;
  appHeaders: AppHeaders;
  /** Whether the file has other codings too. */
  isNegotiated: boolean;
}

/**
 * Makes a representation with its headers.
 *
 * There is no `Last-Modified`: hosts and build tools give all files one time
 * stamp, so the same one may belong to other bytes. The ETag is a better validator, and RFC
 * 9110, section 8.8.2.1, asks for a date only where one is known. `Accept-Ranges`
 * is only for the file as it is, since ranges of encoded bytes are not sent.
 */
export function makeRepresentation(input: RepresentationInput): Representation {
  const { coding, hash, size, content, contentType, appHeaders, isNegotiated } = input;
  const etag = etagOf(hash);
  const vary = [...appHeaders.filter(([key]) => isVary(key)).map(([, value]) => value), ...(isNegotiated ? ['Accept-Encoding'] : [])];
  const own = appHeaders.filter(([key]) => !isVary(key));
  const aboutContent = own.filter(([key]) => ABOUT_CONTENT.test(key));
  const refusal = [...(vary.length > 0 ? ['Vary', vary.join(', ')] : []), ...own.filter((header) => !aboutContent.includes(header)).flat()];
  // All that a 304 needs (RFC 9110, section 15.4.5), and the headers that are not about the content.
  const notModified = ['Cache-Control', 'public, max-age=31536000, immutable', 'ETag', etag, ...refusal];
  const encoded = coding === 'identity' ? ['Accept-Ranges', 'bytes'] : ['Content-Encoding', coding];
  const part = [...notModified, ...aboutContent.flat(), 'Content-Type', contentType, ...encoded];
  return { etag, size, content, part, notModified, refusal, whole: [...part, 'Content-Length', String(size)], hits: 0 };
}

/** The fields of a 206 (RFC 9110, section 15.3.7). */
export function partFields({ part, size }: Representation, { start, end }: ByteRange): Fields {
  return [...part, 'Content-Range', `bytes ${start}-${end}/${size}`, 'Content-Length', String(end - start + 1)];
}

/** The strong ETag of bytes. With 128 bits of their hash, no other bytes have the same one. */
export function etagOf(hash: string): string {
  return `"${hash.slice(0, 32)}"`;
}

/** A header of the app that describes the content, which a 304 does not have. */
const ABOUT_CONTENT = /^content-(?:disposition|language|location)$/i;

function isVary(key: string): boolean {
  return key.toLowerCase() === 'vary';
}
