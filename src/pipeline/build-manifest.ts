import fs from 'node:fs';
import path from 'node:path';
import { listAppRoutes } from '../app-source/app-routes.js';
import { compareAssetPaths } from '../core/asset-path.js';
import type { Delivery } from '../core/delivery.js';
import { type ErrorParts, type OnProgress, SmartCacheError } from '../core/errors.js';
import { hashedPathShape } from '../core/hashed-path-shape.js';
import { deliveryOf, MANIFEST_VERSION, type Manifest, parseManifest, serializeManifest } from '../core/manifest-document.js';
import { declareAssetPaths, isAssetPathDeclaration } from '../core/public-folder.js';
import { type AppRoute, handlerMatcher } from '../core/routes-in-shape.js';
import { foreignFile, readTextIfThere, replaceText } from '../disk/files.js';
import { type Copies, storedCopies, unstoredCopies } from './copies.js';
import { isRacy, letClockTick, nowNs } from './file-stamp.js';
import type { Output } from './graph/hash-graph.js';
import { linkFiles } from './graph/link-files.js';
import type { ReferenceGraph } from './graph/reference-graph.js';
import type { SourceFile } from './graph/unchanged-files.js';
import type { Project } from './project.js';
import { type Scan, type ScannedFile, scanPublicFolder } from './scan.js';
import { openScanCache, type ScanCache } from './scan-cache.js';
import { type FrozenFile, freezeFiles } from './store/freeze.js';
import { openStore } from './store/store.js';

export interface BuildManifestOptions {
  /** Whether frozen copies are made. Default: true; development has no store. */
  freeze?: boolean;
  /** Whether anything is written at all. Default: true. Without it, `changed` says what a build would find. */
  write?: boolean;
  /** Whether each copy in the store is hashed again, in case a crash, a cache of CI or another program has damaged it. Default: false. */
  checkCopies?: boolean;
  /** Called after each chunk of a file, with the bytes read so far and the bytes of all files. Default: nothing is called. */
  onProgress?: OnProgress | undefined;
}

export interface BuiltManifest {
  manifest: Manifest;
  /** Asset paths in `public/` that keep their name, because the globs say so or because they would not work under another name. Sorted. */
  stablePaths: readonly string[];
  /** Asset path → whole content hash: the name of its frozen copy. */
  contentHashes: ReadonlyMap<string, string>;
  /** Stable paths that match the globs, but would not work under a hashed URL. */
  keptPlain: readonly string[];
  /** Asset path → why automatic hashing leaves the file alone. */
  leftToAsset: ReadonlyMap<string, string>;
  /** Top-level folders whose hashed URLs point to the store directly (`''`: the files of `public/` itself). */
  linkedDirectly: ReadonlySet<string>;
  /** The routes of the app, which decide which folders have hashed paths of their own. */
  routes: readonly AppRoute[];
  /** Whole content hashes of the files as they lie in `public/`: what references are rewritten in. */
  sourceHashes: ReadonlySet<string>;
  /** What the files say of each other. */
  graph: ReferenceGraph;
  /** Content hashes of the frozen copies, those of older deploys included, in which the checks found no damage. */
  copies: ReadonlySet<string>;
  /** What is to be mended, and stops nothing. */
  warnings: readonly ErrorParts[];
  /** One line for each kind of damage in the build cache that this build repaired. */
  notices: readonly string[];
  /** Whether the manifest on disk was missing or another one. */
  changed: boolean;
  /** The delivery that the manifest on disk was for, where that is why it was another one. */
  deliveryBefore: Delivery | undefined;
  /** How many files had to be read. */
  filesRead: number;
}

/**
 * `public/` → manifest, store and types, in one visible order:
 * scan → hash, freeze and find references → follow them → write. The manifest
 * comes last, so that it never names a file that is not in the store.
 *
 * @throws {SmartCacheError} and leaves the old manifest as it was.
 */
