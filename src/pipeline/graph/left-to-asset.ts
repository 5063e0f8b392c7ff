import { formatCount } from '../../core/numbers.js';
import type { Move } from './files-kept-plain.js';
import type { SourceFile } from './source-file.js';

/**
 * Finds the files that automatic hashing must leave alone, because a script
 * expects their plain URL in the document. `asset()` and the components still
 * hash them: whoever writes that, wants it.
 *
 * @returns asset path → why, as the end of a sentence about the file. Sorted as the files are.
 */
export function filesLeftToAsset(
  files: readonly Pick<SourceFile, 'assetPath' | 'lexed'>[],
  moveOf: (assetPath: string) => Move,
): Map<string, string> {
  /** File name → the script that looks for it. */
  const searchedBy = new Map<string, string>();
  for (const { assetPath, lexed } of files) {
    // Its own name is not searched for by others: two libraries may have a `main.js` each.
    for (const name of lexed?.search?.names ?? []) if (name !== nameOf(assetPath)) searchedBy.set(name, assetPath);
  }
  const left = new Map<string, string>();
  for (const { assetPath, lexed } of files) {
    const why = whyLeft(nameOf(assetPath), lexed?.search, moveOf(assetPath)) ?? whySearched(searchedBy.get(nameOf(assetPath)));
    if (why) left.set(assetPath, why);
  }
  return left;
}

function whyLeft(name: string, search: NonNullable<SourceFile['lexed']>['search'], { toFolder, toHost }: Move): string | undefined {
  if (search?.names.includes(name)) return 'it looks for its own file name';
  if (!search?.readsOwnUrl || !(toFolder || toHost)) return undefined;
  return `it reads its own URL, and the hashed one is ${toHost ? 'on another host' : 'in another folder'}`;
}

function whySearched(script: string | undefined): string | undefined {
  return script && `${script} looks for its file name`;
}

/** How many files the line of a build names. */
const MAX_NAMED = 5;

/** The line for the log of a build, if there is anything to say. */
export function describeLeftToAsset(left: readonly (readonly [assetPath: string, why: string])[]): string[] {
  if (left.length === 0) return [];
  const named = left.slice(0, MAX_NAMED).map(([assetPath, why]) => `${assetPath} (${why})`);
  const others = left.length > MAX_NAMED ? ` and ${formatCount(left.length - MAX_NAMED)} more` : '';
  return [
    `automatic hashing leaves ${formatCount(left.length, 'file')} alone: ${named.join(', ')}${others}; asset() still hashes ${left.length === 1 ? 'it' : 'them'}`,
  ];
}

function nameOf(assetPath: string): string {
  return assetPath.slice(assetPath.lastIndexOf('/') + 1);
}
