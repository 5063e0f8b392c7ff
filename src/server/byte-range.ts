import type { IncomingHttpHeaders } from 'node:http';

/** The first and the last byte, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Reads the range of a GET request (RFC 9110, section 14.2) for a file with a
 * strong ETag.
 *
 * `range-parser` 1.3 answers 416 to the last 1,000 bytes of a shorter file, and
 * to a malformed range. Version 2 does not, but needs Node 22. It can replace
 * this code when this package needs Node 22 too.
 *
 * @param size of the file, in bytes.
 * @param etag of the file, with its quotes.
 * @returns `undefined` if the server answers with the whole file: there is no
 * range, it is malformed, it has several parts, or `If-Range` names another file.
 */
export function readRange(headers: IncomingHttpHeaders, size: number, etag: string): ByteRange | 'unsatisfiable' | undefined {
  const ifRange = headers['if-range'];
  if (headers.range === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined;
  const set = /^bytes=([\d\s,-]+)$/i.exec(headers.range)?.[1];
  // Empty elements of a list do not count (RFC 9110, section 5.6.1.2).
  const specs = set?.split(',').flatMap((spec) => spec.trim() || []) ?? [];
  const ranges = specs.map((spec) => readSpec(spec, size));
  if (ranges.length === 0 || ranges.includes(undefined)) return undefined;
  const satisfiable = ranges.filter((range) => typeof range === 'object');
  return satisfiable.length > 1 ? undefined : (satisfiable[0] ?? 'unsatisfiable');
}

/** `undefined` for a malformed range. */
function readSpec(spec: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^(\d*)-(\d*)$/.exec(spec) ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return Number(last) > 0 && size > 0 ? { start: Math.max(size - Number(last), 0), end: size - 1 } : 'unsatisfiable';
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return Number(first) < size ? { start: Number(first), end: last === '' ? size - 1 : Math.min(Number(last), size - 1) } : 'unsatisfiable';
}
