import { encodeAssetPath, toHashedPath } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import { type HashedPathShape, hashedPathShape, isSameSet } from '../core/hashed-path-shape.js';
import type { Manifest } from '../core/manifest-document.js';
import { visible } from '../core/message-text.js';
import { type AppRoute, examplePath, findRoutesInShape, handlerMatcher, madeUpHash } from '../core/routes-in-shape.js';

export interface ShapeInput {
  manifest: Manifest;
  /** Asset paths that the globs would have hashed. */
  hashedPaths: readonly string[];
  /** Every asset path in `public/`. */
  assetPaths: readonly string[];
  /** Asset paths of earlier deploys. */
  olderPaths: Iterable<string>;
  hashLength: number;
  routes: readonly AppRoute[];
}

export interface ShapeBesideRoutes {
  shape: HashedPathShape | undefined;
  /** Routes that some path of the shape still reaches, without its hash. */
  routesReached: string[];
}

/**
 * Makes the shape of hashed paths without the app's own routes. A route that
 * looks hashed stays a route, as a file of `public/` that looks hashed stays a
 * file, and a made-up hash does not lead to a route.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ROUTE_CONFLICT` where that cannot be had.
 */
export function shapeBesideRoutes({ manifest, hashedPaths, assetPaths, olderPaths, hashLength, routes }: ShapeInput): ShapeBesideRoutes {
  const older = [...olderPaths];
  const hasHandler = handlerMatcher(routes, hashLength);
  const shapeBeside = (own: readonly string[]) => hashedPathShape(hashedPaths, [...assetPaths, ...own], hashLength, older, hasHandler);
  const shape = shapeBeside([]);
  const { fixed, reached, dynamic } = findRoutesInShape(
    routes.map(({ path }) => path),
    shape,
    hashLength,
  );
  if (fixed.length + reached.length === 0) return { shape, routesReached: dynamic };
  const urls = new Set(Object.values(manifest.assets).map(({ url }) => url.toLowerCase()));
  const sameAsUrl = fixed.filter((route) => urls.has(encodeAssetPath(route).toLowerCase()));
  if (sameAsUrl.length)
    throw routeConflict(sameAsUrl, 'a file of public/ has exactly this hashed URL, and only one of the two can be served');
  // The manifest's URLs are made without knowing the routes, so these must not push a folder out of the shape.
  const fits = (candidate: HashedPathShape | undefined) => isSameSet(candidate?.linkedDirectly, shape?.linkedDirectly);
  const besideAll = shapeBeside([...fixed, ...reached]);
  if (fits(besideAll)) return { shape: besideAll, routesReached: dynamic };
  const besideFixed = shapeBeside(fixed);
  if (!fits(besideFixed)) throw routeConflict(fixed, 'there are too many of them to be told apart from hashed URLs of public/ one by one');
  return { shape: besideFixed, routesReached: [...dynamic, ...reached] };
}

/** One line for each route that may see a path without its hash. */
export function warnOfReachedRoutes(routes: readonly string[], hashLength: number, extension: string): void {
  for (const route of routes) {
    const folder = route.slice(0, route.indexOf('/', 1));
    const example = route.includes('[') ? examplePath(route, hashLength, extension) : toHashedPath(route, madeUpHash(hashLength));
    console.warn(
      visible(
        `next-smart-cache: the route ${route} shares ${folder} with public/: a path that looks hashed (${example}) reaches it without the hash; ` +
          `if it has such paths, rename it, or set delivery: 'static' or exclude: '${folder}/**' in the options of withSmartCache`,
      ),
    );
  }
}

function routeConflict(routes: readonly string[], why: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_ROUTE_CONFLICT', {
    what: 'Routes of the app look like hashed URLs of public/',
    where: routes.join(', '),
    why,
    fix: 'rename the routes, leave their folder out with the exclude option, or set another hash.length in the options of withSmartCache',
  });
}
