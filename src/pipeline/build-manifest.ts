import fs from 'node:fs';
import { encodeAssetPath, toHashedPath } from '../core/asset-path.js';
import { declareAssetPaths } from '../core/asset-path-declaration.js';
import { type HashedPathShape, hashedPathShape, topLevelFolder } from '../core/hashed-path-shape.js';
import { MANIFEST_VERSION, type Manifest, serializeManifest } from '../core/manifest-document.js';
import { STORE_URL } from '../core/rewrite-rules.js';
import { writeIfChanged } from './atomic-write.js';
import { isRacy, letClockTick, nowNs } from './file-stamp.js';
import { hashForUrl } from './fingerprint.js';
import type { FrozenFile } from './freeze.js';
import { freezeInParallel } from './freeze-in-parallel.js';
import type { Project } from './project.js';
import { type Scan, type ScannedFile, scanPublicFolder } from './scan.js';
import { openScanCache } from './scan-cache.js';
import { listStore, openStore, sizeOfCopy } from './store.js';

export interface BuildManifestOptions {
  /** Whether frozen copies are made. Default: true; development has no store. */
  freeze?: boolean;
  /** Whether each copy in the store is looked at, in case a crash or a cache of CI has cut it short. Default: false. */
  checkCopies?: boolean;
  /** Whether an app without `public/` is one with an empty one, as it is for Next. Default: false. */
  mayLackPublic?: boolean;
}

export interface BuiltManifest {
  manifest: Manifest;
  /** Asset paths in `public/` that keep their name. */
  stablePaths: readonly string[];
  /** Asset path → whole content hash: the name of its frozen copy. */
  contentHashes: ReadonlyMap<string, string>;
  /** Whether the manifest on disk was missing or another one. */
  changed: boolean;
  /** How many files had to be read. */
  filesRead: number;
}

/** A file of `public/` with its hashes. */
interface HashedFile extends FrozenFile {
  assetPath: string;
}

/**
 * `public/` → manifest, store and types, in one visible order:
 * scan → hash and freeze → name → write. The manifest comes last, so that it
 * never names a file that is not in the store.
 *
 * @throws {SmartCacheError} and leaves the old manifest as it was.
 */
export function buildManifest(project: Project, options: BuildManifestOptions = {}): BuiltManifest {
  const isMissing = options.mayLackPublic && !fs.existsSync(project.publicDir);
  const scan = isMissing ? { files: [], stablePaths: [] } : scanPublicFolder(project.publicDir, project.options);
  const { files, filesRead } = hashFiles(project, scan.files, options);
  const shape = hashedPathShape(
    files.map(({ assetPath }) => assetPath),
    allPaths(scan),
    project.options.hashLength,
  );
  const manifest = describeFiles(project, files, shape, new Set(allPaths(scan)));
  writeIfChanged(project.declarationPath, declareAssetPaths(allPaths(scan)));
  return {
    manifest,
    stablePaths: scan.stablePaths,
    contentHashes: new Map(files.map(({ assetPath, contentHash }) => [assetPath, contentHash])),
    changed: writeIfChanged(project.manifestPath, serializeManifest(manifest)),
    filesRead,
  };
}

function* allPaths(scan: Scan): Iterable<string> {
  for (const { assetPath } of scan.files) yield assetPath;
  yield* scan.stablePaths;
}

/** Hashes what the scan cache does not know or the store does not hold. */
function hashFiles({ options, cacheDir }: Project, scanned: readonly ScannedFile[], { freeze = true, checkCopies }: BuildManifestOptions) {
  const cache = openScanCache(cacheDir, options.algorithm, freeze);
  const store = openStore(cacheDir);
  const stored = freeze ? listStore(store) : undefined;
  const isStored = (contentHash: string, size: number) =>
    !stored || (stored.has(contentHash) && (!checkCopies || sizeOfCopy(store, contentHash) === size));
  const files: HashedFile[] = [];
  const toRead: ScannedFile[] = [];
  let lacksCopy = false;
  for (const file of scanned) {
    const hashes = cache.find(file.assetPath, file.signature);
    if (hashes && isStored(hashes.contentHash, file.size)) {
      files.push(Object.assign(file, hashes));
    } else {
      toRead.push(file);
      lacksCopy ||= hashes !== undefined;
    }
  }
  // Forgotten first: a build that is killed now may leave a half copy under a name that the cache would vouch for.
  if (lacksCopy) cache.save(files);
  letClockTick(toRead);
  const readAtNs = nowNs();
  const frozen = freezeInParallel({ files: toRead, algorithm: options.algorithm, cacheDir: freeze ? cacheDir : undefined });
  toRead.forEach(({ assetPath }, index) => {
    files.push({ ...(frozen[index] as FrozenFile), assetPath });
  });
  if (toRead.length > 0) cache.save(files.filter((file) => !isRacy(file, readAtNs)));
  return { files, filesRead: toRead.length };
}

function describeFiles(
  { options, delivery }: Project,
  files: readonly HashedFile[],
  shape: HashedPathShape | undefined,
  names: ReadonlySet<string>,
): Manifest {
  const assets: Manifest['assets'] = {};
  for (const { assetPath, contentHash, integrity, size, modifiedMs } of files) {
    const hash = hashForUrl(options.fingerprint, options.hashLength, { assetPath, size, modifiedMs, contentHash });
    const hashedName = toHashedPath(assetPath, hash);
    // A file of that very name would be served in its place.
    const direct = delivery === 'static' || shape?.linkedDirectly.has(topLevelFolder(assetPath)) || names.has(hashedName);
    const hashedPath = encodeAssetPath(hashedName);
    assets[assetPath] = { hash, url: direct ? STORE_URL + hashedPath : hashedPath, integrity, size };
  }
  return { version: MANIFEST_VERSION, algorithm: options.algorithm, assets };
}
