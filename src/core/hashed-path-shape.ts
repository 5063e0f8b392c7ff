import { encodeAssetPath, splitExtension } from './asset-path.js';

/**
 * What a hashed path looks like in this app, as the text of one regular
 * expression: a name with a hash in it, under a top-level entry of `public/`.
 */
export interface HashedPathShape {
  /** Over percent-encoded paths without their leading `/`. Holds no capturing group. */
  pattern: string;
  /** The hash alone. */
  hashPattern: string;
  /** Whether any hashed path has, or lacks, a file extension. */
  withExtension: boolean;
  withoutExtension: boolean;
  /**
   * Top-level entries whose hashed paths the pattern does not cover, because
   * too many of their own names look hashed, or a route handler answers there.
   * Their URLs lead to the store directly. `''` stands for the files of
   * `public/` itself.
   */
  linkedDirectly: ReadonlySet<string>;
}

/**
 * Next warns above 1,000 characters of built regular expression and exits
 * above 4,096, so each list of names has a budget. What does not fit is linked
 * directly: a rule neither grows with the number of files nor reaches further
 * than what `public/` has.
 */
const BUDGET = { ownNames: 180, folders: 270, rootFiles: 300, withoutExtension: 80 };

/**
 * @param hashedPaths asset paths that are hashed.
 * @param allPaths every asset path in `public/`: one whose own name looks
 * hashed (`lib.0123456789.js`) must keep working under that name.
 * @param olderPaths asset paths of earlier deploys, whose hashed paths are
 * served as long as the store has them and the budget lasts. Default: none.
 * @param hasHandler whether a route handler of the app may answer to a hashed
 * path in this top-level folder (`''`: in none). Default: no.
 * @returns `undefined` when nothing is hashed.
 */
export function hashedPathShape(
  hashedPaths: Iterable<string>,
  allPaths: Iterable<string>,
  hashLength: number,
  olderPaths: Iterable<string> = [],
  hasHandler: (folder: string) => boolean = () => false,
): HashedPathShape | undefined {
  const current = groupPaths(hashedPaths);
  const older = groupPaths(olderPaths);
  if (current.isEmpty && older.isEmpty) return undefined;

  const hashPattern = `[0-9a-f]{${hashLength}}`;
  const hash = `\\.${hashPattern}`;
  const looksHashed = new RegExp(`\\.${hashPattern}(?:\\.[^./]+)?$`, 'i');
  const ownNames = [...allPaths].filter((assetPath) => looksHashed.test(assetPath));
  const ownNameList = alternatives(ownNames.map(toPattern), BUDGET.ownNames);
  const linkedDirectly = new Set(ownNameList === undefined ? ownNames.map(topLevelFolder) : []);
  for (const folder of ['', ...current.folders, ...older.folders]) if (hasHandler(folder)) linkedDirectly.add(folder);

  const folders = takeWithin(BUDGET.folders, current.folders, older.folders, linkedDirectly);
  for (const folder of current.folders) if (!folders.has(folder)) linkedDirectly.add(folder);
  let rootFiles = linkedDirectly.has('') ? '' : rootFileBranch([...current.rootFiles, ...older.rootFiles], hash);
  if (rootFiles === undefined) rootFiles = rootFileBranch(current.rootFiles, hash);
  if (rootFiles === undefined) linkedDirectly.add('');

  const branches: string[] = [];
  if (folders.size) {
    const names = alternatives([...folders].map(encodeURIComponent).map(escapePattern)) ?? '';
    // Names without an extension are listed: `/account/secret.<hash>` must not lead to the page `/account/secret`.
    const withoutExtension = [...current.withoutExtension, ...older.withoutExtension].filter((name) => folders.has(topLevelFolder(name)));
    const listed = alternatives(withoutExtension.map(toPattern), BUDGET.withoutExtension);
    branches.push(`${names}/.+${hash}\\.[^./]+`);
    if (listed) branches.push(`${listed}${hash}`);
    else if (listed === undefined) branches.push(`${names}/.+${hash}`);
  }
  if (rootFiles) branches.push(rootFiles);
  // `(?!)` matches nothing: everything is linked directly.
  const covered = branches.length ? `(?:${branches.join('|')})` : '(?:(?!))';
  return {
    pattern: ownNameList ? `(?!${ownNameList}$)${covered}` : covered,
    hashPattern,
    withExtension: current.hasExtension || older.hasExtension,
    withoutExtension: current.hasNoExtension || older.hasNoExtension,
    linkedDirectly,
  };
}

