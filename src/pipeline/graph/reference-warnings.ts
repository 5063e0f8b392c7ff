import { encodeAssetPath } from '../../core/asset-path.js';
import type { ErrorParts } from '../../core/errors.js';
import { listFew, nearestNames } from '../../core/message-text.js';
import { isJsonData, type Problem } from '../references/find-references.js';
import type { Reference } from '../references/reference.js';
import type { ReasonToKeepPlain } from './files-kept-plain.js';
import { buildReferenceGraph, findStrongComponents, type GraphFile, isImport, type ReferenceGraph, reach } from './reference-graph.js';

/** Limits for one file and for one build, since few people read a long log to its end. */
const MAX_PER_FILE = 10;
const MAX_IN_ALL = 50;
/** How many names one build compares to find the nearest ones. */
const MAX_COMPARED = 1_000_000;
const MAX_NAMED = 5;

/** Lists the warnings about references. None of them stops a build. */
export function warnOfReferences(
  graphFiles: readonly GraphFile[],
  graph: ReferenceGraph,
  names: ReadonlySet<string>,
  loadedTwice: readonly ModulesLoadedTwice[],
  kept: ReadonlyMap<string, ReasonToKeepPlain>,
  basePath: string,
): readonly ErrorParts[] {
  const warnings: ErrorParts[] = [];
  let leftOut = 0;
  let compared = 0;
  const add = (make: () => ErrorParts) => {
    if (warnings.length < MAX_IN_ALL) warnings.push(make());
    else leftOut++;
  };

  for (const { assetPath, lexed, destinations } of graphFiles) {
    const { problem } = lexed;
    if (problem && !isJsonData(assetPath)) add(() => unreadableWarning(assetPath, problem, kept.get(assetPath) === 'unreadable'));
    if (destinations.includes(null)) addDeadReferences(assetPath, graph.deadReferencesOf(assetPath));
  }
  for (const modules of loadedTwice) add(() => loadedTwiceWarning(modules));
  for (const circle of importCircles(graphFiles)) add(() => importCircleWarning(circle));
  // These warnings do not count towards the limit: a list of dead references must not hide them.
  warnings.push(...keptPlainWarnings(kept));
  if (leftOut > 0) {
    const what = `${leftOut} more ${leftOut === 1 ? 'warning' : 'warnings'} about references`;
    warnings.push({ what, where: 'public/', why: 'the list is cut short', fix: 'correct the files above, then build again' });
  }
  return warnings;

  /** Warns once for each URL of a file. */
  function addDeadReferences(assetPath: string, references: readonly Reference[]): void {
    const firsts = [...new Map([...references].reverse().map((reference) => [reference.url, reference])).values()].reverse();
    for (const { url, line } of firsts.slice(0, MAX_PER_FILE)) {
      add(() => {
        const target = pathOf(url, assetPath, basePath);
        const nearest = compared < MAX_COMPARED ? nearestNames(target, names, 1)[0] : undefined;
        compared += names.size;
        return {
          what: 'A reference points to a missing file',
          where: inPublic(assetPath, line),
          why: `it is written ${JSON.stringify(url)}, and public/ has no file ${target}`,
          fix: `${target === url && url.includes('%') ? 'write %25 for "%"; ' : ''}${nearest ? `did you mean ${nearest}? ` : ''}add the file or correct the reference; ${leaveAlone(assetPath)}`,
        };
      });
    }
    leftOut += Math.max(0, firsts.length - MAX_PER_FILE);
  }
}

const leaveAlone = (assetPath: string) =>
  `"references: { exclude: '${assetPath}' }" in the second argument of withSmartCache() leaves the file as it is`;
const leavePlain = (assetPath: string) =>
  `"exclude: '${assetPath}'" in the second argument of withSmartCache() leaves it plain without this warning`;
const MOVES = 'a hashed URL is in another folder here, in /_next/static/';

/** @param isKeptPlain whether the file is not hashed because of the problem. */
function unreadableWarning(assetPath: string, { line, why, isPartial }: Problem, isKeptPlain: boolean): ErrorParts {
  const where = inPublic(assetPath, line);
  if (isKeptPlain) {
    return {
      what: 'A file keeps its plain URL, since its references cannot be read',
      where,
      why: `${why}; ${MOVES}, where its relative references would find nothing`,
      fix: `correct the file; ${leavePlain(assetPath)}`,
    };
  }
  return {
    what: isPartial ? 'A file is broken at one spot' : 'A file is served as it is, and the files that it refers to keep their plain URLs',
    where,
    why,
    fix: `${isPartial ? 'correct that spot; all other references of the file get hashed URLs' : 'correct the file'}; ${leaveAlone(assetPath)}, without this warning`,
  };
}

