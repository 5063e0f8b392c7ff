import path from 'node:path';
import { listAppRoutes } from '../app-source/app-routes.js';
import { compareAssetPaths } from '../core/asset-path.js';
import { type ErrorParts, type OnProgress, SmartCacheError } from '../core/errors.js';
import { deriveHashedPathShape } from '../core/hashed-path-shape.js';
import type { Delivery } from '../core/hosts.js';
import { deliveryOf, MANIFEST_VERSION, type Manifest, parseManifest, serializeManifest } from '../core/manifest-document.js';
import { declareAssetPaths, isAssetPathDeclaration } from '../core/public-folder.js';
import { type AppRoute, handlerMatcher } from '../core/routes-in-shape.js';
import { createForeignFileError, readTextIfThere, replaceText } from '../disk/files.js';
import { isRacy, letClockTick, nowNs } from '../disk/hash-file.js';
import { type Copies, openStoredCopies, openUnstoredCopies } from './copies.js';
import { type FrozenFile, freezeFiles } from './freeze.js';
import type { Output } from './graph/hash-graph.js';
import type { ReferenceGraph } from './graph/reference-graph.js';
import { type RewrittenFiles, rewriteFiles } from './graph/rewrite-files.js';
import type { PublicFile } from './graph/unchanged-files.js';
import type { Project } from './project.js';
import { type Scan, type ScannedFile, scanProject } from './scan.js';
import { openScanCache, type ScanCache } from './scan-cache.js';
import { openStore } from './store.js';

export interface BuildManifestOptions {
  /** Whether to make frozen copies. Default: true. Development has no store. */
  freeze?: boolean;
  /** Whether to write anything. Default: true. If not, `changed` says whether a build would change the manifest. */
  write?: boolean;
  /** Whether to hash each copy in the store again, in case a crash, a CI cache or another program has damaged it. Default: false. */
  checkCopies?: boolean;
  /** The files of `public/`, if the caller has just listed them. Default: the build lists them. */
  scan?: Scan;
  /** Called after each chunk of a file, with the bytes read so far and the bytes of all files. Default: nothing is called. */
  onProgress?: OnProgress | undefined;
}

export interface BuiltManifest {
  manifest: Manifest;
  /** Asset paths that keep their name, because of the globs or because they would not work under another name. Sorted. */
  plainPaths: readonly string[];
  /** Asset path → whole content hash: the name of its frozen copy. */
  contentHashes: ReadonlyMap<string, string>;
  /** Plain paths that the globs select, but that would not work under a hashed URL. */
  keptPlain: readonly string[];
  /** Asset path → why automatic hashing leaves the file alone. */
  leftToAsset: ReadonlyMap<string, string>;
  /** Top-level folders whose hashed URLs need no rewrite (`''`: the files of `public/` itself). */
  linkedDirectly: ReadonlySet<string>;
  /** The routes of the app, which decide which folders have hashed paths of their own. */
  routes: readonly AppRoute[];
  /** Whole content hashes of the public files before references are rewritten. */
  originalHashes: ReadonlySet<string>;
  graph: ReferenceGraph;
  /** Content hashes of the frozen copies without damage, including those of older deploys. */
  copies: ReadonlySet<string>;
  /** Whether the store has copies that the system could not read, and may read in a later build. */
  mayFindCopiesAgain: boolean;
  /** Problems that do not stop the build. */
  warnings: readonly ErrorParts[];
  /** One line for each kind of damage in the build cache that this build repaired. */
  notices: readonly string[];
  /** Whether the manifest on disk was missing or different. */
  changed: boolean;
  /** Parses the manifest that was on disk. @returns its delivery, if this build has another one. */
  deliveryBefore(): Delivery | undefined;
  /** How many files the build read. */
  filesRead: number;
}

/**
 * Builds the manifest, the store and the types from `public/`: scan → hash,
 * freeze and find references → rewrite references → write. The manifest comes
 * last, so that it never names a file that the store lacks.
 *
 * @throws {SmartCacheError} and leaves the old manifest as it was.
 */
export function buildManifest(project: Project, options: BuildManifestOptions = {}): BuiltManifest {
  const { cacheDir } = project;
  const { algorithm } = project.options;
  const freezes = (options.write ?? true) && (options.freeze ?? true);
  const copies = freezes ? openStoredCopies(cacheDir, algorithm, options.checkCopies ?? false) : openUnstoredCopies(algorithm);
  try {
    return buildWith(project, options, copies, freezes);
  } finally {
    copies.close();
  }
}

