import { compareAssetPaths, encodeAssetPath, splitExtension } from './asset-path.js';
import { alternatives, anySpelling, escapePattern, OTHER_SPELLING, toPattern, withoutCase } from './path-patterns.js';

/** The form of the hashed paths of this app: a name with a hash, in a top-level folder of `public/` or in none. */
export interface HashedPathShape {
  /** Matches percent-encoded paths without their leading `/`. Has no capturing group. */
  pattern: string;
  hashPattern: string;
  /** Whether some hashed path has, or lacks, a file extension. */
  withExtension: boolean;
  withoutExtension: boolean;
  /** The extension of some hashed file in a folder, with its dot; `''` for none. */
  exampleExtension: string;
  /**
   * Top-level folders (`''`: files in no folder) that the pattern does not
   * cover, because it would have to list too many names, or because a route
   * handler answers there. Their URLs point to the store without a rewrite.
   */
  linkedDirectly: ReadonlySet<string>;
}

/**
 * Characters for each list of names. Next exits above 4,096 characters of built
 * regular expression (`lib/load-custom-routes.js`). Names that do not fit get
 * URLs without a rewrite.
 */
const BUDGET = { keptOut: 500, folders: 270, extensions: 120, rootFiles: 300, withoutExtension: 80 };

/**
 * Makes the shape of the app's hashed paths. It does not match a name that
 * looks hashed (`lib.0123456789.js`), nor a made-up hash in the name of a file
 * that is not hashed.
 *
 * @param hashedPaths asset paths that are hashed.
 * @param allPaths every asset path in `public/`, and routes of the app.
 * @param olderPaths asset paths of older deploys, as far as the budget allows. Default: none.
 * @param hasHandler whether a route handler of the app may answer to a hashed
 * path in this top-level folder (`''`: in no folder). Default: no.
 * @returns `undefined` when nothing is hashed.
 */
export function deriveHashedPathShape(
  hashedPaths: Iterable<string>,
  allPaths: Iterable<string>,
  hashLength: number,
  olderPaths: Iterable<string> = [],
  hasHandler: (folder: string) => boolean = () => false,
): HashedPathShape | undefined {
  const hashed = new Set(hashedPaths);
  const all = [...allPaths];
  const older = [...olderPaths].filter((assetPath) => !hasHandler(topLevelFolder(assetPath)));
  const current = makeShape(hashed, [], all, hashLength, hasHandler);
  if (older.length === 0) return current;
  const withOlder = makeShape(hashed, older, all, hashLength, hasHandler);
  // The manifest's URLs must not depend on older deploys, so these must not push a folder out of the shape.
  return isSameSet(withOlder?.linkedDirectly, current?.linkedDirectly) ? withOlder : current;
}

