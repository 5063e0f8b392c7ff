import type { FileTiming } from './file-timing';

/** What one visit cost, for all its files together. */
export interface VisitTotals {
  files: number;
  /** How many of them the server was asked for. */
  requests: number;
  /** Bytes over the network, headers included. */
  bytes: number;
  /** From the start of the first file to the end of the last. */
  milliseconds: number;
}

export function totalsOf(timings: readonly FileTiming[]): VisitTotals {
  const startedAt = Math.min(...timings.map((timing) => timing.startedAt));
  const endedAt = Math.max(...timings.map((timing) => timing.endedAt));
  return {
    files: timings.length,
    requests: timings.filter(({ source }) => source !== 'cache').length,
    bytes: timings.reduce((sum, { bytes }) => sum + bytes, 0),
    milliseconds: timings.length === 0 ? 0 : endedAt - startedAt,
  };
}
