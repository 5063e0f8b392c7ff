import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { type BodyOptions, type ReceivedBody, readBody } from './http-body.js';
import { AbandonedAnswer, type RequestFailure, toRequestFailure } from './request-failure.js';
import type { Target } from './site-url.js';

export interface HttpClient {
  /** Sends one GET. Follows no redirect, and never throws. */
  get(url: URL, body: BodyOptions): Promise<Answer>;
  /** Ends the connections that are kept for the next request. */
  close(): void;
}

/** The answer to one request, as far as it arrived. */
export interface Answer {
  url: string;
  /** `undefined`: not even a status line arrived. */
  status: number | undefined;
  headers: IncomingHttpHeaders;
  /** `undefined`: not read, or not complete. */
  body: ReceivedBody | undefined;
  /** Set if the answer is missing or incomplete. */
  failure: RequestFailure | undefined;
}

export interface HttpClientOptions {
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
/** Node fires a timer with a longer delay, in milliseconds, at once. */
const MAX_TIMER = 2 ** 31 - 1;

export function createHttpClient({ timeout, userAgent, credentials, interruption }: HttpClientOptions): HttpClient {
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
  const endOfRun = AbortSignal.timeout(Math.min(timeout * MAX_RUN, MAX_TIMER));
  let timeouts = 0;

  return {
    async get(url, body) {
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
        answer.body = await readBody(response, body, signal);
      } catch (error) {
        answer.failure = signal.aborted ? failureOfAbort() : toRequestFailure(error);
        if (answer.failure.kind === 'timeout') timeouts++;
      } finally {
        clearTimeout(timer);
      }
      return answer;
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };

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
      // Without a listener, Node ends such a connection without an event.
      request.once('upgrade', (response, socket) => {
        socket.destroy();
        reject(switchedProtocols(response));
      });
      request.on('error', (error) => {
        // A server may close a kept connection at the moment of its next use. After the head, the answer itself broke.
        const isStale = !hasHead && request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        if (isStale && !signal.aborted) resolve(getHead(url, signal));
        else reject(error);
      });
      // The last event of every request, so the promise always settles.
      request.once('close', () => reject(NO_HEAD));
      request.end();
    });
  }
}

const NO_HEAD = new AbandonedAnswer(
  'network',
  'the connection was closed before an answer arrived',
  "read the server's log, and try again",
);

function switchedProtocols({ headers }: http.IncomingMessage): AbandonedAnswer {
  const protocol = headers.upgrade ? `"${headers.upgrade}"` : 'another protocol';
  const detail = `the server answers 101 and switches to ${protocol}, which was not requested`;
  return new AbandonedAnswer('network', detail, 'check the port and the path: this may be a WebSocket server, and not the site');
}

const TOO_MANY_TIMEOUTS: RequestFailure = {
  kind: 'given-up',
  detail: `not requested, because ${MAX_TIMEOUTS} earlier requests timed out`,
  fix: 'fix the timeouts first',
};

function runTookTooLong(timeout: number): RequestFailure {
  return {
    kind: 'given-up',
    detail: `not read to the end, because the whole run took longer than ${(timeout * MAX_RUN) / 1000} s`,
    fix: `check fewer files (--max-assets), or allow more time: the limit is ${MAX_RUN} times --timeout`,
  };
}

/** The media type, without parameters. */
export function contentTypeOf({ headers }: Answer): string {
  return (headers['content-type'] ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

export function isHtml(answer: Answer): boolean {
  return ['text/html', 'application/xhtml+xml'].includes(contentTypeOf(answer));
}

/** Whether the host has no such file. Storage buckets answer 403 to visitors who may not list them. */
export function isNotFound({ status }: Answer): boolean {
  return status === 404 || status === 403;
}
