import { encodeAssetPath, toHashedPath } from './asset-path.js';
import type { HashedPathShape } from './hashed-path-shape.js';

/** A route of the app. */
export interface AppRoute {
  /** As Next writes it: `/img/[...slug]`. */
  path: string;
  /** Whether it is a route handler or an API route, and not a page. */
  isHandler: boolean;
}

/** Routes of the app, written as Next writes them (`/img/[...slug]`), whose paths the rewrites would take for hashed ones. */
export interface RoutesInShape {
  /** The route itself looks like a hashed path: `/js/lib.0123456789.js`. */
  fixed: string[];
  /** The route is fixed, and a path with a made-up hash would lead to it: `/js/feed.js`. */
  reached: string[];
  /** Some path of the route does: `/img/[...slug]`, where `/img` is a folder of `public/`. */
  dynamic: string[];
}

/** @param shape `undefined` when nothing is hashed. */
export function findRoutesInShape(routes: readonly string[], shape: HashedPathShape | undefined, hashLength: number): RoutesInShape {
  if (shape === undefined) return { fixed: [], reached: [], dynamic: [] };
  // As Next matches a rule: whole, and regardless of case.
  const pattern = new RegExp(`^/${shape.pattern}$`, 'i');
  const looksHashed = (route: string) => pattern.test(encodeAssetPath(route));
  const fixed = routes.filter((route) => !isDynamic(route));
  return {
    fixed: fixed.filter(looksHashed),
    reached: fixed.filter((route) => looksHashed(toHashedPath(route, madeUpHash(hashLength)))),
    dynamic: routes.filter((route) => isDynamic(route) && looksHashed(examplePath(route, hashLength, shape.exampleExtension))),
  };
}

/**
 * Makes a test for the top-level folders of `public/` (`''`: its own files):
 * whether some dynamic route handler may answer to a hashed path there. Next
 * adds a header of a handler's response only if no header rule sets it
 * (`sendResponse`, seen on 15.4 to 16.4), so no rule of ours may match such a
 * path.
 */
export function handlerMatcher(routes: readonly AppRoute[], hashLength: number): (folder: string) => boolean {
  const looksHashed = new RegExp(`\\.[0-9a-f]{${hashLength}}(?:\\.[^./]+)?$`, 'i');
  const handlers = routes
    .filter(({ path, isHandler }) => isHandler && isDynamic(path) && looksHashed.test(examplePath(path, hashLength, '.ext')))
    .map(({ path }) => path.toLowerCase().split('/').slice(1));
  return (folder) =>
    handlers.some(([first = '', ...more]) => {
      if (folder === '') return more.length === 0;
      const isBelowFolder = more.length > 0 || isCatchAll(first);
      return isBelowFolder && (isDynamic(first) || first === folder.toLowerCase() || first === encodeURIComponent(folder).toLowerCase());
    });
}

function isCatchAll(segment: string): boolean {
  return segment.includes('[...');
}

/** A path of the route that looks as hashed as the route allows: `/img/[...slug]` → `/img/name.0000000000.png`. */
export function examplePath(route: string, hashLength: number, extension: string): string {
  return route
    .split('/')
    .map((segment) => (isDynamic(segment) ? `name.${madeUpHash(hashLength)}${extension}` : segment))
    .join('/');
}

/** A hash of the right shape that no file has. */
export function madeUpHash(hashLength: number): string {
  return '0'.repeat(hashLength);
}

function isDynamic(route: string): boolean {
  return route.includes('[');
}
