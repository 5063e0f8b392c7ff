import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { encodeAssetPath, fromHashedPath, toHashedPath } from '../core/asset-path.js';
import { hashedPathMatcher } from '../core/asset-path-globs.js';
import { SmartCacheError, systemErrorCode } from '../core/errors.js';
import { serializeManifest } from '../core/manifest-document.js';
import { REWRITE_STORE_URL, STORE_URL } from '../core/rewrite-rules.js';
import type { BuiltManifest } from './build-manifest.js';
import { readTextIfThere, removeQuietly, temporaryName, writeIfChanged } from './disk/atomic-write.js';
import { writeFailed } from './disk/file-errors.js';
import type { Project } from './project.js';
import { openStore, pruneStore, type Store } from './store/store.js';

/** What one deploy serves: URL, decoded, without `basePath` → content hash. */
export type Deploy = Readonly<Record<string, string>>;

/**
 * The deploys that are served once this build is: this one first, then as many
 * before it as `keep` allows. The same build once more is no new deploy.
 */
function deploysWith(project: Project, built: BuiltManifest): [current: Deploy, ...older: Deploy[]] {
  const current = toDeploy(built);
  const recorded = readDeploys(project);
  const older = recorded[0] && isSameDeploy(recorded[0], current) ? recorded.slice(1) : recorded;
  return [current, ...older.slice(0, project.options.keep).map((deploy) => withoutUnhashed(deploy, project))];
}

/** A file that is no longer hashed may be guarded now, so it is no longer served under its older hashed URLs. */
function withoutUnhashed(deploy: Deploy, { options: { include, exclude } }: Project): Deploy {
  const isHashed = hashedPathMatcher(include, exclude);
  return Object.fromEntries(Object.entries(deploy).filter(([url]) => isHashed(assetPathOf(url))));
}

/** The file that a URL of a deploy stands for. */
function assetPathOf(url: string): string {
  return fromHashedPath(isLinkedDirectly(url) ? url.slice(STORE_URL.length) : url);
}

/** The URLs that are served once this build is, this deploy's and older ones', without `basePath`, by asset path. */
export function servedUrls(project: Project, built: BuiltManifest): Map<string, string[]> {
  const urls = new Map<string, string[]>();
  for (const url of new Set(deploysWith(project, built).flatMap((deploy) => Object.keys(deploy)))) {
    const assetPath = assetPathOf(url);
    urls.set(assetPath, [...(urls.get(assetPath) ?? []), encodeAssetPath(url)]);
  }
  return urls;
}

/** Every asset path that the rewrites must lead to the store once this build is deployed, whether or not `public/` still has the file. */
export function rewrittenAssetPaths(project: Project, built: BuiltManifest): Set<string> {
  const urls = deploysWith(project, built).flatMap((deploy) => Object.keys(deploy));
  return new Set(urls.filter((url) => !isLinkedDirectly(url)).map(fromHashedPath));
}

/**
 * A name for what this build answers to hashed URLs: 10 hex digits, equal on
 * all replicas of one build. The manifest decides which bytes a stale hash
 * gets; the kept deploys decide which hashes are stale.
 */
export function nameDeploy(project: Project, built: BuiltManifest): string {
  const served = [serializeManifest(built.manifest), ...deploysWith(project, built).map((deploy) => JSON.stringify(deploy))];
  return createHash('sha256').update(served.join('\n')).digest('hex').slice(0, 10);
}

/** Decided when the manifest was written: the URL leads to the store without a rewrite. */
function isLinkedDirectly(url: string): boolean {
  return url.startsWith(`${STORE_URL}/`);
}

/** The recorded deploys, newest first. */
export function readDeploys({ cacheDir }: Project): Deploy[] {
  try {
    const deploys: unknown = JSON.parse(readTextIfThere(deploysFile(cacheDir)) ?? '[]');
    return Array.isArray(deploys) ? deploys.filter(isDeploy) : [];
  } catch {
    // Cut short: the older versions are gone, the current one is not touched by it.
    return [];
  }
}

/**
 * Links the frozen copies of this build, and of the deploys that `keep` still
 * allows, into folders that Next serves as immutable; each is replaced whole.
 * What the rewrites lead to lies in one of its own, which cannot be asked for:
 * middleware as a rule lets all of `/_next/static` pass, and may guard the
 * same file under its own path.
 *
 * @param distDir where Next has just built.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_STORE_DAMAGED` when a copy of this build is not there.
 */