function loadedTwiceWarning({ modules: [first, ...others], leftAlone, rewritten }: ModulesLoadedTwice): ErrorParts {
  return {
    what: 'A page may load a module twice, under two URLs',
    where: `public${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
    why: `${rewritten} imports its hashed URL, and ${leftAlone} loads its plain URL, since "references.exclude" names ${leftAlone}; each copy has its own state`,
    fix: `take ${leftAlone} out of "references: { exclude }", or set "modules: { importMap: true }" and render <CachedImportMap />`,
  };
}

function importCircleWarning(assetPaths: readonly string[]): ErrorParts {
  return {
    what: 'Stylesheets import each other in a circle',
    where: assetPaths.map((assetPath) => `public${assetPath}`).join(', '),
    why: 'a browser applies each of these sheets once, and its place in the cascade is hard to predict',
    fix: 'remove one of the @import rules; until then, the files are hashed as one group',
  };
}

/** Why files are not hashed, and what to do. Each text fits one file as well as many. `unreadable` has its own warning. */
const KEPT_PLAIN: Record<Exclude<ReasonToKeepPlain, 'unreadable'>, Pick<ErrorParts, 'why' | 'fix'>> = {
  'left-alone': {
    why: `the "references" option leaves relative references as they are; ${MOVES}, where such references would find nothing`,
    fix: 'let "references" rewrite them, or write them with a slash in front',
  },
  'unknown-format': {
    why: `this format may name other files by relative URLs, which cannot be rewritten; ${MOVES}, where they would find nothing`,
    fix: 'write the URLs in JSON with a slash in front',
  },
  'other-host': {
    why: 'a reference keeps its plain URL, and the hashed URL of the file that holds it is on another host, which need not have that file',
    fix: 'hash the files that it refers to, or write whole URLs, such as https://example.com/',
  },
  'long-name': {
    why: 'with a hash, the name is longer than the 255 bytes that file systems allow',
    fix: 'give the file a shorter name',
  },
};

function keptPlainWarnings(kept: ReadonlyMap<string, ReasonToKeepPlain>): ErrorParts[] {
  return Object.entries(KEPT_PLAIN).flatMap(([reason, { why, fix }]): ErrorParts[] => {
    const assetPaths = [...kept].filter(([, its]) => its === reason).map(([assetPath]) => assetPath);
    const [first] = assetPaths;
    if (first === undefined) return [];
    const names = assetPaths.map((assetPath) => `public${assetPath}`);
    return [
      {
        what: assetPaths.length === 1 ? 'A file keeps its plain URL' : `${assetPaths.length} files keep their plain URLs`,
        where: listFew(names, MAX_NAMED),
        why,
        fix: `${fix}; ${leavePlain(first)}`,
      },
    ];
  });
}

function inPublic(assetPath: string, line: number): string {
  return `public${assetPath}:${line}`;
}

/** Returns the asset path that a URL would have. */
function pathOf(url: string, from: string, basePath: string): string {
  try {
    const pathname = decodeURIComponent(new URL(url, `http://public.invalid${basePath}${encodeAssetPath(from)}`).pathname);
    return basePath && pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname;
  } catch {
    return url;
  }
}

/** Finds stylesheets that import each other, or one that imports itself. */
function importCircles(graphFiles: readonly GraphFile[]): string[][] {
  const imports = new Map<string, string[]>();
  for (const { assetPath, lexed, destinations } of graphFiles) {
    const isStyleImport = (_: unknown, index: number) => lexed.references[index]?.kind === 'style-import';
    const targets = destinations.filter(isStyleImport).filter((destination) => typeof destination === 'string');
    if (targets.length > 0) imports.set(assetPath, targets);
  }
  const importsOf = (assetPath: string) => (imports.get(assetPath) ?? []).filter((target) => imports.has(target));
  return findStrongComponents(imports.keys(), importsOf).filter(
    (sheets) => sheets.length > 1 || sheets.some((assetPath) => importsOf(assetPath).includes(assetPath)),
  );
}

/** Modules that a page may load under two URLs: the browser then runs each twice, and each copy has its own state. */
interface ModulesLoadedTwice {
  /** Asset paths, in the order of discovery. */
  modules: string[];
  /** The file that is left as it is, and therefore imports these modules by their plain URLs. */
  leftAlone: string;
  /** A file that imports the hashed URL of the first module. */
  rewritten: string;
}

/**
 * Finds the modules that one file imports by their plain URL, because its
 * references are not rewritten, and another file by their hashed URL.
 *
 * Only the app knows which files it loads. A module counts as loaded by its
 * hashed URL if a rewritten file that no module imports reaches it.
 *
 * @param leftAlone the files that the `references.exclude` option names.
 * @param rewritten all other files with references.
 * @param isHashed whether a file has a hashed URL at all.
 */
export function findModulesLoadedTwice(
  leftAlone: readonly GraphFile[],
  rewritten: readonly GraphFile[],
  isHashed: (assetPath: string) => boolean,
): ModulesLoadedTwice[] {
  if (leftAlone.length === 0) return [];
  const graph = buildReferenceGraph([...leftAlone, ...rewritten], false);
  const importsOf = (assetPath: string) =>
    graph
      .followed(assetPath)
      .filter((reference) => reference.isRewritten && isImport(reference))
      .map(({ target }) => target);
  const isLeftAlone = new Set(leftAlone.map(({ assetPath }) => assetPath));
  const hashedImportsOf = (assetPath: string) => (isLeftAlone.has(assetPath) ? [] : importsOf(assetPath));

  const imported = graph.importedByUrl();
  const entries = rewritten.map(({ assetPath }) => assetPath).filter((assetPath) => !imported.has(assetPath));
  const importers = new Map<string, string>();
  for (const importer of reach(entries, hashedImportsOf)) {
    for (const target of hashedImportsOf(importer)) if (isHashed(target) && !importers.has(target)) importers.set(target, importer);
  }
  return leftAlone.flatMap(({ assetPath }) => {
    const modules = [...reach(importsOf(assetPath), importsOf)].filter((target) => importers.has(target));
    const importer = importers.get(modules[0] ?? '');
    return importer === undefined ? [] : [{ modules, leftAlone: assetPath, rewritten: importer }];
  });
}
