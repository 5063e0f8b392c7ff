import { createHash } from 'node:crypto';
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { type Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { formatBytes } from '../../core/errors.js';
import { AbandonedAnswer, type RequestFailure, toRequestFailure } from './request-failure.js';
import type { Target } from './site-url.js';

/** How much of an answer is wanted. */
export interface Want {
  /** Bytes after which reading stops. 0: the head is enough. */
  maxBytes: number;
  /** How to report a longer answer. Default: a failure that names no option. */
  ifLonger?: 'cut' | 'fail-naming-max-size';
  digests?: boolean;
  /** How many bytes are kept. Default: 0. A longer answer is not kept, except with `cut`: then its first `maxBytes` are. */
  keepBytes?: number;
}

/** Sends one GET and follows no redirect. Never throws. */
export type Ask = (url: URL, want: Want) => Promise<Answer>;

interface AskOptions {
  /** Milliseconds for one answer, from the first packet to the last decoded byte. */
  timeout: number;
  userAgent: string;
  credentials: Target['credentials'];
  interruption: AbortSignal;
}

/** After this many timeouts, no more requests are sent. */
const MAX_TIMEOUTS = 6;
/** All answers together may take this many times as long as one. */
const MAX_RUN = 30;
/** A timer of Node that is set to more milliseconds fires at once. */
const MAX_TIMER = 2 ** 31 - 1;

/** @returns `close` ends the connections that are kept for the next request. */
export function createAsk({ timeout, userAgent, credentials, interruption }: AskOptions): { ask: Ask; close(): void } {
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
  const endOfRun = AbortSignal.timeout(Math.min(timeout * MAX_RUN, MAX_TIMER));
  let timeouts = 0;

  const ask: Ask = async (url, want) => {
    const answer: Answer = { url: url.href, status: undefined, headers: {}, body: undefined, failure: undefined };
    if (endOfRun.aborted) return { ...answer, failure: runTookTooLong(timeout) };
    if (timeouts >= MAX_TIMEOUTS) return { ...answer, failure: TOO_MANY_TIMEOUTS };
    // Node may collect an AbortSignal.timeout() that only AbortSignal.any() knows, so it never fires (nodejs/node#57736).
    const ofRequest = new AbortController();
    const timer = setTimeout(() => ofRequest.abort(), Math.min(timeout, MAX_TIMER));
    const signal = AbortSignal.any([ofRequest.signal, endOfRun, interruption]);
    try {
      const response = await getHead(url, signal);
      answer.status = response.statusCode;
      answer.headers = response.headers;
      answer.body = await readBody(response, want, signal);
    } catch (error) {
      answer.failure = signal.aborted ? failureOfAbort() : toRequestFailure(error);
      if (answer.failure.kind === 'timeout') timeouts++;
    } finally {
      clearTimeout(timer);
    }
    return answer;
  };
  const close = () => {
    for (const agent of Object.values(agents)) agent.destroy();
  };
  return { ask, close };

  function failureOfAbort(): RequestFailure {
    if (interruption.aborted) return { kind: 'interrupted', detail: 'interrupted', fix: 'run it again' };
    if (endOfRun.aborted) return runTookTooLong(timeout);
    const detail = `no complete answer within ${timeout / 1000} s`;
    return { kind: 'timeout', detail, fix: 'find out what keeps the server busy, or wait longer: --timeout <seconds>' };
  }

  function getHead(url: URL, signal: AbortSignal): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const isSecure = url.protocol === 'https:';
      const request = (isSecure ? https : http).request(url, {
        agent: agents[isSecure ? 'https:' : 'http:'],
        signal,
        // The hash is made of the bytes before compression.
        headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': userAgent },
        auth: credentials?.origin === url.origin ? credentials.auth : undefined,
      });
      let hasHead = false;
      request.once('response', (response) => {
        hasHead = true;
        resolve(response);
      });
      // Without a listener, Node ends such a connection and reports it nowhere.
      request.once('upgrade', (response, socket) => {
        socket.destroy();
        reject(switchedProtocols(response));
      });
      request.on('error', (error) => {
        // A server may end a kept connection just when it is used again. After the head, the answer itself broke.
        const isStale = !hasHead && request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        if (isStale && !signal.aborted) resolve(getHead(url, signal));
        else reject(error);
      });
      // The last event of each request, however it ended: the promise always settles.
      request.once('close', () => reject(NO_HEAD));
      request.end();
    });
  }
}

const NO_HEAD = new AbandonedAnswer('reset', 'the connection was closed before an answer arrived', "look into the server's log; try again");

function switchedProtocols({ headers }: http.IncomingMessage): AbandonedAnswer {
  const protocol = headers.upgrade ? `"${headers.upgrade}"` : 'another protocol';
  const detail = `the server answers 101 and switches to ${protocol}, which was not asked for`;
  return new AbandonedAnswer('not-http', detail, 'check the port and the path: a WebSocket server may listen there, and not the site');
}

const TOO_MANY_TIMEOUTS: RequestFailure = {
  kind: 'given-up',
  detail: `not asked, because ${MAX_TIMEOUTS} requests before it timed out`,
  fix: 'see those',
};