export function linkStore(project: Project, built: BuiltManifest, distDir: string): void {
  const deploys = deploysWith(project, built);
  const [current] = deploys;
  const store = openStore(project.cacheDir);
  // Older first, so that where a custom fingerprint names two contents alike, the newer one stays.
  const links: Deploy = Object.assign({}, ...[...deploys].reverse());
  const isCurrent = (url: string) => Object.hasOwn(current, url);
  const fill = (storeUrl: string, files: readonly Link[]) =>
    replaceFolder(path.join(distDir, storeUrl.replace('/_next/', '')), (folder) => linkFiles(store, files, folder, isCurrent));
  const all = Object.entries(links).map(([url, contentHash]): Link => ({ url, contentHash }));
  fill(
    STORE_URL,
    all.filter(({ url }) => isLinkedDirectly(url)),
  );
  if (project.delivery === 'static') return;
  fill(
    REWRITE_STORE_URL,
    all.filter(({ url }) => !isLinkedDirectly(url)),
  );
}

/**
 * Writes down that this build is a deploy, and removes from the store what no
 * deploy serves any more. For builds that have come to their end: one that
 * failed was never deployed, and must not push an older one out.
 *
 * @param now milliseconds since the epoch, for the pruning of the store.
 */
export function recordDeploy(project: Project, built: BuiltManifest, now = Date.now()): void {
  const deploys = deploysWith(project, built);
  writeIfChanged(deploysFile(project.cacheDir), JSON.stringify(deploys));
  const kept = new Set([...deploys.flatMap((deploy) => Object.values(deploy)), ...built.sourceHashes]);
  pruneStore(openStore(project.cacheDir), (contentHash) => kept.has(contentHash), now);
}

function deploysFile(cacheDir: string): string {
  return path.join(cacheDir, 'deploys.json');
}

function isDeploy(value: unknown): value is Deploy {
  return typeof value === 'object' && value !== null && Object.values(value).every((contentHash) => typeof contentHash === 'string');
}

function toDeploy({ manifest, contentHashes }: BuiltManifest): Deploy {
  return Object.fromEntries(
    [...contentHashes].map(([assetPath, contentHash]) => {
      const { url = '', hash = '' } = manifest.assets[assetPath] ?? {};
      const hashedPath = toHashedPath(assetPath, hash);
      return [isLinkedDirectly(url) ? STORE_URL + hashedPath : hashedPath, contentHash];
    }),
  );
}

function isSameDeploy(a: Deploy, b: Deploy): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function replaceFolder(targetDir: string, fill: (folder: string) => void): void {
  const temporary = temporaryName(targetDir);
  try {
    fs.mkdirSync(temporary, { recursive: true });
    fill(temporary);
    fs.rmSync(targetDir, { recursive: true, force: true });
    fs.renameSync(temporary, targetDir);
  } catch (error) {
    removeQuietly(temporary);
    throw error instanceof SmartCacheError ? error : writeFailed(targetDir, error);
  }
}

interface Link {
  url: string;
  contentHash: string;
}

/** @param isRequired whether a file whose copy is gone is an error; older versions are then stale. */
function linkFiles(store: Store, links: readonly Link[], folder: string, isRequired: (url: string) => boolean): void {
  const made = new Set<string>();
  for (const { url, contentHash } of links) {
    const target = path.join(folder, isLinkedDirectly(url) ? url.slice(STORE_URL.length) : url);
    const parent = path.dirname(target);
    if (!made.has(parent)) {
      fs.mkdirSync(parent, { recursive: true });
      made.add(parent);
    }
    const frozen = store.pathOf(contentHash);
    try {
      linkOrCopy(frozen, target);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      if (isRequired(url)) throw storeDamaged(frozen, url, error);
    }
  }
}

/** A hard link to the frozen copy (which nobody edits), or a copy where the file system has none. */
function linkOrCopy(frozen: string, target: string): void {
  try {
    fs.linkSync(frozen, target);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') throw error;
    fs.copyFileSync(frozen, target, fs.constants.COPYFILE_FICLONE);
  }
}

function storeDamaged(frozen: string, url: string, cause: unknown): SmartCacheError {
  return new SmartCacheError(
    'ERR_SMART_CACHE_STORE_DAMAGED',
    {
      what: `The store has no frozen copy of ${url}`,
      where: frozen,
      why: 'it was deleted while the build was running',
      fix: 'run the build again; it makes the copies that are missing',
    },
    { cause },
  );
}
