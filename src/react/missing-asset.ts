import { splitSuffix } from '../core/asset-path.js';
import { describeProblem, SmartCacheError } from '../core/errors.js';
import { didYouMean, nearestNames } from '../core/message-text.js';
import { findUnlisted, globForNeighbours, type RenderManifest, unpackAssetPaths } from '../core/render-manifest.js';
import { MISSING_ASSETS_FILE, type MissingAsset, sharedGlobals, WRAPPED_BY } from '../core/shared-globals.js';

/** The component that asked for an asset path; `undefined` is `asset()`, so that browser bundles do not hold its name. */
export type AskedBy = 'CachedScript' | 'CachedStyle' | undefined;

/** A path may come from a visitor, and a server runs for months. */
const MAX_REPORTED = 1000;

/**
 * Reports a path that the manifest does not know. `next build` fails at its
 * end, with the list of all such paths: rendering goes on, and each path is
 * recorded. In development and in production, it is one warning per path.
 * Where no app is wired up (Jest, Storybook), nothing happens.
 *
 * A path that only the browser has no entry for is a warning in `next build`
 * too: the site works, and data that changes without any code may decide which
 * paths are asked for.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ASSET_MISSING`, in `next build`, where nothing can be recorded.
 */
export function reportMissingAsset(written: string, manifest: RenderManifest, askedBy: AskedBy): void {
  if (manifest.onMissing === undefined) return;
  // Bundlers know `typeof window`: none of this is sent to browsers in production.
  if (typeof window !== 'undefined' && process.env.NODE_ENV === 'production') return;
  const { path } = splitSuffix(written);
  const breaksBuild = manifest.onMissing === 'error' && isNextBuild();
  const shared = sharedGlobals();
  shared.reportedMissing ??= new Set();
  const reported = shared.reportedMissing;
  if ((reported.has(path) || reported.size >= MAX_REPORTED) && !breaksBuild) return;
  reported.add(path);
  const unlisted = findUnlisted(manifest.unlisted, written);
  if (unlisted !== undefined) {
    warnOfUnlisted(unlisted);
    return;
  }
  const component = nameAsker(askedBy);
  if (breaksBuild && recordMissingAsset(path, component, () => nearestTo(path, manifest))) return;
  const error = missingAsset(path, component, nearestTo(path, manifest));
  if (breaksBuild) throw error;
  console.warn(`next-smart-cache: ${error.message}`);
}

/** Forgets that a path was reported. In development, the file may be added, and removed again. */
export function forgetMissingAsset(written: string): void {
  sharedGlobals().reportedMissing?.delete(splitSuffix(written).path);
}

function nameAsker(askedBy: AskedBy): string {
  return askedBy ? `<${askedBy}>` : 'asset()';
}

function nearestTo(path: string, { assets, unlisted }: RenderManifest): string[] {
  return nearestNames(path, new Set([...Object.keys(assets), ...unpackAssetPaths(unlisted)]));
}

function missingAsset(path: string, component: string, nearest: readonly string[]): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_ASSET_MISSING', {
    what: 'public/ has no file for an asset path',
    where: `${path}, asked for by ${component}`,
    why: path.startsWith('/') ? 'the name is mistyped, or the file is not there' : 'asset paths begin with "/"',
    fix: nearest.length ? didYouMean(nearest) : 'add the file to public/, or correct the path in your source',
  });
}

const recorded = new Set<string>();

/**
 * Appends a missing path to the file from which `next build` reads them at its end.
 *
 * @param listNearest called once for each path.
 * @returns `false` where nothing can be written, such as in the edge runtime.
 */
function recordMissingAsset(path: string, component: string, listNearest: () => string[]): boolean {
  const file = process.env[MISSING_ASSETS_FILE];
  const fs = fileSystem();
  if (file === undefined || !fs) return false;
  const key = `${file} ${component} ${path}`;
  if (recorded.has(key)) return true;
  const missing: MissingAsset = { path, component, nearest: listNearest() };
  try {
    fs.appendFileSync(file, `${JSON.stringify(missing)}\n`);
  } catch {
    return false;
  }
  recorded.add(key);
  return true;
}

