import fs from 'node:fs';
import path from 'node:path';
import { compareAssetPaths } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import type { BuiltSite } from '../core/nginx-areas.js';
import type { Project } from '../pipeline/project.js';
import { type Document, readBuiltProxy, readDocument } from './proxy-matchers.js';

/**
 * Reads a finished build: its static files, and the rules that Next follows
 * before it looks for a file. Next writes them to `routes-manifest.json`, in
 * the same form on Next 15.4 to 16.4.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_BUILD_UNUSABLE`
 */
export function readBuiltSite({ buildDir }: Project): BuiltSite {
  try {
    // `next start` needs it too; our checks remove it from a build that they refuse.
    const buildId = fs.readFileSync(path.join(buildDir, 'BUILD_ID'), 'utf8').trim();
    const routes = readDocument(buildDir, 'routes-manifest.json', 3);
    const { matchers, prefixes } = readBuiltProxy(buildDir);
    const { beforeFiles = [] } = Object(routes.rewrites) as Document;
    return {
      buildId,
      staticFiles: listRegularFiles(path.join(buildDir, 'static')),
      ...prefixes,
      matchers,
      redirects: checkRules(routes.redirects, 'redirects'),
      headers: checkRules(routes.headers, 'headers'),
      beforeFiles: checkRules(beforeFiles, 'rewrites'),
    };
  } catch (error) {
    throw buildUnusable(buildDir, error);
  }
}

/** Regular files alone: the build writes no links, and nginx follows none. */
function listRegularFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.lstatSync(path.join(folder, name)).isFile())
    .map((name) => name.split(path.sep).join('/'))
    .sort();
}

function checkRules<Rule>(rules: unknown, name: string): Rule[] {
  const isRule = (rule: unknown) => typeof Object(rule).source === 'string' && typeof Object(rule).regex === 'string';
  if (!Array.isArray(rules) || !rules.every(isRule))
    throw new Error(`routes-manifest.json has ${name} of another form than this package knows`);
  return rules as Rule[];
}

function buildUnusable(buildDir: string, cause: unknown): SmartCacheError {
  return new SmartCacheError(
    'ERR_SMART_CACHE_BUILD_UNUSABLE',
    {
      what: 'There is no finished build to read',
      where: buildDir,
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'run "next build" in the app\'s folder, or name that folder with --cwd DIR',
    },
    { cause },
  );
}

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
