import { encodeAssetPath, toHashedPath } from './asset-path.js';
import type { HashedPathShape } from './hashed-path-shape.js';

/** A route of the app. */
export interface AppRoute {
  /** As Next writes it: `/img/[...slug]`. */
  path: string;
  /** Whether it is a route handler or an API route, and not a page. */
  isHandler: boolean;
}

/** Routes of the app whose paths the rewrites would take for hashed paths. */
export interface RoutesInShape {
  /** The route itself looks like a hashed path: `/js/lib.0123456789.js`. */
  fixed: string[];
  /** The rewrites map a path with a made-up hash to the route: `/js/feed.0000000000.js` → `/js/feed.js`. */
  reached: string[];
  /** A path of the route may look like a hashed path: `/img/[...slug]`, where `/img` is a folder of `public/`. */
  dynamic: string[];
}

/**
 * @param routes as Next writes them: `/img/[...slug]`.
 * @param shape `undefined` when nothing is hashed.
 */
export function findRoutesInShape(routes: readonly string[], shape: HashedPathShape | undefined, hashLength: number): RoutesInShape {
  if (shape === undefined) return { fixed: [], reached: [], dynamic: [] };
  // Next matches the whole path, without regard to case.
  const pattern = new RegExp(`^/${shape.pattern}$`, 'i');
  const looksHashed = (route: string) => pattern.test(encodeAssetPath(route));
  const fixed = routes.filter((route) => !isDynamic(route));
  return {
    fixed: fixed.filter(looksHashed),
    reached: fixed.filter((route) => looksHashed(toHashedPath(route, makeUpHash(hashLength)))),
    dynamic: routes.filter((route) => isDynamic(route) && looksHashed(makeExamplePath(route, hashLength, shape.exampleExtension))),
  };
}

/**
 * Makes a test for the top-level folders of `public/` (`''`: files in no
 * folder): whether a dynamic route handler may answer to a hashed path there.
 * Next drops a header of the handler's response if a header rule sets it
 * (`sendResponse`, seen on 15.4 to 16.4), so our rules must not match the path.
 */
export function handlerMatcher(routes: readonly AppRoute[], hashLength: number): (folder: string) => boolean {
  const looksHashed = new RegExp(`\\.[0-9a-f]{${hashLength}}(?:\\.[^./]+)?$`, 'i');
  const handlers = routes
    .filter(({ path, isHandler }) => isHandler && isDynamic(path) && looksHashed.test(makeExamplePath(path, hashLength, '.ext')))
    .map(({ path }) => path.toLowerCase().split('/').slice(1));
  return (folder) =>
    handlers.some(([first = '', ...more]) => {
      if (folder === '') return more.length === 0;
      const isInFolder = more.length > 0 || isCatchAll(first);
      return isInFolder && (isDynamic(first) || first === folder.toLowerCase() || first === encodeURIComponent(folder).toLowerCase());
    });
}

function isCatchAll(segment: string): boolean {
  return segment.includes('[...');
}

/** Makes a path of the route that looks hashed: `/img/[...slug]` → `/img/name.0000000000.png`. */
export function makeExamplePath(route: string, hashLength: number, extension: string): string {
  return route
    .split('/')
    .map((segment) => (isDynamic(segment) ? `name.${makeUpHash(hashLength)}${extension}` : segment))
    .join('/');
}

/** Makes a hash of the right length that no file has. */
export function makeUpHash(hashLength: number): string {
  return '0'.repeat(hashLength);
}

function isDynamic(route: string): boolean {
  return route.includes('[');
}