function buildWith(project: Project, options: BuildManifestOptions, copies: Copies, freezes: boolean): BuiltManifest {
  const writes = options.write ?? true;
  const { algorithm, hashLength } = project.options;

  const scan = options.scan ?? scanProject(project);
  const cache = openScanCache(project.cacheDir, { algorithm, isFrozen: freezes });
  const hashed = hashFiles(project, scan.files, cache, copies, options.onProgress);

  // Static delivery has no rewrites that could share a path with a route.
  const routes = project.delivery === 'static' ? [] : listAppRoutes(project.root, project.pageExtensions);
  const hashedPaths = hashed.files.map(({ assetPath }) => assetPath);
  const shape = deriveHashedPathShape(hashedPaths, assetPathsOf(scan), hashLength, [], handlerMatcher(routes, hashLength));
  const rewritten = rewriteFiles(project, hashed.files, scan.plainPaths, shape, copies, cache.stateKey);
  copies.finish();

  const isNewToCache = hashed.filesRead > 0 || rewritten.stateKey !== cache.stateKey || copies.written > 0;
  const cacheWarnings = writes && isNewToCache ? saveScanCache(cache, hashed, rewritten, freezes) : [];
  const manifest = describeFiles(project, rewritten.outputs);
  if (writes) writeDeclaration(project.declarationPath, declareAssetPaths(assetPathsOf(scan)));
  const text = serializeManifest(manifest);
  const textBefore = readTextIfThere(project.manifestPath);
  if (writes && text !== textBefore) replaceText(project.manifestPath, text);

  const originalHashes = new Set(hashed.files.map(({ contentHash }) => contentHash));
  const contentHashes = new Map([...rewritten.outputs].map(([assetPath, { contentHash }]) => [assetPath, contentHash]));
  const current = new Set([...originalHashes, ...contentHashes.values()]);
  return {
    manifest,
    plainPaths: [...scan.plainPaths, ...rewritten.keptPlain].sort(compareAssetPaths),
    keptPlain: [...rewritten.keptPlain],
    leftToAsset: rewritten.leftToAsset,
    linkedDirectly: shape?.linkedDirectly ?? new Set(),
    routes,
    contentHashes,
    originalHashes,
    copies: new Set([...copies.found, ...current]),
    graph: rewritten.graph,
    warnings: [...rewritten.warnings, ...cacheWarnings],
    notices: [...noticesOfCache(project, cache), ...noticesOfCopies(project, copies, current)],
    changed: text !== textBefore,
    deliveryBefore: () => (text === textBefore ? undefined : otherDelivery(textBefore, manifest)),
    mayFindCopiesAgain: copies.unusablePacks.some(({ mayBeWhole }) => mayBeWhole),
    filesRead: hashed.filesRead,
  };
}

function assetPathsOf({ files, plainPaths }: Scan): string[] {
  return [...files.map(({ assetPath }) => assetPath), ...plainPaths];
}

interface HashedFiles {
  files: PublicFile[];
  filesRead: number;
  /** When reading began, in nanoseconds since the epoch. */
  readAtNs: bigint;
}

/** Hashes the files that the scan cache does not know or whose copy the store lacks. */
function hashFiles(
  { options }: Project,
  scanned: readonly ScannedFile[],
  cache: ScanCache,
  copies: Copies,
  onProgress: OnProgress | undefined,
): HashedFiles {
  const known = new Map<string, PublicFile>();
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
  // Drop these files from the cache first: if this build is killed, the next one must not trust half a copy.
  if (lacksCopy) cache.save(known.values());
  letClockTick(toRead);
  const readAtNs = nowNs();
  const job = { files: toRead, algorithm: options.algorithm, copies: toRead.length > 0 ? copies.openWriter() : undefined };
  const frozen = freezeFiles(job, onProgress);
  toRead.forEach(({ assetPath, absolutePath }, index) => {
    known.set(assetPath, { ...(frozen[index] as FrozenFile), assetPath, absolutePath });
  });
  const files = scanned.map(({ assetPath }) => known.get(assetPath) as PublicFile);
  return { files, filesRead: toRead.length, readAtNs };
}

/** A production build needs the cache. Development works without it, since a container may mount it read-only. */
function saveScanCache(cache: ScanCache, { files, readAtNs }: HashedFiles, rewritten: RewrittenFiles, isRequired: boolean): ErrorParts[] {
  const saved = files.filter((file) => !isRacy(file, readAtNs));
  try {
    cache.save(
      saved.map((file) => ({ ...file, result: rewritten.resultOf(file.assetPath) })),
      rewritten.stateKey,
    );
    return [];
  } catch (error) {
    if (isRequired || !(error instanceof SmartCacheError)) throw error;
    return [{ ...error.parts, what: 'The scan cache cannot be written, so each start reads every file of public/ again' }];
  }
}

function describeFiles({ options: { algorithm } }: Project, outputs: ReadonlyMap<string, Output>): Manifest {
  const assets: Manifest['assets'] = {};
  for (const [assetPath, { hash, url, integrity, size }] of outputs) assets[assetPath] = { hash, url, integrity, size };
  return { version: MANIFEST_VERSION, algorithm, assets };
}

function writeDeclaration(target: string, text: string): void {
  const before = readTextIfThere(target);
  if (before === text) return;
  if (before && !isAssetPathDeclaration(before)) throw createForeignFileError(target);
  replaceText(target, text);
}

/** `prebuild` and `next build` may run in environments that name different hosts. */
function otherDelivery(textBefore: string | undefined, manifest: Manifest): Delivery | undefined {
  if (textBefore === undefined) return undefined;
  try {
    const before = deliveryOf(parseManifest(textBefore, ''));
    return before === deliveryOf(manifest) ? undefined : before;
  } catch {
    // The manifest on disk is damaged, so its delivery is unknown.
    return undefined;
  }
}

function noticesOfCache({ root }: Project, { file, problem }: ScanCache): string[] {
  return problem === undefined ? [] : [`dropped ${path.relative(root, file)}, since ${problem}; every file is read again`];
}

function noticesOfCopies({ root, cacheDir }: Project, { damaged, unusablePacks }: Copies, current: ReadonlySet<string>): string[] {
  const unused = unusablePacks.map(
    ({ index, problem, mayBeWhole }) =>
      `${mayBeWhole ? 'did not use' : 'dropped'} ${path.relative(root, index)}, since ${problem}; the copies in its pack are made again from public/`,
  );
  const count = [...current].filter((contentHash) => damaged.has(contentHash)).length;
  if (count === 0) return unused;
  const folder = path.relative(root, openStore(cacheDir).filesDir);
  return [...unused, `${count} damaged ${count === 1 ? 'copy' : 'copies'} in ${folder}: made again from public/`];
}
