/**
 * The names nearest to a mistyped one, best first, for "did you mean". Names
 * that are more than a third wrong are no help and left out.
 *
 * @param limit how many at the most. Default 3.
 * @example nearestNames('/js/aplication.js', ['/js/application.js', '/css/site.css']) // ['/js/application.js']
 */
export function nearestNames(name: string, candidates: Iterable<string>, limit = 3): string[] {
  const wanted = comparable(name);
  const tolerance = Math.max(2, Math.floor(wanted.length / 3));
  const scored: { candidate: string; score: number }[] = [];
  for (const candidate of candidates) {
    const other = comparable(candidate);
    if (Math.abs(other.length - wanted.length) > tolerance) continue;
    const score = editDistance(wanted, other);
    if (score <= tolerance) scored.push({ candidate, score });
  }
  return scored
    .sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** Upper case and Unicode composition are the mistakes that one cannot see. */
function comparable(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/**
 * Levenshtein distance. Our own, since the browser bundle takes no dependency
 * and the libraries for it do work at module level, which bundlers then keep.
 */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
