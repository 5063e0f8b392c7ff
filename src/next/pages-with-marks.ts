import fs from 'node:fs';
import path from 'node:path';
import { findMarks, startOfMarks } from '../core/missing-assets-record.js';

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
