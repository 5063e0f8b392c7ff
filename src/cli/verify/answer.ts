import type { IncomingHttpHeaders } from 'node:http';

/** What came back for one request, as far as it came. */
export interface Answer {
  url: string;
  /** `undefined`: not even a status line came. */
  status: number | undefined;
  headers: IncomingHttpHeaders;
  /** `undefined`: not asked for, or not whole. */
  body: ReceivedBody | undefined;
  /** Why it did not come, or not whole. */
  trouble: Trouble | undefined;
}

/** Decoded: as a browser has it, without a `Content-Encoding`. */
export interface ReceivedBody {
  digests: Digests | undefined;
  /** `undefined`: more than were to be kept. */
  bytes: Buffer | undefined;
}

/** By algorithm. Which of them an app uses cannot be seen from outside. */
export type Digests = Readonly<Record<(typeof DIGEST_ALGORITHMS)[number], Buffer>>;

export const DIGEST_ALGORITHMS = ['sha256', 'md5', 'sha384', 'sha512'] as const;

export type TroubleKind =
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

/** Why there is no whole answer. */
export interface Trouble {
  kind: TroubleKind;
  detail: string;
  /** What to do about it. */
  fix: string;
}

export function contentTypeOf({ headers }: Answer): string {
  return (headers['content-type'] ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

export function isHtml(answer: Answer): boolean {
  return ['text/html', 'application/xhtml+xml'].includes(contentTypeOf(answer));
}
