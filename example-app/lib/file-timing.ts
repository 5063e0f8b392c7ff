import type { FileLink } from './file-link';

/** Where the browser took a file from: its own cache, unasked; its cache, after asking the server (304); or the server. */
export type Source = 'cache' | 'revalidated' | 'network';

export interface FileTiming {
  /** Asset path. */
  path: string;
  /** The path that was asked for. */
  requestedAs: string;
  source: Source;
  /** Bytes that came over the network, headers included. */
  bytes: number;
  /** Milliseconds since the page was navigated to. */
  startedAt: number;
  endedAt: number;
}

/**
 * What Resource Timing counts for the headers of a response, whatever they
 * really are (so that nobody can learn about cookies from their size).
 * https://www.w3.org/TR/resource-timing/#dom-performanceresourcetiming-transfersize
 */
const HEADER_BYTES = 300;

/** The entries that are about our files, in the order in which they were started. */
export function timingsOf(entries: readonly PerformanceEntry[], files: readonly FileLink[]): FileTiming[] {
  const pathOf = new Map<string, string>();
  for (const { path, url } of files) {
    // A file that a stylesheet names may come by its plain path, whatever the page itself would link.
    pathOf.set(encodeURI(path), path);
    pathOf.set(url, path);
  }
  return entries.filter(isLoadedResource).flatMap((entry) => {
    const { origin, pathname } = new URL(entry.name);
    const path = origin === location.origin ? pathOf.get(pathname) : undefined;
    if (path === undefined) return [];
    const { transferSize: bytes, startTime: startedAt, responseEnd: endedAt } = entry;
    return [{ path, requestedAs: pathname, source: sourceOf(entry), bytes, startedAt, endedAt }];
  });
}

/** A 304 brings headers and no body; browsers differ in whether they then tell the size of the body they had. */
function sourceOf({ transferSize, encodedBodySize }: PerformanceResourceTiming): Source {
  if (transferSize === 0) return 'cache';
  return transferSize <= HEADER_BYTES || transferSize < encodedBodySize ? 'revalidated' : 'network';
}

/** Not `instanceof`: entries of a frame belong to the frame's own classes. What failed has neither bytes nor a body. */
function isLoadedResource(entry: PerformanceEntry): entry is PerformanceResourceTiming {
  if (entry.entryType !== 'resource') return false;
  const { transferSize, decodedBodySize, responseStatus } = entry as PerformanceResourceTiming;
  // Older browsers know no `responseStatus`, and a comparison with `undefined` is false.
  return !(responseStatus >= 400) && (transferSize > 0 || decodedBodySize > 0);
}
