import { encodeAssetPath } from './asset-path.js';
import type { HashedPathShape } from './hashed-path-shape.js';

/** Routes of the app, written as Next writes them (`/img/[...slug]`), whose paths the rewrites would take for hashed ones. */
export interface RoutesInShape {
  /** The route itself looks like a hashed path: `/js/lib.0123456789.js`. */
  fixed: string[];
  /** Some path of the route does: `/img/[...slug]`, where `/img` is a folder of `public/`. */
  dynamic: string[];
}

/** @param shape `undefined` when nothing is hashed. */
export function findRoutesInShape(routes: readonly string[], shape: HashedPathShape | undefined, hashLength: number): RoutesInShape {
  if (shape === undefined) return { fixed: [], dynamic: [] };
  // As Next matches a rule: whole, and regardless of case.
  const looksHashed = new RegExp(`^/${shape.pattern}$`, 'i');
  const caught = routes.filter((route) => looksHashed.test(encodeAssetPath(examplePath(route, hashLength))));
  return { fixed: caught.filter((route) => !isDynamic(route)), dynamic: caught.filter(isDynamic) };
}

/** A path of the route that looks as hashed as the route allows: `/img/[...slug]` → `/img/name.0000000000.ext`. */
export function examplePath(route: string, hashLength: number): string {
  return route
    .split('/')
    .map((segment) => (isDynamic(segment) ? `name.${'0'.repeat(hashLength)}.ext` : segment))
    .join('/');
}

function isDynamic(route: string): boolean {
  return route.includes('[');
}
