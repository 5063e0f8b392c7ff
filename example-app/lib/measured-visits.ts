import measurement from '@/measured-visits.json';
import type { LinkMode } from './link-mode';

/** What one visit costs: the page, Next's own files, and the files of `public/`. */
export interface VisitCost {
  requests: number;
  /** Bytes over the network, headers included. */
  bytes: number;
  /** From the navigation to the last byte of the last file. */
  milliseconds: number;
}

export type VisitKind = 'first' | 'repeat' | 'deploy';

/** `npm run measure:example` in the repository writes this file, from real visits in Chromium. */
export const MEASURED_VISITS: {
  chromium: string;
  /** The figures are the median of this many visits. */
  rounds: number;
  connection: { downKilobits: number; upKilobits: number; roundTripMilliseconds: number };
  /** The files of `public/` that differ in the second deploy. */
  changedFiles: readonly string[];
  visits: Record<VisitKind, Record<LinkMode, VisitCost>>;
} = measurement;
