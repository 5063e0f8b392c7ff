import { splitSuffix } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import {
  type AskedBy,
  MISSING_ASSETS_RECORD,
  type MissingAsset,
  markMissing,
  nameAsker,
  parseRecord,
} from '../core/missing-assets-record.js';
import { didYouMean, nearestNames } from '../core/nearest-names.js';
import type { RenderManifest } from '../core/render-manifest.js';
import { WRAPPED_BY } from '../core/shared-globals.js';
import { findUnlisted, unpackAssetPaths } from '../core/unlisted-assets.js';
import { warnOfUnlisted } from './unlisted-asset.js';

/** By registered symbol: a hot update evaluates this module anew, and servers bundle it more than once. */
const REPORTED: unique symbol = /* @__PURE__ */ Symbol.for('next-smart-cache.reported-missing');

type WithReported = { [REPORTED]?: Set<string> };

/** A path may come from a visitor, and a server runs for months. */
const MAX_REPORTED = 1000;

/**
 * A written path that the manifest does not know: fails `next build`, is said
 * once per path in development and in production, and never takes a live page
 * down. Says nothing where no app is wired up (Jest, Storybook).
 *
 * In `next build` rendering goes on, so that all missing paths are listed in
 * the end and not only the first: the path is recorded, and the URL marked.
 *
 * One that only the browser is not given an entry for is a warning in
 * `next build` too: the site works, and which paths are asked for may be
 * decided by data that changes without any code.
 *
 * @param url the original URL, to be used in place of a hashed one.
 * @returns the URL to use.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ASSET_MISSING`, in `next build`, where nothing can be recorded.
 */
export function reportMissingAsset(written: string, url: string, manifest: RenderManifest, askedBy: AskedBy): string {
  if (manifest.onMissing === undefined) return url;
  // Bundlers know `typeof window`: none of this is sent to browsers in production.
  if (typeof window !== 'undefined' && process.env.NODE_ENV === 'production') return url;
  const { path } = splitSuffix(written);
  const breaksBuild = manifest.onMissing === 'error' && isNextBuild();
  const reported = reportedPaths();
  if ((reported.has(path) || reported.size >= MAX_REPORTED) && !breaksBuild) return url;
  reported.add(path);
  const unlisted = findUnlisted(manifest.unlisted, written);
  if (unlisted !== undefined) {
    warnOfUnlisted(unlisted);
    return url;
  }
  const component = nameAsker(askedBy);
  const marked = breaksBuild && recordMissingAsset(url, path, component, () => nearestTo(path, manifest));
  if (marked) return marked;
  const error = missingAsset(path, component, nearestTo(path, manifest));
  if (breaksBuild) throw error;
  console.warn(`next-smart-cache: ${error.message}`);
  return url;
}

/** For development: a path that is there, so that it is said again when its file is removed once more. */
export function forgetMissingAsset(written: string): void {
  (globalThis as WithReported)[REPORTED]?.delete(splitSuffix(written).path);
}

function reportedPaths(): Set<string> {
  const shared = globalThis as WithReported;
  shared[REPORTED] ??= new Set();
  return shared[REPORTED];
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

/** What is used of `node:fs`. */
interface FileSystem {
  appendFileSync(file: string, text: string): void;
}

const recorded = new Set<string>();

/**
 * Keeps a missing path for the list with which `next build` fails in the end.
 *
 * @param listNearest called once for each path.
 * @returns the URL with a mark, by which the pages that hold it are found; or
 * `undefined` where nothing can be recorded, such as in the edge runtime.
 */
function recordMissingAsset(url: string, path: string, component: string, listNearest: () => string[]): string | undefined {
  const record = parseRecord(process.env[MISSING_ASSETS_RECORD]);
  if (!record) return undefined;
  const key = `${record.token} ${component} ${path}`;
  if (!recorded.has(key)) {
    const missing: MissingAsset = { path, component, nearest: listNearest() };
    try {
      const fs = fileSystem();
      if (!fs) return undefined;
      fs.appendFileSync(record.file, `${JSON.stringify(missing)}\n`);
    } catch {
      return undefined;
    }
    recorded.add(key);
  }
  return markMissing(url, path, record.token);
}

/**
 * By reflection: an import would be bundled for browsers, and Next warns of
 * `process.getBuiltinModule` in code that the edge runtime may run. Node has it
 * from 20.16 on.
 */
function fileSystem(): FileSystem | undefined {
  const getBuiltinModule: unknown = Reflect.get(process, 'getBuiltinModule');
  return typeof getBuiltinModule === 'function' ? (getBuiltinModule('node:fs') as FileSystem) : undefined;
}

let isSaid = false;

/**
 * The manifest at hand is the empty one that the package ships, on the server.
 * In Jest, Storybook or a plain script that is as it should be, and nothing is
 * said. Inside of Next it means that no hashed URL is ever rendered.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_CONFIG_DROPPED` in `next build`,
 * if the config was wrapped; otherwise it is one warning.
 */
export function reportUnwired(path: string): void {
  // next/jest loads the config and Next, too.
  if (process.env.NODE_ENV === 'test') return;
  const isWrapped = process.env[WRAPPED_BY] !== undefined;
  if (isWrapped && isNextBuild()) throw aliasesDropped(path);
  if (isSaid || !(isWrapped || process.env.NEXT_RUNTIME)) return;
  isSaid = true;
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
      'name such a package in transpilePackages; in next.config, write the original URL',
  });
}

function notWrapped(path: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_CONFIG_DROPPED', {
    what: 'Assets are linked under their original URLs, without a hash',
    where: path,
    why: 'the Next config is not wrapped',
    fix: 'write "export default withSmartCache(nextConfig)" in next.config, with withSmartCache from "next-smart-cache/config"',
  });
}

/** `next build` sets this for the processes that render pages. */
function isNextBuild(): boolean {
  return typeof window === 'undefined' && process.env.NEXT_PHASE === 'phase-production-build';
}
