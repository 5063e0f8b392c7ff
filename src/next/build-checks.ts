import fs from 'node:fs';
import path from 'node:path';
import { encodeAssetPath, toHashedPath } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import { type FileToGuard, findGuardGaps, type HashedUrl, hasOtherPaths, type UnguardedUrl } from '../core/guarded-files.js';
import { topLevelFolder } from '../core/hashed-path-shape.js';
import { type HeaderRule, isAboutCaching, isOwnHeaderRule, optimizerPathIn } from '../core/header-rules.js';
import { parseManifest } from '../core/manifest-document.js';
import { formatCount, visible } from '../core/message-text.js';
import { REWRITE_STORE_URL } from '../core/rewrite-rules.js';
import { makeUpHash } from '../core/routes-in-shape.js';
import { sharedGlobals } from '../core/shared-globals.js';
import { readTextIfThere } from '../disk/files.js';
import type { BuiltManifest } from '../pipeline/build-manifest.js';
import type { ServedDeploys } from '../pipeline/deploys.js';
import type { Project } from '../pipeline/project.js';
import { whenBuildSucceeds } from './environment.js';
import { readBuiltProxy } from './finished-build.js';
import { warn } from './smart-cache-app.js';

/**
 * Checks, when this process ends, that the build used the config that
 * `withSmartCache` returned. If a wrapper outside replaces `rewrites` or
 * `compiler`, every hashed URL is a 404. Next writes the final rewrites down
 * only at the end of a build.
 *
 * @param hasHeaders whether the wrapped config has header rules of ours.
 */
export function checkWhenFinished(project: Project, hasHeaders: boolean): void {
  const shared = sharedGlobals();
  if (!shared.configChecks) {
    const all = new Map<string, (() => readonly string[])[]>();
    shared.configChecks = all;
    whenBuildSucceeds(() => {
      const dropped = [...all].flatMap(([root, checks]) => {
        const keys = checks.map((findDropped) => findDropped());
        // A config file may wrap more configs than the one that it exports.
        return keys.every((each) => each.length > 0) ? [{ root, keys: keys.at(-1) ?? [] }] : [];
      });
      if (dropped.length > 0) throw configDropped(dropped);
    });
  }
  const checks = shared.configChecks.get(project.root) ?? [];
  shared.configChecks.set(project.root, [...checks, () => findDroppedKeys(project, hasHeaders, startOfProcess())]);
}

/**
 * Finds the keys of the wrapped config that a finished build did not use. Finds
 * none if no build finished since `startedAt` (milliseconds since the epoch):
 * `next typegen`, `next info` and others load the config for a build too.
 */
export function findDroppedKeys(project: Project, hasHeaders: boolean, startedAt: number): string[] {
  const { buildDir, delivery, manifestPath, storeUrl } = project;
  const routesManifest = path.join(buildDir, 'routes-manifest.json');
  const written = fs.statSync(routesManifest, { throwIfNoEntry: false })?.mtimeMs;
  if (written === undefined || written < startedAt) return [];
  const text = fs.readFileSync(routesManifest, 'utf8');
  const manifestText = readTextIfThere(manifestPath);
  const urls =
    manifestText === undefined ? undefined : Object.values(parseManifest(manifestText, manifestPath).assets).map(({ url }) => url);
  const dropped: string[] = [];
  if (!fs.existsSync(path.join(buildDir, storeUrl.replace('/_next/', '')))) dropped.push('compiler.runAfterProductionCompile');
  // Our `rewrites()` writes the manifest. No manifest: Next did not call it.
  const needsRewrites = delivery === 'rewrite' && urls?.length !== 0;
  if (needsRewrites && !text.includes(REWRITE_STORE_URL)) dropped.push('rewrites');
  if (hasHeaders) {
    const change = findChangeOfHeaders(JSON.parse(text) as RoutesManifest, urls ?? []);
    if (change !== undefined) dropped.push(`headers${change}`);
  }
  return dropped;
}

