import type { IncomingHttpHeaders } from 'node:http';

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
export interface ReceivedBody {
  digests: Digests | undefined;
  /** `undefined`: there were more than the caller wanted to keep. */
  bytes: Buffer | undefined;
  /** Whether `bytes` are only the beginning. */
  isCut: boolean;
}

/** By algorithm. The algorithm that an app uses cannot be seen from outside. */
export type Digests = Readonly<Record<(typeof DIGEST_ALGORITHMS)[number], Buffer>>;

export const DIGEST_ALGORITHMS = ['sha256', 'md5', 'sha384', 'sha512'] as const;

export type RequestFailureKind =
  | 'timeout'
  | 'refused'
  | 'not-found'
  | 'unreachable'
  | 'tls'
  | 'reset'
  | 'not-http'
  | 'large-headers'
  | 'too-large'
  | 'bad-encoding'
  | 'redirects'
  | 'interrupted'
  | 'given-up';

/** Why there is no complete answer. */
export interface RequestFailure {
  kind: RequestFailureKind;
  detail: string;
  /** The command or edit that mends it. */
  fix: string;
}

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
