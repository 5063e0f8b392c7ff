import { encodeAssetPath } from '../../core/asset-path.js';
import { SmartCacheError } from '../../core/errors.js';
import { type HashedPathShape, hashedPathShape } from '../../core/hashed-path-shape.js';
import type { Manifest } from '../../core/manifest-document.js';
import { type AppRoute, examplePath, findRoutesInShape, handlerMatcher } from '../../core/routes-in-shape.js';

export interface ShapeInput {
  manifest: Manifest;
  /** Every asset path in `public/`. */
  assetPaths: readonly string[];
  /** Asset paths of earlier deploys. */
  olderPaths: Iterable<string>;
  hashLength: number;
  routes: readonly AppRoute[];
}

export interface ShapeBesideRoutes {
  shape: HashedPathShape | undefined;
  /** Dynamic routes some of whose paths have the shape all the same. */
  dynamicRoutes: string[];
}

/**
 * The shape of hashed paths, without the app's own routes: a route that looks
 * hashed stays the app's, as a file of `public/` that looks hashed does.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ROUTE_CONFLICT` where that cannot be had.
 */
export function shapeBesideRoutes({ manifest, assetPaths, olderPaths, hashLength, routes }: ShapeInput): ShapeBesideRoutes {
  const older = [...olderPaths];
  const hasHandler = handlerMatcher(routes, hashLength);
  const shapeBeside = (own: readonly string[]) =>
    hashedPathShape(Object.keys(manifest.assets), [...assetPaths, ...own], hashLength, older, hasHandler);
  const shape = shapeBeside([]);
  const { fixed, dynamic } = findRoutesInShape(
    routes.map(({ path }) => path),
    shape,
    hashLength,
  );
  if (fixed.length === 0) return { shape, dynamicRoutes: dynamic };

  const urls = new Set(Object.values(manifest.assets).map(({ url }) => url.toLowerCase()));
  const sameAsUrl = fixed.filter((route) => urls.has(encodeAssetPath(route).toLowerCase()));
  if (sameAsUrl.length)
    throw routeConflict(sameAsUrl, 'a file of public/ has exactly this hashed URL, and only one of the two can be served');
  const beside = shapeBeside(fixed);
  // The manifest's URLs are made without knowing the routes, so these must not push a folder out of the shape.
  if (beside?.linkedDirectly.size !== shape?.linkedDirectly.size)
    throw routeConflict(fixed, 'there are too many of them to be told apart from hashed URLs of public/ one by one');
  return { shape: beside, dynamicRoutes: dynamic };
}

/** One line for each dynamic route that may see a path without its hash. */
export function warnOfDynamicRoutes(routes: readonly string[], hashLength: number): void {
  for (const route of routes) {
    const folder = route.slice(0, route.indexOf('/', 1));
    const example = examplePath(route, hashLength);
    console.warn(
      `next-smart-cache: the route ${route} shares ${folder} with public/: a path that looks hashed (${example}) reaches it without the hash; ` +
        `if it has such paths, rename it, or set delivery: 'static' or exclude: '${folder}/**' in the options of withSmartCache`,
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