export function buildManifest(project: Project, options: BuildManifestOptions = {}): BuiltManifest {
  const writes = options.write ?? true;
  const freezes = writes && (options.freeze ?? true);
  // For Next, an app without public/ is one with an empty one. A link that leads nowhere is another matter.
  const isMissing = project.isApp && fs.lstatSync(project.publicDir, { throwIfNoEntry: false }) === undefined;
  const scan = isMissing ? { files: [], stablePaths: [] } : scanPublicFolder(project.publicDir, project.options);
  const cache = openScanCache(project.cacheDir, {
    algorithm: project.options.algorithm,
    isFrozen: freezes,
  });
  const {
    cacheDir,
    options: { algorithm },
  } = project;
  const copies = freezes ? storedCopies(cacheDir, algorithm, options.checkCopies ?? false) : unstoredCopies(algorithm);
  const { files, filesRead, readAtNs } = hashFiles(project, scan.files, cache, copies, options.onProgress);
  // Under static delivery, no rule of ours shares a path with a route.
  const routes = project.delivery === 'static' ? [] : listAppRoutes(project.root, project.pageExtensions);
  const { hashLength } = project.options;
  const shape = hashedPathShape(
    files.map(({ assetPath }) => assetPath),
    allPaths(scan),
    hashLength,
    [],
    handlerMatcher(routes, hashLength),
  );
  const linked = linkFiles(project, files, scan.stablePaths, shape, copies, cache.stateKey);
  const warnings = [...linked.warnings];
  if (writes && (filesRead > 0 || linked.stateKey !== cache.stateKey || copies.written > 0)) {
    const isSaved = (file: SourceFile) => !isRacy(file, readAtNs);
    const save = () =>
      cache.save(
        files.filter(isSaved).map((file) => ({ ...file, links: linked.linksOf(file.assetPath) })),
        linked.stateKey,
      );
    if (freezes) save();
    else warnings.push(...problemOf(save));
  }
  const manifest = describeFiles(project, linked.outputs);
  if (writes) writeDeclaration(project.declarationPath, declareAssetPaths(allPaths(scan)));
  const text = serializeManifest(manifest);
  const textBefore = readTextIfThere(project.manifestPath);
  if (writes && text !== textBefore) replaceText(project.manifestPath, text);
  const sourceHashes = new Set(files.map(({ contentHash }) => contentHash));
  const contentHashes = new Map([...linked.outputs].map(([assetPath, { contentHash }]) => [assetPath, contentHash]));
  const current = new Set([...sourceHashes, ...contentHashes.values()]);
  return {
    manifest,
    stablePaths: [...scan.stablePaths, ...linked.keptPlain].sort(compareAssetPaths),
    keptPlain: [...linked.keptPlain],
    leftToAsset: linked.leftToAsset,
    linkedDirectly: shape?.linkedDirectly ?? new Set(),
    routes,
    contentHashes,
    sourceHashes,
    copies: new Set([...copies.found, ...current]),
    graph: linked.graph,
    warnings,
    notices: [...noticesOfCache(project, cache), ...noticesOfCopies(project, copies, current)],
    changed: text !== textBefore,
    deliveryBefore: otherDelivery(textBefore, manifest),
    filesRead,
  };
}

/** `prebuild` and `next build` may run in environments that name different hosts. */
function otherDelivery(textBefore: string | undefined, manifest: Manifest): Delivery | undefined {
  if (textBefore === undefined) return undefined;
  try {
    const before = deliveryOf(parseManifest(textBefore, ''));
    return before === deliveryOf(manifest) ? undefined : before;
  } catch {
    // It is damaged, so its delivery is not why it is another one.
    return undefined;
  }
}

/** Development works without a cache, which a container may mount read-only. */
function problemOf(save: () => void): ErrorParts[] {
  try {
    save();
    return [];
  } catch (error) {
    if (!(error instanceof SmartCacheError)) throw error;
    return [{ ...error.parts, what: 'The scan cache cannot be written, so each start reads every file of public/ again' }];
  }
}

function noticesOfCache({ root }: Project, { file, problem }: ScanCache): string[] {
  return problem === undefined ? [] : [`dropped ${path.relative(root, file)}, since ${problem}; every file is read again`];
}

function noticesOfCopies({ root, cacheDir }: Project, { damaged }: Copies, current: ReadonlySet<string>): string[] {
  const count = [...current].filter((contentHash) => damaged.has(contentHash)).length;
  if (count === 0) return [];
  const folder = path.relative(root, openStore(cacheDir).filesDir);
  return [`${count} damaged ${count === 1 ? 'copy' : 'copies'} in ${folder}: made again from public/`];
}

function writeDeclaration(target: string, text: string): void {
  const before = readTextIfThere(target);
  if (before === text) return;
  if (before && !isAssetPathDeclaration(before)) throw foreignFile(target);
  replaceText(target, text);
}

function* allPaths(scan: Scan): Iterable<string> {
  for (const { assetPath } of scan.files) yield assetPath;
  yield* scan.stablePaths;
}

/** Hashes what the scan cache does not know or the store does not hold. */
function hashFiles(
  { options, cacheDir }: Project,
  scanned: readonly ScannedFile[],
  cache: ScanCache,
  copies: Copies,
  onProgress: OnProgress | undefined,
) {
  const known = new Map<string, SourceFile>();
  const toRead: ScannedFile[] = [];
  let lacksCopy = false;
  for (const file of scanned) {
    const cached = cache.find(file.assetPath, file.signature);
    if (cached && copies.has(cached.contentHash, file.size)) {
      known.set(file.assetPath, Object.assign(file, cached, { isKnown: true }));
    } else {
      toRead.push(file);
      lacksCopy ||= cached !== undefined;
    }
  }
  // Forgotten first: a build that is killed now may leave a half copy under a name that the cache would vouch for.
  if (lacksCopy) cache.save(known.values());
  letClockTick(toRead);
  const readAtNs = nowNs();
  const job = { files: toRead, algorithm: options.algorithm, cacheDir: copies.areKept ? cacheDir : undefined };
  const frozen = freezeFiles(job, onProgress);
  toRead.forEach(({ assetPath, absolutePath }, index) => {
    known.set(assetPath, { ...(frozen[index] as FrozenFile), assetPath, absolutePath });
  });
  const files = scanned.map(({ assetPath }) => known.get(assetPath) as SourceFile);
  return { files, filesRead: toRead.length, readAtNs };
}

function describeFiles({ options: { algorithm } }: Project, outputs: ReadonlyMap<string, Output>): Manifest {
  const assets: Manifest['assets'] = {};
  for (const [assetPath, { hash, url, integrity, size }] of outputs) assets[assetPath] = { hash, url, integrity, size };
  return { version: MANIFEST_VERSION, algorithm, assets };
}