function runTookTooLong(timeout: number): RequestFailure {
  const detail = `not asked to its end, because the whole run took longer than ${(timeout * MAX_RUN) / 1000} s`;
  return {
    kind: 'given-up',
    detail,
    fix: `look at fewer files (--max-assets), or allow more time: the limit is ${MAX_RUN} times --timeout`,
  };
}

/** Hashes chunks when they arrive and keeps at most `keepBytes`, which bounds the memory for an answer of any size. */
async function readBody(
  response: http.IncomingMessage,
  { maxBytes, ifLonger, digests, keepBytes = ifLonger === 'cut' ? maxBytes : 0 }: Want,
  signal: AbortSignal,
): Promise<ReceivedBody | undefined> {
  if (maxBytes === 0) {
    response.destroy();
    return undefined;
  }
  const hashes = digests ? DIGEST_ALGORITHMS.map((algorithm) => createHash(algorithm)) : [];
  const kept: Buffer[] = [];
  let size = 0;
  const isCut = () => ifLonger === 'cut' && size > maxBytes;
  try {
    const declared = Number(response.headers['content-length']);
    if (ifLonger !== 'cut' && declared > maxBytes) throw tooLarge(maxBytes, ifLonger);
    const last = new Writable({
      write(chunk: Buffer, _encoding, done) {
        const before = size;
        size += chunk.length;
        if (isCut()) kept.push(chunk.subarray(0, maxBytes - before));
        if (size > maxBytes) return done(tooLarge(maxBytes, ifLonger));
        for (const hash of hashes) hash.update(chunk);
        if (size <= keepBytes) kept.push(chunk);
        else kept.length = 0;
        done();
      },
    });
    // With the signal: a small body may decode to a huge one after the connection is done.
    await pipeline([response, ...decodersOf(response.headers['content-encoding']), last], { signal });
  } catch (error) {
    if (!isCut()) throw error;
  } finally {
    if (!response.complete) response.destroy();
  }
  const digested = DIGEST_ALGORITHMS.map((algorithm, index) => [algorithm, hashes[index]?.digest()]);
  return {
    digests: digests ? (Object.fromEntries(digested) as Digests) : undefined,
    bytes: size <= keepBytes || isCut() ? Buffer.concat(kept) : undefined,
    isCut: isCut(),
  };
}

function tooLarge(maxBytes: number, ifLonger: Want['ifLonger']): AbandonedAnswer {
  const detail = `the answer is larger than ${formatBytes(maxBytes)}; it was not read to its end`;
  const option = ifLonger === 'fail-naming-max-size' ? '; if it is meant to be that large: --max-size <MB>' : '';
  return new AbandonedAnswer('too-large', detail, `look at what is sent there${option}`);
}

/** `createZstdDecompress` exists from Node 22.15 on. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: zlib.createGunzip,
  'x-gzip': zlib.createGunzip,
  deflate: zlib.createInflate,
  br: zlib.createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * Undoes a `Content-Encoding` (RFC 9110, section 8.4), last one first. A
 * server may send one although none was asked for.
 *
 * @throws {AbandonedAnswer} for an unknown encoding.
 */
function decodersOf(contentEncoding: string | undefined): Transform[] {
  const names = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return names
    .filter((name) => name !== '' && name !== 'identity')
    .reverse()
    .map((name) => {
      const create = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
      if (create) return create();
      const detail = `the body has the encoding "${name}", which was not asked for and cannot be decoded here`;
      throw new AbandonedAnswer('bad-encoding', detail, 'let the server honour "Accept-Encoding: identity"');
    });
}

/** The answer to one request, as far as it arrived. */
export interface Answer {
  url: string;
  /** `undefined`: not even a status line arrived. */
  status: number | undefined;
  headers: IncomingHttpHeaders;
  /** `undefined`: not asked for, or not complete. */
  body: ReceivedBody | undefined;
  /** Why there is no answer, or no complete one. */
  failure: RequestFailure | undefined;
}

/** Decoded: the bytes that a browser has after it undid the `Content-Encoding`. */
interface ReceivedBody {
  digests: Digests | undefined;
  /** `undefined`: there were more than the caller wanted to keep. */
  bytes: Buffer | undefined;
  /** Whether `bytes` are only the beginning. */
  isCut: boolean;
}

/** By algorithm. The algorithm that an app uses cannot be seen from outside. */
export type Digests = Readonly<Record<(typeof DIGEST_ALGORITHMS)[number], Buffer>>;

const DIGEST_ALGORITHMS = ['sha256', 'md5', 'sha384', 'sha512'] as const;

export function contentTypeOf({ headers }: Answer): string {
  return (headers['content-type'] ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

export function isHtml(answer: Answer): boolean {
  return ['text/html', 'application/xhtml+xml'].includes(contentTypeOf(answer));
}

/** Whether a host says that it has no such file. Buckets answer 403 to visitors who may not list them. */
export function isNotThere({ status }: Answer): boolean {
  return status === 404 || status === 403;
}

/** The algorithm whose digest of the bytes begins with this hash. Any algorithm will do. */
export function matchingAlgorithm(hash: string, digests: Digests): string | undefined {
  return Object.entries(digests).find(([, digest]) => digest.toString('hex').startsWith(hash))?.[0];
}