function makeShape(
  hashed: ReadonlySet<string>,
  olderPaths: readonly string[],
  allPaths: readonly string[],
  hashLength: number,
  hasHandler: (folder: string) => boolean,
): HashedPathShape | undefined {
  const unhashed = allPaths.filter((assetPath) => !hashed.has(assetPath));
  const unhashedNames = new Set(unhashed.map(withoutCase));
  const isUnhashed = (assetPath: string) => unhashed.length > 0 && unhashedNames.has(withoutCase(assetPath));
  const current = groupPaths(hashed);
  const older = groupPaths(olderPaths.filter((assetPath) => !isUnhashed(assetPath)));
  const kinds = new Set([...current.extensions, ...older.extensions]);
  if (kinds.size === 0) return undefined;
  const inFolders = [...current.inFolders, ...older.inFolders];
  const extensions = [...current.extensionsInFolders, ...older.extensionsInFolders].sort(compareAssetPaths);

  const hashPattern = `[0-9a-f]{${hashLength}}`;
  const hash = `\\.${hashPattern}`;
  // Rules ignore case, so they cannot tell a hashed file from an unhashed one whose name differs only in case.
  const linkedDirectly = new Set([...hashed].filter(isUnhashed).map(topLevelFolder));
  for (const folder of ['', ...current.folders]) if (hasHandler(folder)) linkedDirectly.add(folder);

  const folders = takeWithin(BUDGET.folders, current.folders, older.folders, linkedDirectly);
  for (const folder of current.folders) if (!folders.has(folder)) linkedDirectly.add(folder);

  const extension = extensionPattern(extensions);
  const keptOut = takeFolders(BUDGET.keptOut, folders, linkedDirectly, [
    ...namesThatLookHashed(allPaths, hash),
    ...namesReachedByExtension(unhashed, extension, () => parentFolders(inFolders), hash),
  ]);
  // List names without an extension: `/account/secret.<hash>` must not reach the page `/account/secret`.
  const bareNames = inFolders.filter((assetPath) => splitExtension(assetPath).extension === '');
  const bare = takeFolders(
    BUDGET.withoutExtension,
    folders,
    linkedDirectly,
    bareNames.map((assetPath) => [assetPath, toPattern(assetPath)]),
  );
  let rootFiles = linkedDirectly.has('') ? '' : makeRootFilePattern([...current.rootFiles, ...older.rootFiles], hash);
  if (rootFiles === undefined) rootFiles = makeRootFilePattern(current.rootFiles, hash);
  if (rootFiles === undefined) linkedDirectly.add('');

  const inShape = [...folders].filter((folder) => !linkedDirectly.has(folder)).map(encodeURIComponent);
  const branches = [
    ...(inShape.length > 0 && extension ? [`${alternatives(inShape.map(escapePattern))}/.+${hash}${extension}`] : []),
    ...(bare.length > 0 ? [`${alternatives(bare)}${hash}`] : []),
    ...(rootFiles ? [rootFiles] : []),
  ];
  // `(?!)` matches nothing: no URL needs a rewrite.
  const covered = `(?:${branches.join('|') || '(?!)'})`;
  return {
    pattern: keptOut.length > 0 ? `(?!${alternatives(keptOut)}/?$|.*${OTHER_SPELLING})${covered}` : covered,
    hashPattern,
    withExtension: [...kinds].some(Boolean),
    withoutExtension: kinds.has(''),
    exampleExtension: extensions[0] ?? '',
    linkedDirectly,
  };
}

/** Makes a test for URLs: whether the rules made of a shape match them. */
export function shapeMatcher(shape: HashedPathShape | undefined): (url: string) => boolean {
  if (shape === undefined) return () => false;
  const covered = new RegExp(`^/(?:${shape.pattern})$`, 'i');
  const kinds = [...(shape.withExtension ? ['\\.[^./]+'] : []), ...(shape.withoutExtension ? [''] : [])];
  const ofKind = new RegExp(`\\.${shape.hashPattern}(?:${kinds.join('|')})$`, 'i');
  return (url) => covered.test(url) && ofKind.test(url);
}

interface PathGroups {
  rootFiles: string[];
  inFolders: string[];
  folders: Set<string>;
  /** The extensions of all files, `''` for none. */
  extensions: Set<string>;
  /** The extensions of files in folders, without `''`. */
  extensionsInFolders: Set<string>;
}

function groupPaths(assetPaths: Iterable<string>): PathGroups {
  const groups: PathGroups = { rootFiles: [], inFolders: [], folders: new Set(), extensions: new Set(), extensionsInFolders: new Set() };
  for (const assetPath of assetPaths) {
    const folder = topLevelFolder(assetPath);
    const { extension } = splitExtension(assetPath);
    groups.extensions.add(extension);
    if (folder === '') {
      groups.rootFiles.push(assetPath);
      continue;
    }
    groups.folders.add(folder);
    groups.inFolders.push(assetPath);
    if (extension) groups.extensionsInFolders.add(extension);
  }
  return groups;
}

/** Returns a pattern with the dot; `''` for no extension. It matches any extension if they are too many to list. */
function extensionPattern(extensions: readonly string[]): string {
  const list = alternatives(
    extensions.map((extension) => escapePattern(encodeURIComponent(extension.slice(1)))),
    BUDGET.extensions,
  );
  return list === undefined ? '\\.[^./]+' : list && `\\.${list}`;
}

/** An asset path, and the pattern for it or for its whole folder. */
type ListedName = readonly [assetPath: string, pattern: string];

function namesThatLookHashed(assetPaths: readonly string[], hash: string): ListedName[] {
  const looksHashed = new RegExp(`${hash}(?:\\.[^./]+)?$`, 'i');
  return assetPaths.filter((assetPath) => looksHashed.test(assetPath)).map((assetPath) => [assetPath, anySpelling(assetPath)]);
}

