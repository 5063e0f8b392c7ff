import { createHash } from 'node:crypto';
import path from 'node:path';
import { fromHashedPath, toHashedPath } from '../core/asset-path.js';
import { hashedPathMatcher } from '../core/asset-path-globs.js';
import { type Manifest, serializeManifest } from '../core/manifest-document.js';
import { algorithmOf } from '../core/options.js';
import { storeFolderOf } from '../core/rewrite-rules.js';
import { isRecord, OTHER_VERSION, readCheckedDocument, serializeCheckedDocument, WRONG_CONTENT } from '../disk/checked-document.js';
import { writeIfChanged } from '../disk/files.js';
import type { BuiltManifest } from './build-manifest.js';
import type { Project } from './project.js';
import { openStore, pruneStore } from './store/store.js';

/** What one deploy serves: URL, decoded, without `basePath` → content hash. */
export type Deploy = Readonly<Record<string, string>>;

/** A file that some deploy serves. */
export interface DeployedFile {
  assetPath: string;
  /** Decoded, without `basePath`: `storeFolder`, and the hashed path in it. */
  url: string;
  hashedPath: string;
  /** The folder of the store that the URL begins with; `''` for a URL that needs a rewrite. */
  storeFolder: string;
  contentHash: string;
  /** Whether the build itself has the file, and not only an older deploy. */
  isCurrent: boolean;
}

/** The deploys that are served once a build is. */
export interface ServedDeploys {
  /** Newest first: that of the build itself, then as many before it as `keep` allows. */
  deploys: [current: Deploy, ...older: Deploy[]];
  /** Their files, each URL once. */
  files: readonly DeployedFile[];
  /** One line for each loss: files of older deploys that cannot be served any more. */
  notices: string[];
}

const VERSION = 1;

/**
 * The deploys that are served once this build is. The same build once more is
 * no new deploy. A file of an older deploy whose frozen copy is damaged or gone
 * is left out. Reads the record, so a build asks once.
 */
export function deploysWith(project: Project, built: BuiltManifest): ServedDeploys {
  const current = toDeploy(built);
  const { deploys: recorded, problem } = readRecord(project);
  const older = recorded[0] && isSameDeploy(recorded[0], current) ? recorded.slice(1) : recorded;
  const lost = new Set<string>();
  const { include, exclude, keep } = project.options;
  const isHashed = hashedPathMatcher(include, exclude);
  const whole = older.slice(0, keep).map((deploy): Deploy => {
    const entries = Object.entries(deploy).filter(([url, contentHash]) => {
      // A file that is no longer hashed may be guarded now.
      if (!isHashed(deployedFile(url, contentHash).assetPath)) return false;
      const isWhole = built.copies.has(contentHash);
      if (!isWhole && !Object.hasOwn(current, url)) lost.add(url);
      return isWhole;
    });
    return Object.fromEntries(entries);
  });
  const notices = [
    ...(problem === undefined ? [] : [`dropped ${path.relative(project.root, recordFile(project))}, since ${problem}; ${FORGOTTEN}`]),
    ...(lost.size === 0 ? [] : [describeLost([...lost])]),
  ];
  // Older first, so that where a custom fingerprint names two contents alike, the newer one stays.
  const urls: Deploy = Object.assign({}, ...whole.toReversed(), current);
  const files = Object.entries(urls).map(([url, contentHash]) => deployedFile(url, contentHash, Object.hasOwn(current, url)));
  return { deploys: [current, ...whole], files, notices };
}

const FORGOTTEN = 'the files that only older deploys had are no longer served';

/** Reads a URL of a deploy. */
function deployedFile(url: string, contentHash: string, isCurrent = false): DeployedFile {
  const storeFolder = storeFolderOf(url);
  const hashedPath = url.slice(storeFolder.length);
  return { assetPath: fromHashedPath(hashedPath), url, hashedPath, storeFolder, contentHash, isCurrent };
}

/**
 * Names the deploy by how it answers hashed URLs: 10 hex digits, equal on all
 * replicas of one build. The manifest decides which bytes a stale hash
 * gets; the kept deploys decide which hashes are stale.
 */
