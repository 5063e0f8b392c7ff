import { encodeAssetPath, toHashedPath } from './asset-path.js';
import type { HashedPathShape } from './hashed-path-shape.js';

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

/** A path of the route that looks as hashed as the route allows: `/img/[...slug]` → `/img/name.0000000000.png`. */
export function examplePath(route: string, hashLength: number, extension: string): string {
  return route
    .split('/')
    .map((segment) => (isDynamic(segment) ? `name.${madeUpHash(hashLength)}${extension}` : segment))
    .join('/');
}

/** Of the right shape, and no file's. */
export function madeUpHash(hashLength: number): string {
  return '0'.repeat(hashLength);
}

function isDynamic(route: string): boolean {
  return route.includes('[');
}