/** The parts of `routes-manifest.json` that this file reads. */
interface RoutesManifest {
  headers?: (HeaderRule & { regex: string })[];
  basePath?: string;
  i18n?: { locales: readonly string[] };
}

/** Says how a wrapper changed our header rules; `undefined` if it did not change what they do. */
function findChangeOfHeaders({ headers = [], basePath = '', i18n }: RoutesManifest, urls: readonly string[]): string | undefined {
  const last = headers.findLastIndex(isOwnHeaderRule);
  if (last === -1) return '';
  // With `i18n`, Next puts the default locale in front of a path before it matches.
  const prefixes = ['', ...(i18n?.locales ?? []).map((locale) => `/${locale}`)].map((prefix) => basePath + prefix);
  const later = headers.slice(last + 1);
  const paths = [...urls, ...later.flatMap((rule) => optimizerPathIn(rule) ?? [])];
  for (const { source, regex, headers: set } of later.filter((rule) => optimizerPathIn(rule) === undefined)) {
    const key = set.find((header) => isAboutCaching(header.key))?.key;
    const pattern = new RegExp(regex, 'i');
    if (key && paths.some((url) => prefixes.some((prefix) => pattern.test(prefix + url))))
      return ` (the rule for "${source}" comes after them and sets ${key})`;
  }
  return undefined;
}

/** Some file systems store whole seconds only. */
function startOfProcess(): number {
  return Math.floor((Date.now() - process.uptime() * 1000) / 1000) * 1000;
}

function configDropped(dropped: readonly { root: string; keys: readonly string[] }[]): SmartCacheError {
  const keys = [...new Set(dropped.flatMap((each) => each.keys))];
  return new SmartCacheError('ERR_SMART_CACHE_CONFIG_DROPPED', {
    what: `next build did not use ${keys.join(' and ')} of the config that withSmartCache returned`,
    // One process may build several apps.
    where: dropped.length === 1 ? 'next.config' : dropped.map(({ root }) => path.join(root, 'next.config')).join(', '),
    why: 'another wrapper, or the config itself, replaces them or adds to them afterwards; hashed URLs would not be served as immutable, or not at all',
    fix: 'let withSmartCache be outermost: "export default withSmartCache(withOther(nextConfig))"; or call and spread what it returned',
  });
}

/**
 * Fails a finished build if the proxy guards the plain path of a file but not
 * each of its hashed URLs.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_UNGUARDED`
 */
export function checkGuards(project: Project, built: BuiltManifest, served: ServedDeploys, distDir: string): void {
  const gaps = findGaps(project, built, served, distDir);
  if (gaps === undefined) return;
  const { unguarded, beyondWholeSite, isUnderOtherPaths } = gaps;
  if (unguarded.length > 0) throw notGuarded(unguarded, isUnderOtherPaths);
  const [example] = beyondWholeSite;
  if (example)
    warn([
      `the matcher ${example.matcher} of your proxy does not cover /_next/static, where ${formatCount(beyondWholeSite.length, 'file')} of public/ ` +
        `${beyondWholeSite.length === 1 ? 'is' : 'are'} public under a URL with a hash, like ${example.url}; ` +
        'if the site is private as a whole, see docs/SET-UPS.md, "Guards"',
    ]);
}

function findGaps(project: Project, built: BuiltManifest, served: ServedDeploys, distDir: string) {
  try {
    const proxy = readBuiltProxy(distDir);
    if (proxy.matchers.length === 0) return undefined;
    const prefixes = { ...proxy.prefixes, hasAssetPrefix: project.prefixes.assetPrefix !== '' };
    return {
      ...findGuardGaps(proxy.matchers, listFilesToGuard(project, built, served), prefixes),
      isUnderOtherPaths: hasOtherPaths(prefixes),
    };
  } catch (error) {
    warn([
      `could not check whether the app's proxy guards files of public/ under their hashed URLs too: ` +
        `${error instanceof Error ? error.message : String(error)}; leave guarded files out with the "exclude" option`,
    ]);
    return undefined;
  }
}