export function nameDeploy(manifest: Manifest, { deploys }: ServedDeploys): string {
  const served = [serializeManifest(manifest), ...deploys.map((deploy) => JSON.stringify(deploy))];
  return createHash('sha256').update(served.join('\n')).digest('hex').slice(0, 10);
}

/** The recorded deploys, newest first. */
export function readDeploys(project: Project): Deploy[] {
  return readRecord(project).deploys;
}

/** Whether the last build that ended well has served exactly what this manifest names. */
export function isLatestDeploy(project: Project, built: BuiltManifest): boolean {
  const [latest] = readDeploys(project);
  return latest !== undefined && isSameDeploy(latest, toDeploy(built));
}

/**
 * Writes down that this build is a deploy, and removes from the store what no
 * deploy serves any more. For builds that have come to their end: one that
 * failed was never deployed, and must not push an older one out.
 *
 * @param now milliseconds since the epoch, for the pruning of the store.
 */
export function recordDeploy(project: Project, built: BuiltManifest, now = Date.now()): void {
  const { deploys } = deploysWith(project, built);
  writeIfChanged(recordFile(project), serializeDeploys(deploys));
  const kept = new Set([...deploys.flatMap((deploy) => Object.values(deploy)), ...built.sourceHashes]);
  pruneStore(openStore(project.cacheDir), (contentHash) => kept.has(contentHash), now);
}

/** The text of `deploys.json`. */
export function serializeDeploys(deploys: readonly Deploy[]): string {
  return serializeCheckedDocument(JSON.stringify({ version: VERSION, deploys }));
}

function recordFile({ cacheDir }: Project): string {
  return path.join(cacheDir, 'deploys.json');
}

function readRecord(project: Project): { deploys: Deploy[]; problem?: string } {
  const document = readCheckedDocument(recordFile(project));
  if (document === undefined) return { deploys: [] };
  if ('problem' in document) return { deploys: [], problem: document.problem };
  const { body } = document;
  if (!isRecord(body)) return { deploys: [], problem: WRONG_CONTENT };
  if (body.version !== VERSION) return { deploys: [], problem: OTHER_VERSION };
  const { deploys } = body;
  return Array.isArray(deploys) && deploys.every(isDeploy) ? { deploys } : { deploys: [], problem: WRONG_CONTENT };
}

/** URLs and content hashes become names of files, so a wrong one must not get further, whatever the checksum says. */
function isDeploy(value: unknown): value is Deploy {
  return (
    isRecord(value) &&
    Object.entries(value).every(
      ([url, contentHash]) => isHashedUrl(url) && typeof contentHash === 'string' && algorithmOf(contentHash) !== undefined,
    )
  );
}

/**
 * Absolute, without `.`, `..` and empty segments, and with a hash in the name.
 * No name in `public/` holds a backslash, a NUL, or half a surrogate pair.
 */
function isHashedUrl(url: string): boolean {
  const isCanonical = url.startsWith('/') && path.posix.normalize(url) === url && !/[\\\0]|\p{Cs}/u.test(url);
  return isCanonical && /\.[0-9a-f]{8,64}(?:\.[^./]*)?$/.test(url);
}

function toDeploy({ manifest, contentHashes }: BuiltManifest): Deploy {
  return Object.fromEntries(
    [...contentHashes].map(([assetPath, contentHash]) => {
      const { url = '', hash = '' } = manifest.assets[assetPath] ?? {};
      return [storeFolderOf(url) + toHashedPath(assetPath, hash), contentHash];
    }),
  );
}

function isSameDeploy(a: Deploy, b: Deploy): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function describeLost(urls: readonly string[]): string {
  const named = urls.slice(0, 3).map((url) => JSON.stringify(url));
  const more = urls.length > named.length ? ` and ${urls.length - named.length} more` : '';
  return `dropped what older deploys served as ${named.join(', ')}${more}, since the frozen copy is damaged or gone`;
}
