import { splitExtension } from './asset-path.js';

/**
 * The names nearest to a mistyped one, best first, for "did you mean". Those
 * that are wrong by more than a third of the last part, the file's name, are no
 * help and left out; but a file of the same name in another folder, or in the
 * same folder with another extension, is what was meant before it was moved.
 *
 * @param limit how many at the most. Default 3.
 * @example nearestNames('/js/aplication.js', ['/js/application.js', '/css/site.css']) // ['/js/application.js']
 */
export function nearestNames(name: string, candidates: Iterable<string>, limit = 3): string[] {
  const wanted = comparable(name);
  // An option has no slash, nor has a file's name alone.
  const fileName = wanted.slice(wanted.lastIndexOf('/') + 1);
  const { stem } = splitExtension(wanted);
  const most = Math.max(2, Math.floor(fileName.length / 3));
  let tolerance = most;
  let best: { candidate: string; score: number }[] = [];
  for (const candidate of candidates) {
    const other = comparable(candidate);
    const isMoved = other.endsWith(`/${fileName}`) || splitExtension(other).stem === stem;
    if (!isMoved && Math.abs(other.length - wanted.length) > tolerance) continue;
    const distance = editDistance(wanted, other, tolerance);
    const score = isMoved ? Math.min(distance, most) : distance;
    if (score > tolerance) continue;
    best.push({ candidate, score });
    best.sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1));
    best = best.slice(0, limit);
    // What is worse than all of them is of no interest any more.
    if (best.length === limit) tolerance = best.at(-1)?.score ?? tolerance;
  }
  return best.map(({ candidate }) => candidate);
}

/** @example didYouMean(['/a.js', '/b.js']) // 'did you mean "/a.js" or "/b.js"?' */
export function didYouMean(names: readonly string[]): string {
  return `did you mean ${names.map((name) => `"${name}"`).join(' or ')}?`;
}

/** Upper case and Unicode composition are the mistakes that one cannot see. */
function comparable(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/**
 * Levenshtein distance, or more than the most that is of interest. Our own,
 * since the browser bundle takes no dependency and the libraries for it do
 * work at module level, which bundlers then keep.
 */
function editDistance(a: string, b: string, most: number): number {
  // What names have in common at both ends, such as folder and extension, costs nothing.
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let [endOfA, endOfB] = [a.length, b.length];
  for (; endOfA > start && endOfB > start && a[endOfA - 1] === b[endOfB - 1]; endOfA--) endOfB--;
  const [rows, columns] = [endOfA - start, endOfB - start];
  let previous = new Uint32Array(columns + 2).map((_, column) => column);
  let current = new Uint32Array(columns + 2);
  for (let row = 1; row <= rows; row++) {
    // Farther from the diagonal, all is more than the most.
    const [first, last] = [Math.max(1, row - most), Math.min(columns, row + most)];
    let least = first === 1 ? row : most + 1;
    current[first - 1] = least;
    for (let column = first; column <= last; column++) {
      const isSame = a.charCodeAt(start + row - 1) === b.charCodeAt(start + column - 1);
      const substitution = (previous[column - 1] ?? 0) + (isSame ? 0 : 1);
      const distance = Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      current[column] = distance;
      least = Math.min(least, distance);
    }
    // It never gets less from one row to the next.
    if (least > most) return least;
    current[last + 1] = most + 1;
    [previous, current] = [current, previous];
  }
  return previous[columns] ?? 0;
}
