import fs from 'node:fs';
import path from 'node:path';
import type { AppRoute } from '../core/routes-in-shape.js';

/** Files that wrap other pages and are not routes. */
const SPECIAL_PAGES = new Set(['/_app', '/_document', '/_error']);

/**
 * Lists the routes of an app's folders as Next writes them:
 * `/js/lib.0123456789.js`, `/img/[...slug]`. Next's own manifests list them only
 * after Next has asked for the rewrites (seen on 15.4 to 16.4).
 *
 * @param root the app's folder.
 */
export function listAppRoutes(root: string, pageExtensions: readonly string[]): AppRoute[] {
  const routes = new Map<string, AppRoute>();
  for (const file of filesUnder(findRoutesFolder(root, 'app'), ignoresAppFolder)) addRoute(routes, appRoute(file, pageExtensions));
  for (const file of filesUnder(findRoutesFolder(root, 'pages'), () => false)) addRoute(routes, pageRoute(file, pageExtensions));
  return [...routes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Next reads `src/app` only if `app` is missing; `pages` likewise. */
function findRoutesFolder(root: string, name: 'app' | 'pages'): string {
  const folder = path.join(root, name);
  return fs.existsSync(folder) ? folder : path.join(root, 'src', name);
}

function addRoute(routes: Map<string, AppRoute>, route: AppRoute | undefined): void {
  if (route !== undefined) routes.set(route.path, route);
}

/** Lists the files of a folder as `/a/b.tsx`. A missing folder has none, nor has a file in its place, which Next reports. */
function* filesUnder(folder: string, ignores: (name: string) => boolean, prefix = ''): Iterable<string> {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = `${prefix}/${entry.name}`;
    if (!entry.isDirectory()) yield file;
    else if (!ignores(entry.name)) yield* filesUnder(path.join(folder, entry.name), ignores, file);
  }
}

/**
 * Private folders have no routes
 * (https://nextjs.org/docs/app/getting-started/project-structure#private-folders).
 * Intercepting ones show a route that has its own folder.
 */
function ignoresAppFolder(name: string): boolean {
  return name.startsWith('_') || /^\(\.{1,3}\)/.test(name);
}

/** `/(shop)/@modal/img/[id]/page.tsx` → `/img/[id]`; `undefined` for a file that makes no route. */
function appRoute(file: string, pageExtensions: readonly string[]): AppRoute | undefined {
  const { dir, base } = path.posix.parse(file);
  if (!pageExtensions.some((extension) => base === `page.${extension}` || base === `route.${extension}`)) return undefined;
  const segments = dir.split('/').filter((segment) => segment && !segment.startsWith('@') && !/^\(.*\)$/.test(segment));
  // `%5F` is how a route begins with an underscore.
  return { path: `/${segments.map((segment) => segment.replace(/^%5F/, '_')).join('/')}`, isHandler: base.startsWith('route.') };
}

/** `/js/index.tsx` → `/js`; `undefined` for a file that makes no route. */
function pageRoute(file: string, pageExtensions: readonly string[]): AppRoute | undefined {
  const extension = pageExtensions.find((candidate) => file.endsWith(`.${candidate}`));
  if (extension === undefined) return undefined;
  const route = file.slice(0, -extension.length - 1);
  if (SPECIAL_PAGES.has(route)) return undefined;
  return { path: route.replace(/\/index$/, '') || '/', isHandler: /^\/api(?:\/|$)/.test(route) };
}
