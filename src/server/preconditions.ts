import type { IncomingHttpHeaders } from 'node:http';

/**
 * Evaluates the conditions of a request for a representation with a strong
 * ETag, in the order of RFC 9110, section 13.2.2. Dates count for nothing,
 * since the responses have no `Last-Modified`.
 *
 * @param etag with its quotes.
 */
export function evaluatePreconditions(headers: IncomingHttpHeaders, etag: string): 'failed' | 'not-modified' | 'true' {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && !listsTag(ifMatch, etag, false)) return 'failed';
  const ifNoneMatch = headers['if-none-match'];
  return ifNoneMatch !== undefined && listsTag(ifNoneMatch, etag, true) ? 'not-modified' : 'true';
}

/** An entity tag (RFC 9110, section 8.8.3). It may hold a comma. */
const TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** @param isWeak whether weak tags count, as in the comparison of section 8.8.3.2. */
function listsTag(list: string, etag: string, isWeak: boolean): boolean {
  if (list.trim() === '*') return true;
  // Most often, a client sends the one tag that it knows.
  if (list === etag) return true;
  return [...list.matchAll(TAG)].some(([, weak, tag]) => tag === etag && (isWeak || weak === undefined));
}
