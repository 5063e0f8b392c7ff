import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { visible } from '../core/message-text.js';
import { createNegotiation } from './accept-encoding.js';
import { readRange } from './byte-range.js';
import { MOST_HITS } from './memory-budget.js';
import { etagOf, type Representation } from './representation.js';
import { createRepresentations } from './representations.js';
import { type Exchange, sendFile, sendWithoutFile } from './send-representation.js';
import { readStoreFiles, type StoreFile } from './store-files.js';

export interface StoreHandlerOptions {
  /** The app's folder. Default: the working directory. */
  dir?: string;
  /** The folder of the build, relative to the app's folder. Default: `.next`. */
  distDir?: string;
  /** How many bytes of small files to keep in memory. Default: 32 MiB. */
  memoryBytes?: number;
}

/**
 * Answers a request for a hashed file of the build. Calls `next` for every other
 * request, with the request and the response untouched.
 */
export type StoreHandler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const MEMORY_BYTES = 32 * 1024 * 1024;

/**
 * Makes a handler that sends the hashed files of a finished `next build` without
 * Next. It works with `http`, Express, Connect, and Fastify. All that the
 * handler leaves alone belongs to Next: pages, stale hashes, and files that the
 * app's proxy guards.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_BUILD_UNUSABLE` if the build has not finished.
 * @example
 * const serveStore = createStoreHandler();
 * createServer((request, response) => serveStore(request, response, () => handleWithNext(request, response)));
 */
export function createStoreHandler(options: StoreHandlerOptions = {}): StoreHandler {
  const { dir = process.cwd(), distDir = '.next', memoryBytes = MEMORY_BYTES } = options;
  const files = readStoreFiles(path.resolve(dir, distDir));
  const represent = createRepresentations(files, memoryBytes);
  const negotiate = createNegotiation();
  const reported = new Set<string>();

  return (request, response, next) => {
    const { method, headers, url = '' } = request;
    const file = method === 'GET' || method === 'HEAD' ? files.find(url) : undefined;
    if (file === undefined) return next();
    const [contentHash, size] = file.entry;
    const range = headers.range === undefined || method === 'HEAD' ? undefined : readRange(headers, size, etagOf(contentHash));
    // Ranges are of the file as it is.
    const coding = range === undefined ? negotiate(headers['accept-encoding'], files.traitsOf(file).encodings) : 'identity';
    const exchange: Exchange = { request, response, range };
    const ready = file.ready[coding];
    if (ready !== undefined) return answer(exchange, ready, file, next);
    const made = represent(file, coding);
    if (made === undefined) return next();
    made.then(
      (representation) => answer(exchange, representation, file, next),
      (error) => leaveToNext(exchange, file, error, next),
    );
  };

  function answer(exchange: Exchange, representation: Representation, file: StoreFile, next: () => void): void {
    if (representation.hits < MOST_HITS) representation.hits++;
    if (isOver(exchange)) return;
    const open = sendWithoutFile(exchange, representation);
    open?.().then(
      (handle) => sendFile(exchange, representation, handle),
      (error: unknown) => leaveToNext(exchange, file, error, next),
    );
  }

  function leaveToNext(exchange: Exchange, { url }: StoreFile, error: unknown, next: () => void): void {
    if (!reported.has(url)) {
      reported.add(url);
      const why = error instanceof Error ? error.message : String(error);
      console.warn(visible(`next-smart-cache: left ${url} to Next: ${why}; run "next build" again, and then restart this server`));
    }
    if (!isOver(exchange)) next();
  }
}

/** Whether the client went away, or another handler answered while the file was read. */
function isOver({ response }: Exchange): boolean {
  return response.destroyed || response.headersSent;
}
