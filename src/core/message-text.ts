import { splitExtension } from './asset-path.js';

/**
 * Characters that a terminal obeys or hides: control characters, characters
 * that change the direction of text (https://www.unicode.org/reports/tr9/), and
 * the two line breaks that are not control characters.
 */
const INVISIBLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Makes a text from outside, such as the name of a file, safe for a terminal or
 * a log: writes control characters and line breaks as `\u{1b}`.
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for a text of several lines, such as a stack. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** Describes a value in a message. Never throws. */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if ('then' in Object(value)) return 'a promise';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A big integer, or an object that contains itself.
    return String(value);
  }
}

/**
 * `6,288 files`. Without `toLocaleString`, since loading Intl takes longer than
 * looking at a thousand files.
 *
 * @param noun what is counted, in the singular. Default: the number alone.
 */
export function formatCount(count: number, noun?: string): string {
  const digits = String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return noun === undefined ? digits : `${digits} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Joins texts, and counts those beyond a number.
 *
 * @example listFew(['/a.js', '/b.js', '/c.js'], 2) // '/a.js, /b.js and 1 more'
 */
export function listFew(texts: readonly string[], most: number): string {
  const left = texts.length - most;
  return texts.slice(0, most).join(', ') + (left > 0 ? ` and ${formatCount(left)} more` : '');
}

/** `1.23 MB` */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/**
 * Finds the names nearest to a mistyped name, best first. Leaves out names that
 * differ by more than a third of the file's name, except a file of the same
 * name in another folder or with another extension: it may have been moved.
 *
 * @param limit the most names to return. Default 3.
 * @example nearestNames('/js/aplication.js', ['/js/application.js', '/css/site.css']) // ['/js/application.js']
 */
export function nearestNames(name: string, candidates: Iterable<string>, limit = 3): string[] {
  const wanted = comparable(name);
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
    if (best.length === limit) tolerance = best.at(-1)?.score ?? tolerance;
  }
  return best.map(({ candidate }) => candidate);
}

/** @example didYouMean(['/a.js', '/b.js']) // 'did you mean "/a.js" or "/b.js"?' */
export function didYouMean(names: readonly string[]): string {
  return `did you mean ${names.map((name) => `"${name}"`).join(' or ')}?`;
}

/** Ignores case and Unicode composition. */
function comparable(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/**
 * Levenshtein distance, or any number greater than `most`. Not a library:
 * browser bundles must not contain one, and bundlers keep a package that does
 * work at module level.
 */
function editDistance(a: string, b: string, most: number): number {
  // Skip what the names have in common at both ends, such as folder and extension.
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let [endOfA, endOfB] = [a.length, b.length];
  for (; endOfA > start && endOfB > start && a[endOfA - 1] === b[endOfB - 1]; endOfA--) endOfB--;
  const [rows, columns] = [endOfA - start, endOfB - start];
  let previous = new Uint32Array(columns + 2).map((_, column) => column);
  let current = new Uint32Array(columns + 2);
  for (let row = 1; row <= rows; row++) {
    // All cells farther from the diagonal exceed `most`.
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
    // The least distance never decreases from row to row.
    if (least > most) return least;
    current[last + 1] = most + 1;
    [previous, current] = [current, previous];
  }
  return previous[columns] ?? 0;
}