/** Lists the served files with all their URLs: of this deploy, of older ones and, under a rewrite, one with a made-up hash. */
function listFilesToGuard(project: Project, built: BuiltManifest, deploys: ServedDeploys): FileToGuard[] {
  const withMadeUpHash = (assetPath: string): HashedUrl => ({
    url: encodeAssetPath(toHashedPath(assetPath, makeUpHash(project.options.hashLength))),
    storeFolder: '',
  });
  const urlsByPath = new Map<string, HashedUrl[]>();
  for (const { assetPath, url, storeFolder } of deploys.files)
    urlsByPath.set(assetPath, [...(urlsByPath.get(assetPath) ?? []), { url: encodeAssetPath(url), storeFolder }]);
  const served = [...urlsByPath].map(([assetPath, urls]) => ({
    assetPath,
    urls: urls.every(({ storeFolder }) => storeFolder !== '') ? urls : [...urls, withMadeUpHash(assetPath)],
  }));
  const isRewritten = (assetPath: string) => project.delivery === 'rewrite' && !built.linkedDirectly.has(topLevelFolder(assetPath));
  const plain = built.keptPlain.filter(isRewritten).map((assetPath) => ({ assetPath, urls: [withMadeUpHash(assetPath)] }));
  return [...served, ...plain];
}

const MAX_LINES = 10;

/** @param isUnderOtherPaths whether Next serves `/_next/static` under other paths too. */
function notGuarded(unguarded: readonly UnguardedUrl[], isUnderOtherPaths: boolean): SmartCacheError {
  const lines = unguarded
    .slice(0, MAX_LINES)
    .map(({ assetPath, url, matcher }) => `\n  ${visible(`${assetPath} (matcher ${matcher}) is open under ${url}`)}`);
  const more = unguarded.length - lines.length;
  const folders = [...new Set(unguarded.map(({ assetPath }) => path.posix.dirname(assetPath)))].sort();
  const [first] = unguarded as [UnguardedUrl];
  const isBeyondMatchers = isUnderOtherPaths && unguarded.some(({ storeFolder }) => storeFolder !== '');
  return new SmartCacheError('ERR_SMART_CACHE_UNGUARDED', {
    what: `Your proxy guards ${formatCount(unguarded.length, 'file')} of public/ by name, but not under every URL`,
    where: lines.join('') + (more > 0 ? `\n  and ${more} more` : ''),
    hasLines: true,
    why: isBeyondMatchers
      ? 'Next serves /_next/static under more than one path here (assetPrefix or i18n), so no matcher can guard the URL with the hash'
      : 'the matchers of the proxy cover the plain path, and not the URL with the hash, so the proxy does not see a request for that URL',
    fix:
      `leave ${unguarded.length === 1 ? 'it' : 'them'} out of the hashed files, ${listExcludes(unguarded, folders)}, in the second argument of withSmartCache()` +
      (isBeyondMatchers ? '' : `; or add a matcher that covers the URL too, such as ${widerMatcher(first)}`),
  });
}

function listExcludes(unguarded: readonly UnguardedUrl[], folders: readonly string[]): string {
  const globs = folders.flatMap((folder) =>
    folder === '/'
      ? unguarded.map(({ assetPath }) => assetPath).filter((assetPath) => path.posix.dirname(assetPath) === '/')
      : `${folder}/**`,
  );
  const shown = globs.slice(0, MAX_LINES).map((glob) => `'${glob}'`);
  return `exclude: ${shown.length === 1 ? shown[0] : `[${shown.join(', ')}]`}`;
}

function widerMatcher({ assetPath, storeFolder }: UnguardedUrl): string {
  const folder = path.posix.dirname(assetPath);
  const source =
    storeFolder + (folder === '/' ? `${assetPath.slice(0, -path.posix.extname(assetPath).length || undefined)}(.*)` : `${folder}/:path*`);
  return `'${source}'`;
}
