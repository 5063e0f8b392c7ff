import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { compareAssetPaths } from '../core/asset-path.js';
import { SmartCacheError, visible } from '../core/errors.js';
import {
  describeRecord,
  findMarks,
  MISSING_ASSETS_RECORD,
  type MissingAsset,
  type MissingAssetsRecord,
  startOfMarks,
} from '../core/missing-assets-record.js';
import { didYouMean } from '../core/nearest-names.js';
import { readTextIfThere, removeQuietly } from '../disk/files.js';
import type { Project } from '../pipeline/project.js';

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

const MAX_PAGES = 5;

/** All missing asset paths of a build, each with what asked for it, and where. */
export function assetsMissing(missing: readonly MissingAsset[], pagesOf: (assetPath: string) => readonly string[]): SmartCacheError {
  const byPath = new Map<string, MissingAsset[]>();
  for (const each of missing) byPath.set(each.path, [...(byPath.get(each.path) ?? []), each]);
  const paths = [...byPath.keys()].sort(compareAssetPaths);
  const lines = paths.map((assetPath) => describe(assetPath, byPath.get(assetPath) ?? [], pagesOf(assetPath)));
  return new SmartCacheError('ERR_SMART_CACHE_ASSET_MISSING', {
    what: lines.length === 1 ? '1 asset path is not in public/' : `${lines.length} asset paths are not in public/`,
    where: lines.map((line) => `\n  ${visible(line)}`).join(''),
    hasLines: true,
    why: paths.every((assetPath) => assetPath.startsWith('/'))
      ? 'the names are mistyped, or the files are not there'
      : 'the names are mistyped, or the files are not there; and asset paths begin with "/"',
    fix: "correct the paths in your source, or add the files to public/; onMissing: 'warn' in the second argument of withSmartCache() lets such a build pass",
  });
}

function describe(assetPath: string, askedFor: readonly MissingAsset[], pages: readonly string[]): string {
  const nearest = askedFor[0]?.nearest ?? [];
  const hint = nearest.length > 0 ? ` (${didYouMean(nearest)})` : '';
  const components = [...new Set(askedFor.map(({ component }) => component))].sort().join(' and ');
  return `${assetPath}${hint}  asked for by ${components}${listPages([...new Set(pages)].sort(compareAssetPaths))}`;
}

/** Nothing where no page holds it: it was asked for, but is in nothing that was rendered. */
function listPages(pages: readonly string[]): string {
  if (pages.length === 0) return '';
  const more = pages.length - MAX_PAGES;
  return ` on ${pages.slice(0, MAX_PAGES).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

/** What Next renders into: HTML, React's payload, the answer of a route handler, data of a page, response headers. */
const RENDERED = /\.(?:html|rsc|body|json|meta)$/;

/**
 * Which pages hold the marks of missing asset paths.
 *
 * @param serverDir `.next/server`.
 * @returns asset path → pages, as in a URL.
 */
export function findPagesWithMarks(serverDir: string, token: string): Map<string, Set<string>> {
  const pages = new Map<string, Set<string>>();
  for (const router of ['app', 'pages']) {
    const folder = path.join(serverDir, router);
    for (const file of listFiles(folder)) {
      if (!RENDERED.test(file)) continue;
      for (const assetPath of findMarks(fs.readFileSync(path.join(folder, file), 'utf8'), token)) {
        pages.set(assetPath, (pages.get(assetPath) ?? new Set()).add(pageOf(file)));
      }
    }
  }
  return pages;
}

/** Next keeps what was fetched or computed from build to build: marks must not come back in one that has nothing to complain of. */
export function removeCachedMarks(fetchCacheDir: string, token: string): void {
  for (const file of listFiles(fetchCacheDir)) {
    const cached = path.join(fetchCacheDir, file);
    if (fs.readFileSync(cached).includes(startOfMarks(token))) fs.rmSync(cached, { force: true });
  }
}

/**
 * The page that a rendered file belongs to.
 *
 * @example pageOf('blog/first.segments/_tree.segment.rsc') // '/blog/first'
 */
function pageOf(file: string): string {
  const page = file
    .split(path.sep)
    .join('/')
    .replace(/\.segments\/.*$/, '')
    .replace(RENDERED, '');
  return page === 'index' ? '/' : `/${page}`;
}

/** Files below a folder, relative to it; none where there is no folder. */
function listFiles(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
