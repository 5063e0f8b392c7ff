import fs from 'node:fs';
import path from 'node:path';
import { type ErrorParts, formatBytes, formatCount } from '../core/errors.js';
import { type Upload, warnOfHostLimits } from '../core/host-limits.js';
import type { BuiltManifest } from './build-manifest.js';
import type { ServedDeploys } from './deploys.js';
import type { Project } from './project.js';
import { openStore } from './store/store.js';

/** The hashed copies that a build puts below Next's static folder. */
export interface HashedCopies {
  files: number;
  bytes: number;
  /** Those among them that only older deploys have. */
  older: { url: string; bytes: number }[];
  /** How many older deploys are served too. */
  olderDeploys: number;
}

/** Measures what a build copies, or has copied. The store must have the files. */
export function measureCopies({ cacheDir }: Project, { manifest }: BuiltManifest, { deploys, files }: ServedDeploys): HashedCopies {
  const store = openStore(cacheDir);
  const older = files
    .filter(({ isCurrent }) => !isCurrent)
    .map(({ url, contentHash }) => ({ url, bytes: sizeOf(store.pathOf(contentHash)) }));
  const sizes = [...Object.values(manifest.assets).map(({ size }) => size), ...older.map(({ bytes }) => bytes)];
  return { files: sizes.length, bytes: sum(sizes), older, olderDeploys: deploys.length - 1 };
}

/** `34 files, 5.6 MB, 22 of them (2.2 MB) for 3 older deploys` */
export function describeCopies({ files, bytes, older, olderDeploys }: HashedCopies): string {
  const all = `${formatCount(files, 'file')}, ${formatBytes(bytes)}`;
  if (older.length === 0) return all;
  const olderBytes = formatBytes(sum(older.map((copy) => copy.bytes)));
  return `${all}, ${formatCount(older.length)} of them (${olderBytes}) for ${formatCount(olderDeploys, 'older deploy')}`;
}

/** Warns where a host that is recognised may refuse the deploy. */
export function warnOfUpload(project: Project, { manifest, stablePaths }: BuiltManifest, copies: HashedCopies): ErrorParts[] {
  if (project.hostLimits === undefined) return [];
  const originals = [...Object.keys(manifest.assets), ...stablePaths].map((assetPath) => ({
    name: `public${assetPath}`,
    bytes: sizeOf(path.join(project.publicDir, assetPath)),
    isOlder: false,
  }));
  const older = copies.older.map(({ url, bytes }) => ({ name: `${url} of an older deploy`, bytes, isOlder: true }));
  const upload: Upload = {
    files: originals.length + copies.files,
    bytes: sum(originals.map(({ bytes }) => bytes)) + copies.bytes,
    olderFiles: older.length,
    olderBytes: sum(older.map(({ bytes }) => bytes)),
    bySize: [...originals, ...older].sort((a, b) => b.bytes - a.bytes),
  };
  return warnOfHostLimits(project.hostLimits, upload);
}

/** 0 for a file that is gone by now. */
function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
