import { encodeAssetPath, toHashedPath } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import { deriveHashedPathShape, type HashedPathShape, isSameSet } from '../core/hashed-path-shape.js';
import { findRoutesInShape, handlerMatcher, makeExamplePath, makeUpHash } from '../core/routes-in-shape.js';
import type { BuiltManifest } from '../pipeline/build-manifest.js';
import { warn } from './smart-cache-app.js';

/**
 * Makes the shape of hashed paths, without the app's own routes: a route that
 * looks hashed stays a route, and a made-up hash does not reach a route.
 *
 * @param served files of this deploy and of older ones.
 * @returns also the routes that some path of the shape still reaches, without its hash.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ROUTE_CONFLICT` if no shape allows that.
 */
export function shapeBesideRoutes(
  { manifest, plainPaths, keptPlain, routes }: Pick<BuiltManifest, 'manifest' | 'plainPaths' | 'keptPlain' | 'routes'>,
  hashLength: number,
  served: readonly { assetPath: string }[] = [],
): { shape: HashedPathShape | undefined; routesReached: string[] } {
  const hashed = Object.keys(manifest.assets);
  const servedPaths = served.map(({ assetPath }) => assetPath);
  const hasHandler = handlerMatcher(routes, hashLength);
  // As in buildManifest, the shape includes the files that are kept plain: the URLs of the manifest depend on the shape.
  const shapeBeside = (own: readonly string[]) =>
    deriveHashedPathShape([...hashed, ...keptPlain], [...hashed, ...plainPaths, ...own], hashLength, servedPaths, hasHandler);
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
  // The manifest was built without the routes, so they must not push a folder out of the shape.
  const fits = (candidate: HashedPathShape | undefined) => isSameSet(candidate?.linkedDirectly, shape?.linkedDirectly);
  const besideAll = shapeBeside([...fixed, ...reached]);
  if (fits(besideAll)) return { shape: besideAll, routesReached: dynamic };
  const besideFixed = shapeBeside(fixed);
  if (!fits(besideFixed)) throw routeConflict(fixed, 'there are too many of them to be told apart from hashed URLs of public/ one by one');
  return { shape: besideFixed, routesReached: [...dynamic, ...reached] };
}

/** Prints one line for each route that may get a path without its hash. */
export function warnOfReachedRoutes(routes: readonly string[], hashLength: number, extension: string): void {
  const lines = routes.map((route) => {
    const folder = route.slice(0, route.indexOf('/', 1));
    const example = route.includes('[') ? makeExamplePath(route, hashLength, extension) : toHashedPath(route, makeUpHash(hashLength));
    return (
      `the route ${route} shares ${folder} with public/: a path that looks hashed (${example}) reaches it without the hash; ` +
      `if it has such paths, rename it, or set delivery: 'static' or exclude: '${folder}/**' in the options of withSmartCache`
    );
  });
  warn(lines);
}

function routeConflict(routes: readonly string[], why: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_ROUTE_CONFLICT', {
    what: 'Routes of the app look like hashed URLs of public/',
    where: routes.join(', '),
    why,
    fix: 'rename the routes, leave their folder out with the exclude option, or set another hash.length in the options of withSmartCache',
  });
}
