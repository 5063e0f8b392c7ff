import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { describeRecord, MISSING_ASSETS_RECORD, type MissingAsset, type MissingAssetsRecord } from '../core/missing-assets-record.js';
import { readTextIfThere, removeQuietly } from '../pipeline/disk/atomic-write.js';
import type { Project } from '../pipeline/project.js';
import { assetsMissing } from './missing-assets-error.js';
import { findPagesWithMarks, removeCachedMarks } from './pages-with-marks.js';

/** By registered symbol: Next may load a config, and so this module, more than once in a process. */
const PROJECTS = Symbol.for('next-smart-cache.missing-assets');

/**
 * Lets rendering code record the asset paths that `public/` does not have, and
 * fails the build with the list of them when this process ends. By then all
 * pages are rendered. Before anything else waits for the end of the build, so
 * that a build that fails here is one that has failed for them too.
 */
export function failOfMissingAssets(project: Project): void {
  // With `experimental.workerThreads`, a worker has the id of the process that builds, and inherits its record.
  if (!isMainThread) return;
  const shared = globalThis as { [PROJECTS]?: Map<string, Project> };
  if (!shared[PROJECTS]) {
    const projects = new Map<string, Project>();
    shared[PROJECTS] = projects;
    const record = newRecord();
    process.env[MISSING_ASSETS_RECORD] = describeRecord(record);
    process.once('exit', () => {
      const missing = readRecord(record);
      if (missing.length > 0) failBuild(missing, [...projects.values()], record.token);
    });
  }
  // A config file may wrap more configs than the one that it exports.
  shared[PROJECTS].set(project.buildDir, project);
}

/** Of a name that no other build has: one that was killed leaves its own behind. */
function newRecord(): MissingAssetsRecord {
  const token = `${process.pid}x${randomBytes(6).toString('hex')}`;
  return { token, file: path.join(os.tmpdir(), `next-smart-cache-missing-${token}.jsonl`) };
}

/** What was recorded; the file is removed. */
function readRecord({ file }: MissingAssetsRecord): MissingAsset[] {
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

function failBuild(missing: readonly MissingAsset[], projects: readonly Project[], token: string): void {
  // First of all, whatever becomes of the list.
  process.exitCode = 1;
  // `next start` starts no build without it.
  for (const { buildDir } of projects) fs.rmSync(path.join(buildDir, 'BUILD_ID'), { force: true });
  const pages = projects.map(({ buildDir }) => findPagesWithMarks(path.join(buildDir, 'server'), token));
  const error = assetsMissing(missing, (assetPath) => pages.flatMap((found) => [...(found.get(assetPath) ?? [])]));
  // The first of several lines ends in a space.
  console.error(`\n${error.name} (${error.code}): ${error.message.replace(/ +$/gm, '')}`);
  for (const { buildDir } of projects) removeCachedMarks(path.join(buildDir, 'cache', 'fetch-cache'), token);
}