/** A test for URLs: whether the rules made of a shape cover them. */
export function shapeMatcher(shape: HashedPathShape | undefined): (url: string) => boolean {
  if (shape === undefined) return () => false;
  const covered = new RegExp(`^/(?:${shape.pattern})$`, 'i');
  const kinds = [...(shape.withExtension ? ['\\.[^./]+'] : []), ...(shape.withoutExtension ? [''] : [])];
  const ofKind = new RegExp(`\\.${shape.hashPattern}(?:${kinds.join('|')})$`, 'i');
  return (url) => covered.test(url) && ofKind.test(url);
}

interface PathGroups {
  isEmpty: boolean;
  folders: Set<string>;
  rootFiles: Set<string>;
  /** In a folder, with a name that has no extension. */
  withoutExtension: Set<string>;
  hasExtension: boolean;
  hasNoExtension: boolean;
}

function groupPaths(assetPaths: Iterable<string>): PathGroups {
  const groups: PathGroups = {
    isEmpty: true,
    folders: new Set(),
    rootFiles: new Set(),
    withoutExtension: new Set(),
    hasExtension: false,
    hasNoExtension: false,
  };
  for (const assetPath of assetPaths) {
    groups.isEmpty = false;
    const folder = topLevelFolder(assetPath);
    if (folder) groups.folders.add(folder);
    else groups.rootFiles.add(assetPath);
    if (splitExtension(assetPath).extension) {
      groups.hasExtension = true;
      continue;
    }
    groups.hasNoExtension = true;
    if (folder) groups.withoutExtension.add(assetPath);
  }
  return groups;
}

/** As many names as fit, the current ones first: what the manifest links must not depend on earlier deploys. */
function takeWithin(budget: number, current: Iterable<string>, older: Iterable<string>, leftOut: ReadonlySet<string>): Set<string> {
  const taken = new Set<string>();
  let length = 0;
  for (const name of [...[...current].sort(), ...[...older].sort()]) {
    length += escapePattern(encodeURIComponent(name)).length + 1;
    if (length <= budget && !leftOut.has(name)) taken.add(name);
  }
  return taken;
}

/** The first folder of an asset path; `''` for a file of `public/` itself. */
export function topLevelFolder(assetPath: string): string {
  const slash = assetPath.indexOf('/', 1);
  return slash === -1 ? '' : assetPath.slice(1, slash);
}

/** Files of `public/` itself are listed by name, so that a page at `/x.<hash>.css` stays the app's; `undefined` when they are too many. */
function rootFileBranch(rootFiles: Iterable<string>, hash: string): string | undefined {
  const stemsByExtension = new Map<string, Set<string>>();
  for (const assetPath of rootFiles) {
    const { stem, extension } = splitExtension(encodeAssetPath(assetPath));
    stemsByExtension.set(extension, (stemsByExtension.get(extension) ?? new Set()).add(stem.slice(1)));
  }
  const branch = [...stemsByExtension]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([extension, stems]) => `${alternatives([...stems].map(escapePattern))}${hash}${escapePattern(extension)}`)
    .join('|');
  return branch.length > BUDGET.rootFiles ? undefined : branch;
}

/** `(?:a|b)`; `''` for none; `undefined` when the list is too long. */
function alternatives(patterns: readonly string[], budget = Number.POSITIVE_INFINITY): string | undefined {
  if (patterns.length === 0) return '';
  const list = [...new Set(patterns)].sort().join('|');
  return list.length > budget ? undefined : `(?:${list})`;
}

/** An asset path as it stands in a URL, without its leading `/`, as a pattern. */
function toPattern(assetPath: string): string {
  return escapePattern(encodeAssetPath(assetPath).slice(1));
}

/** Escapes for a regular expression inside a path-to-regexp parameter, which reads `\` the same way. */
function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