/**
 * Uses reflection: bundlers would put an import into browser bundles, and Next
 * warns about `process.getBuiltinModule` in code that the edge runtime may run.
 * Node has this function from 20.16 on.
 */
function fileSystem(): { appendFileSync(file: string, text: string): void } | undefined {
  const getBuiltinModule: unknown = Reflect.get(process, 'getBuiltinModule');
  return typeof getBuiltinModule === 'function' ? getBuiltinModule('node:fs') : undefined;
}

let isReported = false;

/**
 * Reports that the server renders with the empty manifest of the package, so
 * that no URL is hashed. In Jest, Storybook or a plain script, that is correct.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_CONFIG_DROPPED` in `next build`,
 * if the config was wrapped; otherwise it is one warning.
 */
export function reportEmptyManifest(path: string): void {
  // next/jest loads the config and Next too.
  if (process.env.NODE_ENV === 'test') return;
  const isWrapped = process.env[WRAPPED_BY] !== undefined;
  if (isWrapped && isNextBuild()) throw aliasesDropped(path);
  if (isReported || !(isWrapped || process.env.NEXT_RUNTIME)) return;
  isReported = true;
  console.warn(`next-smart-cache: ${(isWrapped ? aliasesDropped(path) : notWrapped(path)).message}`);
}

function aliasesDropped(path: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_CONFIG_DROPPED', {
    what: 'An asset path cannot be looked up, because the bundler did not use the aliases of withSmartCache',
    where: path,
    why:
      'another wrapper, or the config itself, replaces rewrites, webpack, turbopack.resolveAlias or transpilePackages afterwards; ' +
      'or asset() is called where Next bundles nothing: in next.config, or in a package of node_modules that a page of the Pages Router uses',
    fix:
      'let withSmartCache be outermost: "export default withSmartCache(withOther(nextConfig))", or call and spread what it returned; ' +
      'name such a package in transpilePackages; in next.config, write the plain URL',
  });
}

function notWrapped(path: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_CONFIG_DROPPED', {
    what: 'Assets have their plain URLs, without a hash',
    where: path,
    why: 'the Next config is not wrapped',
    fix: 'write "export default withSmartCache(nextConfig)" in next.config, with withSmartCache from "next-smart-cache/config"',
  });
}

/** `next build` sets `NEXT_PHASE` for the processes that render pages. */
function isNextBuild(): boolean {
  return typeof window === 'undefined' && process.env.NEXT_PHASE === 'phase-production-build';
}

/** Until the app source is scanned and compiled, a path that was just typed looks unlisted. */
const SCAN_MS = 5000;

const waiting = new Set<string>();
const warnedGlobs = new Set<string>();

/** Warns of a file without a client entry, once for each glob to add to `clientAssets`. */
export function warnOfUnlisted(assetPath: string): void {
  const glob = globForNeighbours(assetPath);
  if (warnedGlobs.has(glob)) return;
  warnedGlobs.add(glob);
  const problem = describeProblem({
    what: 'In production, client code gets the plain URL of a file, not the hashed one',
    where: assetPath,
    why: 'the browser gets the paths that your source holds in quotes, and this path is put together at run time',
    fix: `list it in the second argument of withSmartCache() in your next.config: clientAssets: ['${glob}']`,
  });
  console.warn(`next-smart-cache: ${problem}`);
}

/**
 * Warns in development, where every file has an entry, of a path that client
 * code will lack in production. It first gives the scan time to find the path.
 */
export function warnLaterOfUnlisted(written: string, { unlisted }: RenderManifest): void {
  const assetPath = findUnlisted(unlisted, written);
  if (assetPath === undefined || waiting.has(assetPath) || warnedGlobs.has(globForNeighbours(assetPath))) return;
  waiting.add(assetPath);
  setTimeout(() => {
    waiting.delete(assetPath);
    if (findUnlisted(sharedGlobals().newestManifest?.unlisted, assetPath) !== undefined) warnOfUnlisted(assetPath);
  }, SCAN_MS);
}
