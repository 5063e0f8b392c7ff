import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { listAppRoutes } from '../app-source/app-routes.js';
import type { ErrorParts } from '../core/errors.js';
import { type Manifest, serializeManifest } from '../core/manifest-document.js';
import { isRecord, readCheckedDocument, serializeCheckedDocument } from '../disk/checked-document.js';
import { readTextIfThere, replaceText } from '../disk/files.js';
import { isRacy, stampOf } from '../disk/hash-file.js';
import type { Project } from './project.js';
import type { Scan } from './scan.js';
import { listFiles, openStore } from './store.js';

/** The parts of a build's result that the command line prints if nothing has changed. */
export interface BuildSummary {
  files: number;
  /** The size of all files together. */
  bytes: number;
  warnings: readonly ErrorParts[];
  /** The files of older deploys that `next build` will serve, in words. */
  olderCopies?: string | undefined;
}

/**
 * Returns the summary of the last build if this one would change nothing: the
 * files, the project and everything that the last build wrote are the same.
 * Such a build need not parse the scan cache.
 *
 * @param version of the package.
 * @throws {SmartCacheError} for a store that cannot be listed.
 */
export function findSameBuild(project: Project, scan: Scan, version: string): BuildSummary | undefined {
  const document = mayBeRemembered(project) ? readCheckedDocument(recordFile(project)) : undefined;
  if (document === undefined || 'problem' in document || !isRecord(document.body)) return undefined;
  const { state, summary } = document.body;
  return state === describeState(project, scan, version, readTextIfThere(project.manifestPath)) ? (summary as BuildSummary) : undefined;
}

export interface FinishedBuild {
  scan: Scan;
  /** When the scan began, in nanoseconds since the epoch. */
  scanAtNs: bigint;
  /** The manifest of this build. The one on disk may already be that of another build. */
  manifest: Manifest;
}

/** Remembers a build for the next one. */
export function rememberBuild(project: Project, { scan, scanAtNs, manifest }: FinishedBuild, version: string, summary: BuildSummary): void {
  const { files, bytes, warnings, olderCopies } = summary;
  // A build without files prints other lines than the summary has.
  if (files === 0 || !mayBeRemembered(project) || scan.files.some((file) => isRacy(file, scanAtNs))) return;
  const state = describeState(project, scan, version, serializeManifest(manifest));
  const body = JSON.stringify({ state, summary: { files, bytes, warnings, olderCopies } });
  try {
    replaceText(recordFile(project), serializeCheckedDocument(body));
  } catch {
    // The cache may be read-only. The next build then looks at everything.
  }
}

/**
 * Whether the state covers all that the build depends on. A fingerprint function
 * may return another text each time, and the warnings of a host depend on files
 * that the scan does not stat.
 */
function mayBeRemembered({ options, hostLimits }: Project): boolean {
  return typeof options.fingerprint !== 'function' && hostLimits === undefined;
}

function recordFile({ cacheDir }: Project): string {
  return path.join(cacheDir, 'last-build.json');
}

/** Returns a hash of everything that a build reads or has written, except the bytes of copies, which `next build` checks. */
function describeState(project: Project, { files, plainPaths }: Scan, version: string, manifestText: string | undefined): string {
  const { cacheDir, declarationPath, pageExtensions, root } = project;
  const store = openStore(cacheDir);
  const names = listFiles(store).sort();
  const ofPacks = names.filter((name) => name.includes('.pack')).map((name) => path.join(store.filesDir, name));
  const inCache = ['scan.json', 'deploys.json'].map((name) => path.join(cacheDir, name));
  const hash = createHash('sha256');
  hash.update(JSON.stringify([version, project, listAppRoutes(root, pageExtensions), plainPaths, names]));
  hash.update(files.map(({ assetPath, signature }) => `${assetPath}\0${signature}`).join('\0\0'));
  hash.update([...inCache, ...ofPacks].map(signatureOf).join('\0'));
  for (const text of [manifestText, readTextIfThere(declarationPath)]) hash.update(`\0${text ?? '\0'}`);
  return hash.digest('hex');
}

function signatureOf(file: string): string {
  const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? '' : stampOf(stats).signature;
}
