import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { type Coding, createNegotiation } from './accept-encoding.js';
import { readRange } from './byte-range.js';
import { MOST_HITS } from './memory-budget.js';
import { createReport, isLimit } from './report-unusable.js';
import { etagOf, type Representation } from './representation.js';
import { createRepresentations } from './representations.js';
import { type Exchange, sendFile, sendWithoutFile } from './send-representation.js';
import { readStoreFiles, type StoreFile } from './store-files.js';
import { createUsableSources } from './usable-sources.js';

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
  const sources = createUsableSources(files);
  const represent = createRepresentations(files, sources, memoryBytes);
  const negotiate = createNegotiation();
  const report = createReport();

  return (request, response, next) => {
    const { method, headers, url = '' } = request;
    const file = method === 'GET' || method === 'HEAD' ? files.find(url) : undefined;
    if (file === undefined) return next();
    const [contentHash, size] = file.entry;
    const range = headers.range === undefined || method === 'HEAD' ? undefined : readRange(headers, size, etagOf(contentHash));
    serve({ request, response, range }, file, next);
  };

  function serve(exchange: Exchange, file: StoreFile, next: () => void): void {
    const { request, range } = exchange;
    // Ranges are of the file as it is.
    const coding = range === undefined ? negotiate(request.headers['accept-encoding'], sources.encodingsOf(file)) : 'identity';
    const ready = file.ready[coding];
    // The content of a large file is on disk, where it may have failed.
    if (ready !== undefined && (typeof ready.content !== 'function' || sources.sourceOf(file, coding) !== undefined)) {
      answer(exchange, ready, file, coding, next);
      return;
    }
    // A gzip variant that the server makes comes from the file as it is.
    const source = sources.sourceOf(file, coding) === undefined ? 'identity' : coding;
    const made = sources.sourceOf(file, source) && represent(file, coding);
    if (made === undefined) {
      next();
      return;
    }
    made.then(
      (representation) => answer(exchange, representation, file, coding, next),
      (error: unknown) => recover(exchange, file, source, error, next),
    );
  }

  function answer(exchange: Exchange, representation: Representation, file: StoreFile, coding: Coding, next: () => void): void {
    if (representation.hits < MOST_HITS) representation.hits++;
    if (isOver(exchange)) return;
    const open = sendWithoutFile(exchange, representation);
    open?.().then(
      (handle) => sendFile(exchange, representation, handle),
      (error: unknown) => recover(exchange, file, coding, error, next),
    );
  }

  /** Answers without a file on disk that is missing or damaged: with another coding, or by Next. */
  function recover(exchange: Exchange, file: StoreFile, source: Coding, error: unknown, next: () => void): void {
    report(file, source, error);
    const isByNext = isLimit(error);
    if (!isByNext) sources.fail(file, source);
    if (isOver(exchange)) return;
    if (isByNext) next();
    else serve(exchange, file, next);
  }
}

/** Whether the client went away, or another handler answered while the file was read. */
function isOver({ response }: Exchange): boolean {
  return response.destroyed || response.headersSent;
}
