import fs from 'node:fs';
import path from 'node:path';
import { compareAssetPaths } from '../core/asset-path.js';
import type { Project } from '../pipeline/project.js';
import { readDocument } from './checks/proxy-matchers.js';

/** A page that `next build` has rendered. */
export interface BuiltPage {
  /** Absolute. */
  file: string;
  /** As the table of `next build` names it: `/blog/first`. */
  route: string;
  /** The path of its URL, without `basePath`. */
  pathname: string;
}

/** The pages that Next has rendered, sorted by file. */
export function listBuiltPages({ buildDir, exportDir, isExport, publicDir }: Project): BuiltPage[] {
  const folders = isExport ? [exportDir] : ['app', 'pages'].map((router) => path.join(buildDir, 'server', router));
  const pages = folders.flatMap((folder) =>
    listFiles(folder, '.html')
      // An export has the HTML files of `public/` too.
      .filter((name) => !(isExport && fs.existsSync(path.join(publicDir, name))))
      .map((name) => {
        const pathname = `/${name.slice(0, -'.html'.length).replace(/(^|\/)index$/, '$1')}`;
        return { file: path.join(folder, name), route: pathname.replace(/(.)\/$/, '$1'), pathname };
      }),
  );
  // Next copies `/_not-found` to 404.html: count it once.
  return pages.some(({ route }) => route === '/_not-found') ? pages.filter(({ route }) => route !== '/404') : pages;
}

/** Files below a folder with this extension, relative to it, with `/` in between, sorted; none where there is no folder. */
export function listFiles(folder: string, extension: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => name.split(path.sep).join('/'))
    .sort(compareAssetPaths);
}

/** Routes of pages that have not been rendered for any URL, sorted: Next renders them on request. */
export function listDynamicRoutes({ buildDir }: Pick<Project, 'buildDir'>, pages: readonly BuiltPage[]): string[] {
  const { routes = {} } = readDocument(buildDir, 'prerender-manifest.json') as { routes?: Record<string, { srcRoute?: string | null }> };
  const rendered = new Set(pages.map(({ route }) => route));
  for (const [route, { srcRoute }] of Object.entries(routes)) rendered.add(srcRoute ?? route);
  return [...new Set([...routesOfApp(buildDir), ...routesOfPages(buildDir)])]
    .filter((route) => !rendered.has(route))
    .sort(compareAssetPaths);
}

/** Routes of `app/`, without route handlers, without Next's own, and without those that open in the place of another one (`(.)photo`). */
function routesOfApp(buildDir: string): string[] {
  return entriesOf(buildDir, 'app-path-routes-manifest.json')
    .filter(([file, route]) => /\/page$/.test(file) && !/^\/_|\(\.{1,3}\)/.test(route))
    .map(([, route]) => route);
}

/** Routes of `pages/`, without API routes and Next's own. */
function routesOfPages(buildDir: string): string[] {
  return entriesOf(buildDir, 'server/pages-manifest.json')
    .filter(([route]) => !/^\/(?:_|api(?:\/|$)|(?:404|500)$)/.test(route))
    .map(([route]) => route);
}

/** An app without the router in question has no such file. */
function entriesOf(buildDir: string, name: string): [string, string][] {
  return fs.existsSync(path.join(buildDir, name)) ? (Object.entries(readDocument(buildDir, name)) as [string, string][]) : [];
}
