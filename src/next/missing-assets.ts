import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { compareAssetPaths } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import { didYouMean, visible } from '../core/message-text.js';
import { MISSING_ASSETS_FILE, type MissingAsset, sharedGlobals } from '../core/shared-globals.js';
import { readTextIfThere, removeQuietly } from '../disk/files.js';
import type { Project } from '../pipeline/project.js';

/**
 * Tells rendering code where to record missing assets, and fails the build
 * with the list of them when this process exits: all pages are rendered by
 * then. Call it before anything else waits for the end of the build, which
 * must see that the build has failed.
 */
export function failOnMissingAssets({ buildDir }: Pick<Project, 'buildDir'>): void {
  // With `experimental.workerThreads`, a worker has the id of the process that builds, and inherits its record.
  if (!isMainThread) return;
  const shared = sharedGlobals();
  if (!shared.buildFolders) {
    const buildFolders = new Set<string>();
    shared.buildFolders = buildFolders;
    // The name is unique: a killed build leaves its file, which must not count as the record of this build.
    const file = path.join(os.tmpdir(), `next-smart-cache-missing-${process.pid}x${randomBytes(6).toString('hex')}.jsonl`);
    process.env[MISSING_ASSETS_FILE] = file;
    process.once('exit', () => {
      const missing = readRecord(file);
      if (missing.length > 0) failBuild(missing, buildFolders);
    });
  }
  // A config file may wrap more configs than the one that it exports.
  shared.buildFolders.add(buildDir);
}

/** Reads the record, and removes its file. */
function readRecord(file: string): MissingAsset[] {
  const text = readTextIfThere(file);
  if (text === undefined) return [];
  removeQuietly(file);
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

/** A worker that was killed may leave half a line. */
function parseLine(line: string): MissingAsset | undefined {
  try {
    return JSON.parse(line) as MissingAsset;
  } catch {
    return undefined;
  }
}

function failBuild(missing: readonly MissingAsset[], buildFolders: ReadonlySet<string>): void {
  // Whatever happens to the message, the exit code is set.
  process.exitCode = 1;
  // `next start` does not start a build without it.
  for (const buildDir of buildFolders) fs.rmSync(path.join(buildDir, 'BUILD_ID'), { force: true });
  const error = createMissingAssetsError(missing);
  // `where` begins with a line break, so the first line of the message ends in a space.
  console.error(`\n${error.name} (${error.code}): ${error.message.replace(/ +$/gm, '')}`);
  // A value that `unstable_cache` kept may hold a missing path. The next build would not ask for the path again, and would pass.
  for (const buildDir of buildFolders) fs.rmSync(path.join(buildDir, 'cache', 'fetch-cache'), { recursive: true, force: true });
}

/** Makes the error that lists all missing asset paths of a build, each with what asked for it. */
export function createMissingAssetsError(missing: readonly MissingAsset[]): SmartCacheError {
  const paths = [...new Set(missing.map((each) => each.path))].sort(compareAssetPaths);
  const lines = paths.map((assetPath) => describe(missing.filter((each) => each.path === assetPath)));
  return new SmartCacheError('ERR_SMART_CACHE_ASSET_MISSING', {
    what: lines.length === 1 ? '1 asset path is not in public/' : `${lines.length} asset paths are not in public/`,
    where: lines.map((line) => `\n  ${visible(line)}`).join(''),
    hasLines: true,
    why: paths.every((assetPath) => assetPath.startsWith('/'))
      ? 'the names are mistyped, or the files are not there'
      : 'the names are mistyped, or the files are not there; and asset paths begin with "/"',
    fix: "correct the paths in your source or in the data that it reads, or add the files to public/; onMissing: 'warn' in the second argument of withSmartCache() lets such a build pass",
  });
}

/** @param askedFor all records of one path. */
function describe(askedFor: readonly MissingAsset[]): string {
  const [{ path: assetPath, nearest }] = askedFor as [MissingAsset];
  const hint = nearest.length > 0 ? ` (${didYouMean(nearest)})` : '';
  const components = [...new Set(askedFor.map(({ component }) => component))].sort().join(' and ');
  return `${assetPath}${hint}  asked for by ${components}`;
}
