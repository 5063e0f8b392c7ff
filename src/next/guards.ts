import path from 'node:path';
import { encodeAssetPath, toHashedPath } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import { findGuardGaps, type HashedUrl, hasOtherPaths, type ServedFile, type UnguardedUrl } from '../core/guarded-files.js';
import { topLevelFolder } from '../core/hashed-path-shape.js';
import { visible } from '../core/message-text.js';
import { madeUpHash } from '../core/routes-in-shape.js';
import type { BuiltManifest } from '../pipeline/build-manifest.js';
import type { ServedDeploys } from '../pipeline/deploys.js';
import type { Project } from '../pipeline/project.js';
import { type BuiltProxy, readBuiltProxy } from './proxy-matchers.js';

const MAX_LINES = 10;

/**
 * Fails a finished build if the proxy guards the plain path of a file, and
 * leaves a URL with its hash open.
 *
 * @param distDir where Next has just built.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_UNGUARDED`
 */
export function checkGuards(project: Project, built: BuiltManifest, served: ServedDeploys, distDir: string): void {
  const gaps = gapsIn(project, built, served, distDir);
  if (gaps === undefined) return;
  const { unguarded, beyondWholeSite, isUnderOtherPaths } = gaps;
  if (unguarded.length > 0) throw notGuarded(unguarded, isUnderOtherPaths);
  const [example] = beyondWholeSite;
  if (example)
    warn(
      `the matcher ${example.matcher} of your proxy does not cover /_next/static, where ${countFiles(beyondWholeSite)} of public/ ` +
        `${beyondWholeSite.length === 1 ? 'is' : 'are'} public under a URL with a hash, like ${example.url}; ` +
        'if the site is private as a whole, see docs/SET-UPS.md, "Guards"',
    );
}

function gapsIn(project: Project, built: BuiltManifest, served: ServedDeploys, distDir: string) {
  try {
    const proxy: BuiltProxy = readBuiltProxy(distDir);
    if (proxy.matchers.length === 0) return undefined;
    const prefixes = { ...proxy.prefixes, hasAssetPrefix: project.prefixes.assetPrefix !== '' };
    return { ...findGuardGaps(proxy.matchers, servedFiles(project, built, served), prefixes), isUnderOtherPaths: hasOtherPaths(prefixes) };
  } catch (error) {
    warn(
      `could not check whether the app's proxy guards files of public/ under their hashed URLs too: ` +
        `${error instanceof Error ? error.message : String(error)}; leave guarded files out with the "exclude" option`,
    );
    return undefined;
  }
}

/** The served files, each with every URL that leads to it: that of this deploy, those of older ones and, with a rewrite, one with a made-up hash. */
function servedFiles(project: Project, built: BuiltManifest, deploys: ServedDeploys): ServedFile[] {
  const withMadeUpHash = (assetPath: string): HashedUrl => ({
    url: encodeAssetPath(toHashedPath(assetPath, madeUpHash(project.options.hashLength))),
    storeFolder: '',
  });
  const urlsByPath = new Map<string, HashedUrl[]>();
  for (const { assetPath, url, storeFolder } of deploys.files)
    urlsByPath.set(assetPath, [...(urlsByPath.get(assetPath) ?? []), { url: encodeAssetPath(url), storeFolder }]);
  const served = [...urlsByPath].map(([assetPath, urls]) => {
    const isDirect = urls.every(({ storeFolder }) => storeFolder !== '');
    return { assetPath, urls: isDirect ? urls : [...urls, withMadeUpHash(assetPath)] };
  });
  const isReachedByRewrite = (assetPath: string) => project.delivery === 'rewrite' && !built.linkedDirectly.has(topLevelFolder(assetPath));
  const keptPlain = built.keptPlain.filter(isReachedByRewrite);
  return [...served, ...keptPlain.map((assetPath) => ({ assetPath, urls: [withMadeUpHash(assetPath)] }))];
}

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
    what: `Your proxy guards ${countFiles(unguarded)} of public/ by name, but not under every URL`,
    where: lines.join('') + (more > 0 ? `\n  and ${more} more` : ''),
    hasLines: true,
    why: isBeyondMatchers
      ? 'Next serves /_next/static under more than one path here (assetPrefix or i18n), so no matcher can guard the URL with the hash'
      : 'the matchers of the proxy cover the plain path, and not the URL with the hash, so a request for that one passes it by',
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

function warn(text: string): void {
  console.warn(`next-smart-cache: ${visible(text)}`);
}

function countFiles({ length }: readonly unknown[]): string {
  return length === 1 ? '1 file' : `${length} files`;
}
