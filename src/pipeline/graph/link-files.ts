import { createHash } from 'node:crypto';
import { compareAssetPaths, toHashedPath } from '../../core/asset-path.js';
import { assetPathMatcher } from '../../core/asset-path-globs.js';
import type { ErrorParts } from '../../core/errors.js';
import { type HashedPathShape, topLevelFolder } from '../../core/hashed-path-shape.js';
import type { Project } from '../project.js';
import { isJsonData } from '../references/find-references.js';
import { resolveReference, type UrlSpace } from '../references/resolve-reference.js';
import {
  filesKeptPlain,
  filesLeftToAsset,
  moveTo,
  plainEdits,
  type ReasonToKeepPlain,
  reasonToKeepPlain,
  unrewritten,
} from './files-kept-plain.js';
import { hashForUrl } from './fingerprint.js';
import { type Content, hashedUrl, hashGraph, type Output } from './hash-graph.js';
import { buildReferenceGraph, type GraphFile, type ReferenceGraph, strongComponents } from './reference-graph.js';
import { findModulesLoadedTwice, type ModulesLoadedTwice, ReferenceWarnings } from './reference-warnings.js';
import { type CachedLinks, type SourceFile, unchangedFiles } from './unchanged-files.js';

/** Where the texts are read from, and rewritten ones go. */
export interface TextStore {
  /** The bytes of the text that a file was lexed from, valid until the next call. */
  read(file: SourceFile): Buffer;
  write(text: Buffer): Content;
  /** Whether there is such a copy already. */
  has(contentHash: string, size: number): boolean;
}

/** `public/`, as browsers receive it. */
export interface LinkedFiles {
  /** By asset path. */
  outputs: ReadonlyMap<string, Output>;
  /** Asset paths of files that are not hashed because they would not work under a hashed URL. */
  keptPlain: readonly string[];
  /** Asset paths of hashed files that automatic hashing leaves alone, and why. */
  leftToAsset: ReadonlyMap<string, string>;
  graph: ReferenceGraph;
  /** What a file's references led to, for the next build. */
  linksOf(assetPath: string): CachedLinks | undefined;
  /** Changes with the options and with the names of the files. */
  stateKey: string;
  warnings: readonly ErrorParts[];
}

/**
 * Follows the references between files, and works out what the browser
 * receives of each: its bytes, with hashed URLs in the place of references,
 * and their hash.
 *
 * @param stateKey of the last build, whose links the files bring along.
 */
export function linkFiles(
  project: Project,
  files: readonly SourceFile[],
  stablePaths: readonly string[],
  shape: HashedPathShape | undefined,
  texts: TextStore,
  previousStateKey: string | undefined,
): LinkedFiles {
  const { options } = project;
  const byPath = new Map(files.map((file) => [file.assetPath, file]));
  const names = new Set([...byPath.keys(), ...stablePaths]);
  const stateKey = keyOfState(project, [...byPath.keys()], stablePaths, shape);
  const isSameState = stateKey === previousStateKey;

  const space = urlSpace(project, names);
  const isLeftAlone = leftAloneMatcher(project);
  const referring = new Map<string, GraphFile>();
  for (const { assetPath, lexed, links } of files) {
    if (lexed === undefined) continue;
    const known = isSameState ? links?.destinations : undefined;
    const destinations = known ?? lexed.references.map((reference) => resolveReference(assetPath, reference, space));
    referring.set(assetPath, { assetPath, lexed, destinations });
  }
  const graphFiles = [...referring.values()].filter(({ assetPath }) => !isLeftAlone(assetPath));
  const leftAlone = [...referring.values()].filter(({ assetPath }) => isLeftAlone(assetPath));
  const graph = buildReferenceGraph(graphFiles, options.modules.importMap);

  const isDirect = (assetPath: string, hash?: string) =>
    project.delivery === 'static' ||
    shape?.linkedDirectly.has(topLevelFolder(assetPath)) === true ||
    // A file of that very name would be served in its place.
    (hash !== undefined && names.has(toHashedPath(assetPath, hash)));
  const hashOf = (assetPath: string, { size }: Content, identity: string, below: readonly string[]) => {
    const { modifiedMs } = byPath.get(assetPath) as SourceFile;
    return hashForUrl(options.fingerprint, options.hashLength, { assetPath, size, modifiedMs, contentHash: identity }, below);
  };

  const moving = {
    files,
    referring,
    graph,
    stablePaths,
    hashLength: options.hashLength,
    isLeftAlone,
    moveOf: (assetPath: string) => moveTo(isDirect(assetPath), project),
  };
  const kept = filesKeptPlain(moving);

  // Nobody can tell whether a function would say the same again.
  const mayReuse = isSameState && typeof options.fingerprint !== 'function';
  const hasOutput = ({ links }: SourceFile) => links !== undefined && texts.has(links.output.contentHash, links.output.size);
  const hashedGraphFiles = graphFiles.filter(({ assetPath }) => !kept.has(assetPath));
  // A file that keeps its plain URL has no output to remember.
  const isAsBefore = (file: SourceFile) =>
    kept.has(file.assetPath)
      ? file.links === undefined
      : file.links?.keepsImports === graph.keepsImports(file.assetPath) && hasOutput(file);
  const unchanged = mayReuse ? unchangedFiles(files, graphFiles, isAsBefore) : new Set<string>();

  const editsToPlain = (assetPath: string) =>
    plainEdits(assetPath, unrewritten(referring.get(assetPath) as GraphFile, graph.followed(assetPath)), space);
  const isRewritten = ({ assetPath }: GraphFile) =>
    graph.followed(assetPath).some((reference) => reference.isRewritten) || editsToPlain(assetPath).length > 0;
  const rewritten = new Set(
    hashedGraphFiles.filter((file) => !unchanged.has(file.assetPath) && isRewritten(file)).map(({ assetPath }) => assetPath),
  );
  const outputs = new Map<string, Output>();
  for (const file of files) {
    const { assetPath, contentHash, integrity, size } = file;
    if (kept.has(assetPath) || rewritten.has(assetPath)) continue;
    if (file.links && unchanged.has(assetPath)) {
      outputs.set(assetPath, file.links.output);
      continue;
    }
    const hash = hashOf(assetPath, file, contentHash, []);
    const direct = isDirect(assetPath, hash);
    const reason = direct === isDirect(assetPath) ? undefined : reasonToKeepPlain(file, moveTo(direct, project), moving);
    const url = hashedUrl(assetPath, hash, direct ? project.storeUrl : '');
    if (reason) kept.set(assetPath, reason);
    else outputs.set(assetPath, { hash, url, integrity, size, contentHash, isDirect: direct });
  }
  const keys = hashGraph(rewritten, outputs, graph, {
    prefixes: project.prefixes,
    storeUrl: project.storeUrl,
    isDirect,
    hashOf,
    sourceOf: (assetPath) => byPath.get(assetPath),
    textOf: (assetPath) => texts.read(byPath.get(assetPath) as SourceFile),
    contentOf: (text) => texts.write(text),
    plainEdits: editsToPlain,
    previous(assetPath) {
      const file = byPath.get(assetPath);
      return mayReuse && file && hasOutput(file) ? file.links : undefined;
    },
  });
  const destinations = new Map(graphFiles.map((file) => [file.assetPath, file.destinations]));
  return {
    outputs,
    keptPlain: [...kept.keys()].sort(compareAssetPaths),
    leftToAsset: filesLeftToAsset(
      files.filter(({ assetPath }) => !kept.has(assetPath)),
      moving.moveOf,
    ),
    graph,
    stateKey,
    linksOf(assetPath) {
      if (unchanged.has(assetPath)) return byPath.get(assetPath)?.links;
      const found = destinations.get(assetPath);
      const output = outputs.get(assetPath);
      return (
        found && output && { destinations: found, key: keys.get(assetPath) ?? '', output, keepsImports: graph.keepsImports(assetPath) }
      );
    },
    warnings: warningsOf(
      graphFiles,
      graph,
      names,
      // With an import map, both URLs lead to one module.
      options.modules.importMap ? [] : findModulesLoadedTwice(leftAlone, graphFiles, (assetPath) => byPath.has(assetPath)),
      kept,
    ),
  };
}

