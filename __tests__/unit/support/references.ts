import type { FoundReference } from '../../../src/pipeline/references/reference';

/** References in short: kind, URL and, where it is written otherwise, how. */
export function inShort(text: string, references: readonly FoundReference[]): string[] {
  return references.map(({ kind, url, start, end }) => {
    const written = text.slice(start, end);
    return written === url ? `${kind} ${url}` : `${kind} ${url} (${written})`;
  });
}

/** Calls back, and says how many milliseconds it took. */
export function timed(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

/** A text of so many parts. */
export function repeated(count: number, part: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => part(index)).join('');
}
