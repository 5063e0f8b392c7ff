import { createHash } from 'node:crypto';
import { compareAssetPaths, toHashedPath } from '../../core/asset-path.js';
import { assetPathMatcher } from '../../core/asset-path-globs.js';
import type { ErrorParts } from '../../core/errors.js';
import { type HashedPathShape, topLevelFolder } from '../../core/hashed-path-shape.js';
import type { Delivery } from '../../core/hosts.js';
import type { ResolvedOptions } from '../../core/options.js';
import { resolveReference, type UrlSpace } from '../references/reference.js';
import {
  findFilesKeptPlain,
  findFilesLeftToAsset,
  moveTo,
  plainEdits,
  reasonToKeepPlain,
  type StoreAddress,
  unrewritten,
} from './files-kept-plain.js';
import { hashForUrl } from './fingerprint.js';
import { type Content, hashedUrl, hashGraph, type Output } from './hash-graph.js';
import { buildReferenceGraph, type GraphFile, type ReferenceGraph } from './reference-graph.js';
import { findModulesLoadedTwice, warnOfReferences } from './reference-warnings.js';
import { type CachedResult, findUnchangedFiles, type PublicFile } from './unchanged-files.js';

/** The part of a project that decides how its references are rewritten. */
export interface RewriteSettings extends StoreAddress {
  options: ResolvedOptions;
  delivery: Delivery;
}

/** Reads the texts of public files and keeps the rewritten ones. */
export interface TextStore {
  /** Returns the bytes in which the references of a file were found, valid until the next call. */
  read(file: PublicFile): Buffer;
  write(text: Buffer): Content;
  /** Whether the store already has these bytes. */
  has(contentHash: string, size: number): boolean;
}

/** The files of `public/` as browsers receive them. */
export interface RewrittenFiles {
  /** Asset path → the file. */
  outputs: ReadonlyMap<string, Output>;
  /** Asset paths of files that are not hashed because they would not work under a hashed URL. */
  keptPlain: readonly string[];
  /** Asset path → why automatic hashing leaves this hashed file alone. */
  leftToAsset: ReadonlyMap<string, string>;
  graph: ReferenceGraph;
  /** Returns the facts about a file with references that the next build needs. */
  resultOf(assetPath: string): CachedResult | undefined;
  /** A text that changes with the options and with the names of the files. */
  stateKey: string;
  warnings: readonly ErrorParts[];
}

/**
 * Resolves the references between files, puts hashed URLs in their place, and
 * hashes what comes out.
 *
 * @param previousStateKey of the last build, from which the results in `files` come.
 */
