import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatBytes } from '../terminal/numbers.js';
import { type Answer, DIGEST_ALGORITHMS, type Digests, type ReceivedBody, type Trouble } from './answer.js';
import { decodersOf } from './decoders.js';
import type { Target } from './target-url.js';
import { EndedAnswer, toTrouble } from './trouble.js';

/** How much of an answer is wanted. */
export interface Want {
  /** An answer with more than this is ended. 0: the head is enough. */
  maxBytes: number;
  digests?: boolean;
  /** Whether `--max-size` sets that limit. */
  isLimitByFlag?: boolean;
  /** Bytes that are kept; of a longer answer, none are. Default: 0. */
  keepBytes?: number;
}

/** One GET, without following redirects. Never throws. */
export type Ask = (url: URL, want: Want) => Promise<Answer>;

export interface AskOptions {
  /** Milliseconds for one answer, from the first packet to the last. */
  timeout: number;
  userAgent: string;
  credentials: Target['credentials'];
  interruption: AbortSignal;
}

/** After so many that never came, a site is not waited for any longer. */
const PATIENCE = 6;

/** @returns `close` ends the connections that are kept for the next request. */
export function createAsk({ timeout, userAgent, credentials, interruption }: AskOptions): { ask: Ask; close(): void } {
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
  let timeouts = 0;

  const ask: Ask = async (url, want) => {
    const answer: Answer = { url: url.href, status: undefined, headers: {}, body: undefined, trouble: undefined };
    if (timeouts >= PATIENCE) return { ...answer, trouble: GIVEN_UP };
    const deadline = AbortSignal.timeout(timeout);
    const signal = AbortSignal.any([deadline, interruption]);
    try {
      const response = await getHead(url, signal);
      answer.status = response.statusCode;
      answer.headers = response.headers;
      answer.body = await readBody(response, want);
    } catch (error) {
      answer.trouble = signal.aborted ? troubleOf(interruption.aborted, timeout) : toTrouble(error);
      if (answer.trouble.kind === 'timeout') timeouts++;
    }
    return answer;
  };
  const close = () => {
    for (const agent of Object.values(agents)) agent.destroy();
  };
  return { ask, close };

  function getHead(url: URL, signal: AbortSignal): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const isSecure = url.protocol === 'https:';
      const request = (isSecure ? https : http).request(url, {
        agent: agents[isSecure ? 'https:' : 'http:'],
        signal,
        // Compressed bytes are not the ones that were hashed.
        headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': userAgent },
        auth: credentials?.origin === url.origin ? credentials.auth : undefined,
      });
      let hasHead = false;
      request.once('response', (response) => {
        hasHead = true;
        resolve(response);
      });
      // Without a listener Node ends such a connection, and says so to nobody.
      request.once('upgrade', (response, socket) => {
        socket.destroy();
        reject(switchedProtocols(response));
      });
      request.on('error', (error) => {
        // The server may end a kept connection just as it is used again. Behind the head, it is the answer that broke.
        const isStale = !hasHead && request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        if (isStale && !signal.aborted) resolve(getHead(url, signal));
        else reject(error);
      });
      // The last event of each request: whatever else may end one, nobody waits for ever.
      request.once('close', () => reject(NO_HEAD));
      request.end();
    });
  }
}

const NO_HEAD = new EndedAnswer('reset', 'the connection was closed before an answer had come', "look into the server's log; try again");

function switchedProtocols({ headers }: http.IncomingMessage): EndedAnswer {
  const protocol = headers.upgrade ? `"${headers.upgrade}"` : 'another protocol';
  const detail = `it answers 101 and goes over to ${protocol}, though nobody has asked for that`;
  return new EndedAnswer('not-http', detail, 'check the port and the path: a WebSocket server may listen there, and not the site');
}

const GIVEN_UP: Trouble = { kind: 'given-up', detail: `not asked, since ${PATIENCE} answers before it never came`, fix: 'see those' };

function troubleOf(isInterrupted: boolean, timeout: number): Trouble {
  if (isInterrupted) return { kind: 'interrupted', detail: 'interrupted', fix: 'run it again' };
  const detail = `no whole answer within ${timeout / 1000} s`;
  return { kind: 'timeout', detail, fix: 'look at what keeps the server, or wait longer: --timeout <seconds>' };
}

/** Chunks are hashed as they come, and kept no further than `keepBytes`: so much memory an answer takes at most. */
async function readBody(
  response: http.IncomingMessage,
  { maxBytes, digests, keepBytes = 0, isLimitByFlag = false }: Want,
): Promise<ReceivedBody | undefined> {
  if (maxBytes === 0) {
    response.destroy();
    return undefined;
  }
  const hashes = digests ? DIGEST_ALGORITHMS.map((algorithm) => createHash(algorithm)) : [];
  const kept: Buffer[] = [];
  let size = 0;
  try {
    if (Number(response.headers['content-length']) > maxBytes) throw tooLarge(maxBytes, isLimitByFlag);
    const decoded = decodersOf(response.headers['content-encoding']);
    const last = new Writable({
      write(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        if (size > maxBytes) return done(tooLarge(maxBytes, isLimitByFlag));
        for (const hash of hashes) hash.update(chunk);
        if (size <= keepBytes) kept.push(chunk);
        else kept.length = 0;
        done();
      },
    });
    await pipeline([response, ...decoded, last]);
  } finally {
    if (!response.complete) response.destroy();
  }
  const digested = DIGEST_ALGORITHMS.map((algorithm, index) => [algorithm, hashes[index]?.digest()]);
  return {
    digests: digests ? (Object.fromEntries(digested) as Digests) : undefined,
    bytes: size <= keepBytes ? Buffer.concat(kept) : undefined,
  };
}

function tooLarge(maxBytes: number, isLimitByFlag: boolean): EndedAnswer {
  const detail = `the answer is larger than ${formatBytes(maxBytes)}; it was not read to its end`;
  return new EndedAnswer(
    'too-large',
    detail,
    isLimitByFlag
      ? 'see what is sent there; if it is meant to be that large: --max-size <MB>'
      : 'see what is sent there: no page is that large',
  );
}
