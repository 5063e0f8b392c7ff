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
   * too many of their own names look hashed. Their URLs lead to the store
   * directly. `''` stands for the files of `public/` itself.
   */
  linkedDirectly: ReadonlySet<string>;
}

/**
 * Next warns above 1,000 characters of built regular expression and exits
 * above 4,096. No list of names gets more characters than these; past them, it
 * gives way to a shape, so that a rule never grows with the number of files.
 */
const NAME_LIST_BUDGET = 200;
const ROOT_FILES_BUDGET = 400;

/**
 * @param hashedPaths asset paths that are hashed, older versions included.
 * @param allPaths every asset path in `public/`: one whose own name looks
 * hashed (`lib.0123456789.js`) must keep working under that name.
 */
export function hashedPathShape(
  hashedPaths: Iterable<string>,
  allPaths: Iterable<string>,
  hashLength: number,
): HashedPathShape | undefined {
  const hashPattern = `[0-9a-f]{${hashLength}}`;
  const looksHashed = new RegExp(`\\.${hashPattern}(?:\\.[^./]+)?$`, 'i');
  const ownNames = [...allPaths].filter((assetPath) => looksHashed.test(assetPath));
  const ownNameList = alternatives(ownNames.map((assetPath) => encodeAssetPath(assetPath).slice(1)));
  const linkedDirectly = new Set(ownNameList === undefined ? ownNames.map(topLevelFolder) : []);

  const folders = new Set<string>();
  const rootFiles = new Set<string>();
  let withExtension = false;
  let withoutExtension = false;
  for (const assetPath of hashedPaths) {
    if (splitExtension(assetPath).extension) withExtension = true;
    else withoutExtension = true;
    const folder = topLevelFolder(assetPath);
    if (linkedDirectly.has(folder)) continue;
    if (folder) folders.add(folder);
    else rootFiles.add(assetPath);
  }

  const hash = `\\.${hashPattern}`;
  const branches: string[] = [];
  if (folders.size) {
    const names = alternatives([...folders].map(encodeURIComponent)) ?? '(?!_next/)[^/]+';
    branches.push(`${names}/.+${hash}(?:\\.[^./]+)?`);
  }
  if (rootFiles.size) branches.push(rootFileBranch(rootFiles, hash));
  if (!withExtension && !withoutExtension) return undefined;
  // `(?!)` matches nothing: everything is linked directly.
  const covered = branches.length ? `(?:${branches.join('|')})` : '(?:(?!))';
  const pattern = ownNameList ? `(?!${ownNameList}$)${covered}` : covered;
  return { pattern, hashPattern, withExtension, withoutExtension, linkedDirectly };
}

/** The first folder of an asset path; `''` for a file of `public/` itself. */
export function topLevelFolder(assetPath: string): string {
  const slash = assetPath.indexOf('/', 1);
  return slash === -1 ? '' : assetPath.slice(1, slash);
}

/** Files of `public/` itself are listed by name, so that a page at `/x.<hash>.css` stays the app's. */
function rootFileBranch(rootFiles: Iterable<string>, hash: string): string {
  const stemsByExtension = new Map<string, string[]>();
  for (const assetPath of rootFiles) {
    const { stem, extension } = splitExtension(encodeAssetPath(assetPath));
    const stems = stemsByExtension.get(extension) ?? [];
    stems.push(stem.slice(1));
    stemsByExtension.set(extension, stems);
  }
  const listed = [...stemsByExtension].sort().map(([extension, stems]) => {
    const names = alternatives(stems, ROOT_FILES_BUDGET);
    return names && `${names}${hash}${escapePattern(extension)}`;
  });
  const branch = listed.join('|');
  if (listed.every(Boolean) && branch.length <= ROOT_FILES_BUDGET) return branch;
  return `[^/]+${hash}${alternatives([...stemsByExtension.keys()]) ?? '(?:\\.[^./]+)?'}`;
}

/** `(?:a|b)`; `''` for none; `undefined` when the list would be too long. */
function alternatives(names: readonly string[], budget = NAME_LIST_BUDGET): string | undefined {
  if (names.length === 0) return '';
  const list = [...names].sort().map(escapePattern).join('|');
  return list.length > budget ? undefined : `(?:${list})`;
}

/** Escapes for a regular expression inside a path-to-regexp parameter, which reads `\` the same way. */
function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
