import { createHash } from 'node:crypto';
import path from 'node:path';
import { fromHashedPath, toHashedPath } from '../core/asset-path.js';
import { hashedPathMatcher } from '../core/asset-path-globs.js';
import { type ErrorParts, SmartCacheError } from '../core/errors.js';
import { algorithmOf, type Manifest, serializeManifest } from '../core/manifest-document.js';
import { storeFolderOf } from '../core/rewrite-rules.js';
import {
  isRecord,
  OTHER_VERSION,
  readCheckedDocument,
  serializeCheckedDocument,
  type UnusableDocument,
  WRONG_CONTENT,
} from '../disk/checked-document.js';
import { writeFailed, writeIfChanged } from '../disk/files.js';
import type { BuiltManifest } from './build-manifest.js';
import { pruneVariants } from './encoded/variant-record.js';
import type { Project } from './project.js';
import { pruneStore } from './prune-store.js';
import { openStore } from './store.js';

/** The files of one deploy: decoded URL without `basePath` → content hash. */
export type Deploy = Readonly<Record<string, string>>;

/** A file that some deploy serves. */
export interface DeployedFile {
  assetPath: string;
  /** Decoded, without `basePath`: `storeFolder` and then `hashedPath`. */
  url: string;
  hashedPath: string;
  /** The folder of the store at the start of the URL; `''` for a URL that needs a rewrite. */
  storeFolder: string;
  contentHash: string;
  /** Whether the build itself has the file, and not only an older deploy. */
  isCurrent: boolean;
}

/** The deploys that the server of a build serves. */
export interface ServedDeploys {
  /** Newest first: the deploy of the build itself, then as many older ones as `keep` allows. */
  deploys: [current: Deploy, ...older: Deploy[]];
  /** The deploys to record: with the files of older deploys whose copies a later build may find. */
  toRecord: Deploy[];
  /** Their files, each URL once. */
  files: readonly DeployedFile[];
  /** One line for each loss of files of older deploys. */
  notices: string[];
}

const VERSION = 1;

/**
 * Lists the deploys that the server of this build serves. Building the same files
 * again is not a new deploy. Files of older deploys whose frozen copy is damaged
 * or missing are left out.
 */
export function deploysWith(project: Project, built: BuiltManifest): ServedDeploys {
  const current = toDeploy(built);
  const { deploys: recorded, problem, mayBeWhole } = readRecord(project);
  const older = recorded[0] && isSameDeploy(recorded[0], current) ? recorded.slice(1) : recorded;
  const lost = new Set<string>();
  const { include, exclude, keep } = project.options;
  const isHashed = hashedPathMatcher(include, exclude);
  const kept = older.slice(0, keep);
  const whole = kept.map((deploy): Deploy => {
    const entries = Object.entries(deploy).filter(([url, contentHash]) => {
      // A proxy may guard a file that the globs no longer select.
      if (!isHashed(deployedFile(url, contentHash).assetPath)) return false;
      const isWhole = built.copies.has(contentHash);
      if (!isWhole && !Object.hasOwn(current, url)) lost.add(url);
      return isWhole;
    });
    return Object.fromEntries(entries);
  });
  const notices = [
    ...(problem === undefined
      ? []
      : [`${mayBeWhole ? 'did not use' : 'dropped'} ${path.relative(project.root, recordFile(project))}, since ${problem}; ${FORGOTTEN}`]),
    ...describeLost([...lost]),
  ];
  // The newest deploy comes last: a custom fingerprint may give two contents one URL, and the newer content must win.
  const urls: Deploy = Object.assign({}, ...whole.toReversed(), current);
  const files = Object.entries(urls).map(([url, contentHash]) => deployedFile(url, contentHash, Object.hasOwn(current, url)));
  return { deploys: [current, ...whole], toRecord: [current, ...(built.mayFindCopiesAgain ? kept : whole)], files, notices };
}

const FORGOTTEN = 'the files that only older deploys had are no longer served';

function deployedFile(url: string, contentHash: string, isCurrent = false): DeployedFile {
  const storeFolder = storeFolderOf(url);
  const hashedPath = url.slice(storeFolder.length);
  return { assetPath: fromHashedPath(hashedPath), url, hashedPath, storeFolder, contentHash, isCurrent };
}

/**
 * Returns a name for the deploy: 10 hex digits, the same on all replicas of one
 * build. It changes when the answer to any hashed URL may change: the manifest
 * decides which bytes a stale hash gets, and the kept deploys decide which hashes
 * are stale.
 */
