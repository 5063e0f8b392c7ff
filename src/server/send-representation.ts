import type { FileHandle } from 'node:fs/promises';
import { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from './byte-range.js';
import { evaluatePreconditions } from './preconditions.js';
import { partFields, type Representation } from './representation.js';

/** A request whose representation is chosen. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** The part of the file that the client wants; `undefined` for all of it. */
  range: ByteRange | 'unsatisfiable' | undefined;
}

/**
 * Answers with a representation in memory, or with a response that needs none
 * of its bytes.
 *
 * @returns the function that opens a large file, if its bytes are needed: {@link sendFile} sends them.
 */
export function sendWithoutFile(
  { request, response, range }: Exchange,
  representation: Representation,
): (() => Promise<FileHandle>) | undefined {
  const { content, etag, size, notModified, refusal, whole } = representation;
  // A large file may turn out to be missing, and Next has to get the request untouched.
  if (typeof content !== 'function') takeEmptyBody(request);
  const precondition = evaluatePreconditions(request.headers, etag);
  if (precondition !== 'true') {
    if (precondition === 'not-modified') writeHead(response, 304, notModified);
    else writeHead(response, 412, [...refusal, 'Content-Length', '0']);
    response.end();
    return undefined;
  }
  if (range === 'unsatisfiable') {
    writeHead(response, 416, [...refusal, 'Content-Range', `bytes */${size}`, 'Content-Length', '0']);
    response.end();
    return undefined;
  }
  if (typeof content === 'function') return content;
  if (range === undefined) {
    writeHead(response, 200, whole);
    response.end(content);
  } else {
    writeHead(response, 206, partFields(representation, range));
    response.end(content.subarray(range.start, range.end + 1));
  }
  return undefined;
}

/**
 * Sends a large file, or a part of it, and closes it. If the file turns out to
 * be shorter, or cannot be read to its end, the connection ends: the client must
 * not take a part for the whole.
 */
export async function sendFile({ request, response, range }: Exchange, representation: Representation, handle: FileHandle): Promise<void> {
  const part = typeof range === 'object' ? range : undefined;
  try {
    if (response.destroyed || response.headersSent) return;
    if (part === undefined) writeHead(response, 200, representation.whole);
    else writeHead(response, 206, partFields(representation, part));
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const { start, end } = part ?? { start: 0, end: representation.size - 1 };
    const bytes = handle.createReadStream({ start, end, highWaterMark: CHUNK_BYTES });
    await pipeline(bytes, response, { end: false });
    if (bytes.bytesRead === end - start + 1) response.end();
    else response.destroy();
  } catch {
    // The client went away, the disk failed, or another handler broke the response.
    response.destroy();
  } finally {
    await handle.close();
  }
}

/** Node's default is 64 kB, of which each client that does not read holds two. */
const CHUNK_BYTES = 32 * 1024;

/**
 * Takes the end of a body that has no bytes. Otherwise, Node takes it after the
 * response, in eight callbacks. `AsyncLocalStorage`, which Next uses, makes each
 * of them slower: without this call, a server with Next answers 15 % fewer requests.
 * A body with bytes is for Node, which removes it from the connection. So is one
 * that a middleware waits for. A listener that comes later hears of no end.
 */
function takeEmptyBody(request: IncomingMessage): void {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (length !== undefined || coding !== undefined || !(request instanceof IncomingMessage)) return;
  if (request.listenerCount('end') === 0 && request.listenerCount('close') === 0) request.read();
}

/**
 * Writes the fields over those that earlier handlers have set, but keeps their
 * `Cache-Control`, as Next does, and adds to their `Vary`.
 */
function writeHead(response: ServerResponse, status: number, fields: readonly string[]): void {
  // The fast way is not open if a middleware has replaced the method: some do not know this form of the fields.
  if (response.writeHead === ServerResponse.prototype.writeHead && response.getHeaderNames().length === 0) {
    response.writeHead(status, fields as string[]);
    return;
  }
  for (let index = 0; index < fields.length; index += 2) {
    const [name, value] = [fields[index] as string, fields[index + 1] as string];
    if (name === 'Vary' && response.hasHeader('Vary')) response.setHeader('Vary', `${String(response.getHeader('Vary'))}, ${value}`);
    else if (name !== 'Cache-Control' || !response.hasHeader('Cache-Control')) response.setHeader(name, value);
  }
  response.writeHead(status);
}