/** Which files the `references` option leaves as they are. */
function leftAloneMatcher({ options: { references } }: Project): (assetPath: string) => boolean {
  if (!references.isFollowed) return () => true;
  return references.exclude.length > 0 ? assetPathMatcher(references.exclude) : () => false;
}

function urlSpace({ prefixes: { basePath }, options }: Project, names: ReadonlySet<string>): UrlSpace {
  const looksHashed = new RegExp(`\\.[0-9a-f]{${options.hashLength}}(?:\\.[^./]+)?$`);
  return {
    basePath,
    imports: options.modules.imports,
    has: (assetPath) => names.has(assetPath),
    looksHashed: (path) => looksHashed.test(path),
  };
}

function keyOfState(
  { options, delivery, storeUrl, prefixes }: Project,
  hashedPaths: readonly string[],
  stablePaths: readonly string[],
  shape: HashedPathShape | undefined,
): string {
  const { algorithm, hashLength, fingerprint, references, modules } = options;
  const linkedDirectly = [...(shape?.linkedDirectly ?? [])];
  const settings = JSON.stringify({
    algorithm,
    hashLength,
    fingerprint,
    references,
    modules,
    delivery,
    storeUrl,
    prefixes,
    linkedDirectly,
  });
  const hash = createHash('sha256').update(settings);
  for (const name of hashedPaths) hash.update(`\0${name}`);
  for (const name of stablePaths) hash.update(`\0\0${name}`);
  return hash.digest('hex');
}

function warningsOf(
  graphFiles: readonly GraphFile[],
  graph: ReferenceGraph,
  names: ReadonlySet<string>,
  loadedTwice: readonly ModulesLoadedTwice[],
  kept: ReadonlyMap<string, ReasonToKeepPlain>,
): readonly ErrorParts[] {
  const warnings = new ReferenceWarnings();
  for (const { assetPath, lexed, destinations } of graphFiles) {
    if (lexed.problem && !isJsonData(assetPath)) warnings.addUnreadable(assetPath, lexed.problem, kept.get(assetPath) === 'unreadable');
    if (destinations.includes(null)) warnings.addDead(assetPath, graph.dead(assetPath), names);
  }
  for (const modules of loadedTwice) warnings.addLoadedTwice(modules);
  for (const circle of importCircles(graphFiles)) warnings.addImportCircle(circle);
  warnings.addKeptPlain(kept);
  return warnings.finish();
}

/** Stylesheets that import each other, or one that imports itself. */
function importCircles(graphFiles: readonly GraphFile[]): string[][] {
  const imports = new Map<string, string[]>();
  for (const { assetPath, lexed, destinations } of graphFiles) {
    const isImport = (_: unknown, index: number) => lexed.references[index]?.kind === 'style-import';
    const targets = destinations.filter(isImport).filter((destination) => typeof destination === 'string');
    if (targets.length > 0) imports.set(assetPath, targets);
  }
  const importsOf = (assetPath: string) => (imports.get(assetPath) ?? []).filter((target) => imports.has(target));
  return strongComponents(imports.keys(), importsOf).filter(
    (sheets) => sheets.length > 1 || sheets.some((assetPath) => importsOf(assetPath).includes(assetPath)),
  );
}