export function nameDeploy(manifest: Manifest, { deploys }: ServedDeploys): string {
  const served = [serializeManifest(manifest), ...deploys.map((deploy) => JSON.stringify(deploy))];
  return createHash('sha256').update(served.join('\n')).digest('hex').slice(0, 10);
}

/** Returns the recorded deploys, newest first. */
export function readDeploys(project: Project): Deploy[] {
  return readRecord(project).deploys;
}

/** Whether the last successful build has exactly the files of this manifest. */
export function isLatestDeploy(project: Project, built: BuiltManifest): boolean {
  const [latest] = readDeploys(project);
  return latest !== undefined && isSameDeploy(latest, toDeploy(built));
}

/**
 * Records this build as a deploy, and removes the copies that no deploy serves
 * any more. Only for successful builds: a failed one is never deployed, and must
 * not push an older deploy out.
 *
 * @param now milliseconds since the epoch.
 * @returns problems that do not stop the build: its own files are in place.
 */
export function recordDeploy(project: Project, built: BuiltManifest, now = Date.now()): ErrorParts[] {
  const { problem, mayBeWhole } = readRecord(project);
  if (problem !== undefined && mayBeWhole) {
    const fix = 'make it readable for this user, or remove it, and run the build again';
    return [{ what: NOT_RECORDED, where: recordFile(project), why: problem, fix }];
  }
  const { toRecord } = deploysWith(project, built);
  try {
    writeIfChanged(recordFile(project), serializeDeploys(toRecord));
  } catch (error) {
    // The record on disk still names older deploys, so their copies must stay.
    return [{ ...problemOf(error, recordFile(project)), what: NOT_RECORDED }];
  }
  const kept = new Set([...toRecord.flatMap((deploy) => Object.values(deploy)), ...built.originalHashes]);
  const keepsVariants = project.options.precompress !== undefined;
  pruneVariants(project.cacheDir, (contentHash) => keepsVariants && kept.has(contentHash), now);
  const store = openStore(project.cacheDir);
  try {
    pruneStore(store, (contentHash) => kept.has(contentHash), now);
    return [];
  } catch (error) {
    return [{ ...problemOf(error, store.filesDir), what: 'The build cache keeps copies that no deploy needs, since it cannot be pruned' }];
  }
}

const NOT_RECORDED = 'This deploy is not recorded, so the next deploys will not serve its files';

function problemOf(error: unknown, target: string): ErrorParts {
  return error instanceof SmartCacheError ? error.parts : writeFailed(target, error).parts;
}

/** Returns the text of `deploys.json`. */
export function serializeDeploys(deploys: readonly Deploy[]): string {
  return serializeCheckedDocument(JSON.stringify({ version: VERSION, deploys }));
}

function recordFile({ cacheDir }: Project): string {
  return path.join(cacheDir, 'deploys.json');
}

function readRecord(project: Project): { deploys: Deploy[] } & Partial<UnusableDocument> {
  const document = readCheckedDocument(recordFile(project));
  if (document === undefined) return { deploys: [] };
  if ('problem' in document) return { deploys: [], ...document };
  const { body } = document;
  if (!isRecord(body)) return { deploys: [], problem: WRONG_CONTENT };
  if (body.version !== VERSION) return { deploys: [], problem: OTHER_VERSION };
  const { deploys } = body;
  return Array.isArray(deploys) && deploys.every(isDeploy) ? { deploys } : { deploys: [], problem: WRONG_CONTENT };
}

/** URLs and content hashes become names of files, so this check must stop wrong ones, even with a correct checksum. */
function isDeploy(value: unknown): value is Deploy {
  return (
    isRecord(value) &&
    Object.entries(value).every(
      ([url, contentHash]) => isHashedUrl(url) && typeof contentHash === 'string' && algorithmOf(contentHash) !== undefined,
    )
  );
}

/**
 * Whether a URL is absolute, without `.`, `..` and empty segments, and has a hash
 * in its name. No name in `public/` has a backslash, a NUL, or half a surrogate pair.
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

/** Returns one line, or none if nothing is lost. */
export function describeLost(urls: readonly string[]): string[] {
  if (urls.length === 0) return [];
  const listed = urls.slice(0, 3).map((url) => JSON.stringify(url));
  const more = urls.length > listed.length ? ` and ${urls.length - listed.length} more` : '';
  return [`dropped ${listed.join(', ')}${more} of older deploys, since the frozen copy is damaged or missing`];
}