/** Lists the files that are not hashed, and that a made-up hash would reach. */
function namesReachedByExtension(
  unhashed: readonly string[],
  extension: string,
  listParents: () => ReadonlySet<string>,
  hash: string,
): ListedName[] {
  const reachedByExtension = new RegExp(`^/.+/.*${extension}$`, 'i');
  const reached = extension ? unhashed.filter((assetPath) => reachedByExtension.test(encodeAssetPath(assetPath))) : [];
  if (reached.length === 0) return [];
  const parents = listParents();
  return reached.map((assetPath) => {
    const folder = foldersAbove(assetPath).find((candidate) => !parents.has(withoutCase(candidate)));
    if (folder !== undefined) return [assetPath, `${anySpelling(folder)}/.*`];
    const { stem, extension: own } = splitExtension(assetPath);
    return [assetPath, `${anySpelling(stem)}${hash}${anySpelling(`/${own}`)}`];
  });
}

function parentFolders(assetPaths: readonly string[]): Set<string> {
  return new Set(assetPaths.flatMap(foldersAbove).map(withoutCase));
}

/** `/a/b/c.js` → `/a`, `/a/b`. */
function foldersAbove(assetPath: string): string[] {
  const folders: string[] = [];
  for (let slash = assetPath.indexOf('/', 1); slash !== -1; slash = assetPath.indexOf('/', slash + 1))
    folders.push(assetPath.slice(0, slash));
  return folders;
}

/** Lists the names of as many top-level folders as fit, folders with few names first. Adds the other folders to `linkedDirectly`. */
function takeFolders(budget: number, folders: Iterable<string>, linkedDirectly: Set<string>, names: readonly ListedName[]): string[] {
  const groups = new Map<string, { folders: string[]; patterns: Set<string> }>();
  for (const folder of ['', ...folders]) {
    const group = groups.get(withoutCase(folder)) ?? { folders: [], patterns: new Set() };
    group.folders.push(folder);
    groups.set(withoutCase(folder), group);
  }
  for (const [assetPath, pattern] of names) groups.get(withoutCase(topLevelFolder(assetPath)))?.patterns.add(pattern);
  const taken: string[] = [];
  let length = 0;
  const costOf = ({ patterns }: { patterns: ReadonlySet<string> }) => [...patterns].reduce((sum, pattern) => sum + pattern.length + 1, 0);
  const byCost = [...groups].map(([key, group]) => ({ key, cost: costOf(group), ...group }));
  byCost.sort((a, b) => a.cost - b.cost || compareAssetPaths(a.key, b.key));
  for (const group of byCost) {
    if (group.patterns.size === 0 || group.folders.every((folder) => linkedDirectly.has(folder))) continue;
    length += group.cost;
    if (length <= budget) taken.push(...group.patterns);
    else for (const folder of group.folders) linkedDirectly.add(folder);
  }
  return taken;
}

/** Takes as many names as fit, current ones first: the manifest's URLs must not depend on older deploys. */
function takeWithin(budget: number, current: Iterable<string>, older: Iterable<string>, leftOut: ReadonlySet<string>): Set<string> {
  const taken = new Set<string>();
  let length = 0;
  for (const name of [...[...current].sort(), ...[...older].sort()]) {
    length += escapePattern(encodeURIComponent(name)).length + 1;
    if (length <= budget && !leftOut.has(name)) taken.add(name);
  }
  return taken;
}

/** The first folder of an asset path; `''` for a file in no folder. */
export function topLevelFolder(assetPath: string): string {
  const slash = assetPath.indexOf('/', 1);
  return slash === -1 ? '' : assetPath.slice(1, slash);
}

/** Makes the pattern for top-level files; `undefined` if too long. It lists their names, so that the app may have a page at `/x.<hash>.css`. */
function makeRootFilePattern(rootFiles: Iterable<string>, hash: string): string | undefined {
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

export function isSameSet(a: ReadonlySet<string> = new Set(), b: ReadonlySet<string> = new Set()): boolean {
  return a.size === b.size && [...a].every((value) => b.has(value));
}
