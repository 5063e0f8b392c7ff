import type { FileLink } from './file-link';

/** `cache`: no request. `revalidated`: the server answered 304. `network`: the server sent the file. */
export type Source = 'cache' | 'revalidated' | 'network';

/** How the browser loaded one file. */
export interface FileTiming {
  /** Asset path. */
  path: string;
  /** The path in the request. */
  requestedAs: string;
  source: Source;
  /** Bytes over the network, headers included. */
  bytes: number;
}

/**
 * Browsers count the headers of each response as 300 bytes, to keep the size of cookies secret.
 * https://www.w3.org/TR/resource-timing/#dom-performanceresourcetiming-transfersize
 */
const HEADER_BYTES = 300;

/** The entries about our files, in the order in which the browser started them. */
export function timingsOf(entries: readonly PerformanceEntry[], files: readonly FileLink[]): FileTiming[] {
  const pathOf = new Map(files.map(({ path, url }) => [url, path]));
  return entries.filter(isLoadedResource).flatMap((entry) => {
    const { origin, pathname } = new URL(entry.name);
    const path = origin === location.origin ? pathOf.get(pathname) : undefined;
    if (path === undefined) return [];
    return [{ path, requestedAs: pathname, source: sourceOf(entry), bytes: entry.transferSize }];
  });
}

/** A 304 has headers and no body. Some browsers report the size of the cached body for it, others report 0. */
function sourceOf({ transferSize, encodedBodySize }: PerformanceResourceTiming): Source {
  if (transferSize === 0) return 'cache';
  return transferSize <= HEADER_BYTES || transferSize < encodedBodySize ? 'revalidated' : 'network';
}

/** A failed request has neither bytes nor a body. */
function isLoadedResource(entry: PerformanceEntry): entry is PerformanceResourceTiming {
  if (!(entry instanceof PerformanceResourceTiming)) return false;
  const { transferSize, decodedBodySize, responseStatus } = entry;
  // Older browsers do not know `responseStatus`: a comparison with `undefined` is false.
  return !(responseStatus >= 400) && (transferSize > 0 || decodedBodySize > 0);
}