export function rewriteFiles(
  settings: RewriteSettings,
  files: readonly PublicFile[],
  plainPaths: readonly string[],
  shape: HashedPathShape | undefined,
  texts: TextStore,
  previousStateKey: string | undefined,
): RewrittenFiles {
  const { options } = settings;
  const byPath = new Map(files.map((file) => [file.assetPath, file]));
  const names = new Set([...byPath.keys(), ...plainPaths]);
  const stateKey = keyOfState(settings, [...byPath.keys()], plainPaths, shape);
  const isSameState = stateKey === previousStateKey;

  const space = urlSpace(settings, names);
  const isLeftAlone = leftAloneMatcher(settings);
  const referring = new Map<string, GraphFile>();
  for (const { assetPath, lexed, result } of files) {
    if (lexed === undefined) continue;
    const known = isSameState ? result?.destinations : undefined;
    const destinations = known ?? lexed.references.map((reference) => resolveReference(assetPath, reference, space));
    referring.set(assetPath, { assetPath, lexed, destinations });
  }
  const graphFiles = [...referring.values()].filter(({ assetPath }) => !isLeftAlone(assetPath));
  const leftAlone = [...referring.values()].filter(({ assetPath }) => isLeftAlone(assetPath));
  const graph = buildReferenceGraph(graphFiles, options.modules.importMap);

  const isDirect = (assetPath: string, hash?: string) =>
    settings.delivery === 'static' ||
    shape?.linkedDirectly.has(topLevelFolder(assetPath)) === true ||
    // Next would serve a public file with the name of the hashed path instead.
    (hash !== undefined && names.has(toHashedPath(assetPath, hash)));
  const hashOf = (assetPath: string, { size }: Content, identity: string, referredHashes: readonly string[]) => {
    const { modifiedMs } = byPath.get(assetPath) as PublicFile;
    return hashForUrl(options.fingerprint, options.hashLength, { assetPath, size, modifiedMs, contentHash: identity }, referredHashes);
  };

  const moving = {
    files,
    referring,
    graph,
    plainPaths,
    hashLength: options.hashLength,
    isLeftAlone,
    moveOf: (assetPath: string) => moveTo(isDirect(assetPath), settings),
  };
  const kept = findFilesKeptPlain(moving);

  // A function may return something else for the same file.
  const mayReuse = isSameState && typeof options.fingerprint !== 'function';
  const hasOutput = ({ result }: PublicFile) => result !== undefined && texts.has(result.output.contentHash, result.output.size);
  // A file that keeps its plain URL has no output in the cache.
  const isAsBefore = (file: PublicFile) =>
    kept.has(file.assetPath)
      ? file.result === undefined
      : file.result?.keepsImports === graph.keepsImports(file.assetPath) && hasOutput(file);
  const unchanged = mayReuse ? findUnchangedFiles(files, graphFiles, isAsBefore) : new Set<string>();

  const editsToPlain = (assetPath: string) =>
    plainEdits(assetPath, unrewritten(referring.get(assetPath) as GraphFile, graph.followed(assetPath)), space);
  const needsRewrite = ({ assetPath }: GraphFile) =>
    !kept.has(assetPath) &&
    !unchanged.has(assetPath) &&
    (graph.followed(assetPath).some(({ isRewritten }) => isRewritten) || editsToPlain(assetPath).length > 0);
  const toRewrite = new Set(graphFiles.filter(needsRewrite).map(({ assetPath }) => assetPath));
  const outputs = new Map<string, Output>();
  for (const file of files) {
    const { assetPath, contentHash, integrity, size, result } = file;
    if (kept.has(assetPath) || toRewrite.has(assetPath)) continue;
    if (result && unchanged.has(assetPath)) {
      outputs.set(assetPath, result.output);
      continue;
    }
    const hash = hashOf(assetPath, file, contentHash, []);
    const direct = isDirect(assetPath, hash);
    const reason = direct === isDirect(assetPath) ? undefined : reasonToKeepPlain(file, moveTo(direct, settings), moving);
    const url = hashedUrl(assetPath, hash, direct ? settings.storeUrl : '');
    if (reason) kept.set(assetPath, reason);
    else outputs.set(assetPath, { hash, url, integrity, size, contentHash, isDirect: direct });
  }
  const keys = hashGraph(toRewrite, outputs, graph, {
    prefixes: settings.prefixes,
    storeUrl: settings.storeUrl,
    isDirect,
    hashOf,
    originalOf: (assetPath) => byPath.get(assetPath),
    textOf: (assetPath) => texts.read(byPath.get(assetPath) as PublicFile),
    contentOf: (text) => texts.write(text),
    plainEdits: editsToPlain,
    previous(assetPath) {
      const file = byPath.get(assetPath);
      return mayReuse && file && hasOutput(file) ? file.result : undefined;
    },
  });
  const destinations = new Map(graphFiles.map((file) => [file.assetPath, file.destinations]));
  return {
    outputs,
    keptPlain: [...kept.keys()].sort(compareAssetPaths),
    leftToAsset: findFilesLeftToAsset(
      files.filter(({ assetPath }) => !kept.has(assetPath)),
      moving.moveOf,
    ),
    graph,
    stateKey,
    resultOf(assetPath) {
      if (unchanged.has(assetPath)) return byPath.get(assetPath)?.result;
      const resolved = destinations.get(assetPath);
      const output = outputs.get(assetPath);
      if (resolved === undefined || output === undefined) return undefined;
      return { destinations: resolved, key: keys.get(assetPath) ?? '', output, keepsImports: graph.keepsImports(assetPath) };
    },
    warnings: warnOfReferences(
      graphFiles,
      graph,
      names,
      // With an import map, both URLs of a module point to one instance.
      options.modules.importMap ? [] : findModulesLoadedTwice(leftAlone, graphFiles, (assetPath) => byPath.has(assetPath)),
      kept,
      space.basePath,
    ),
  };
}

/** Matches the files that the `references` option leaves as they are. */
function leftAloneMatcher({ options: { references } }: RewriteSettings): (assetPath: string) => boolean {
  if (!references.isFollowed) return () => true;
  return assetPathMatcher(references.exclude);
}

function urlSpace({ prefixes: { basePath }, options }: RewriteSettings, names: ReadonlySet<string>): UrlSpace {
  const looksHashed = new RegExp(`\\.[0-9a-f]{${options.hashLength}}(?:\\.[^./]+)?$`);
  return {
    basePath,
    imports: options.modules.imports,
    has: (assetPath) => names.has(assetPath),
    looksHashed: (path) => looksHashed.test(path),
  };
}

function keyOfState(
  { options, delivery, storeUrl, prefixes }: RewriteSettings,
  hashedPaths: readonly string[],
  plainPaths: readonly string[],
  shape: HashedPathShape | undefined,
): string {
  const { algorithm, hashLength, fingerprint, references, modules } = options;
  const linkedDirectly = [...(shape?.linkedDirectly ?? [])];
  const hash = createHash('sha256').update(
    JSON.stringify({ algorithm, hashLength, fingerprint, references, modules, delivery, storeUrl, prefixes, linkedDirectly }),
  );
  for (const name of hashedPaths) hash.update(`\0${name}`);
  for (const name of plainPaths) hash.update(`\0\0${name}`);
  return hash.digest('hex');
}
