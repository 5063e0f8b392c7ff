/** The default of the `include` option. */
export const EVERYTHING = '**/*';

/** @param globs as {@link normalizeGlob} returns them: relative to `public/`. */
export function assetPathMatcher(globs: readonly string[]): (assetPath: string) => boolean {
  if (globs.length === 0) return () => false;
  // On demand: without globs in the options, loading it is a tenth of the time of a build without changes.
  const picomatch = require('picomatch') as typeof import('picomatch');
  // A name may hold a line break, which `.` matches only with the flag `s`.
  const isMatch = picomatch([...globs], { dot: true, flags: 's' });
  return (assetPath) => isMatch(assetPath.slice(1));
}

/** Makes a glob relative to `public/`. A glob without a folder (`*.map`) matches in every folder, as in `.gitignore`. */
export function normalizeGlob(written: string): string {
  if (written.startsWith('/')) return written.slice(1);
  return written.includes('/') ? written : `**/${written}`;
}

/** Makes a test for asset paths: whether the file is hashed. */
export function hashedPathMatcher(include: readonly string[], exclude: readonly string[]): (assetPath: string) => boolean {
  const isExcluded = assetPathMatcher(exclude);
  const isPlain = (assetPath: string) => isFixedName(assetPath) || isExcluded(assetPath);
  if (include.includes(EVERYTHING)) return (assetPath) => !isPlain(assetPath);
  const isIncluded = assetPathMatcher(include);
  return (assetPath) => isIncluded(assetPath) && !isPlain(assetPath);
}

/**
 * Whether a file is never hashed, since crawlers, browsers, service-worker
 * registrations and hosts look for its exact name.
 */
export function isFixedName(assetPath: string): boolean {
  // Dotfiles, and all files in a dot folder such as `.well-known`.
  if (assetPath.includes('/.')) return true;
  const name = assetPath.slice(assetPath.lastIndexOf('/') + 1);
  if (FIXED_IN_ANY_FOLDER.test(name)) return true;
  return FIXED_AT_ROOT.has(assetPath.slice(1)) || assetPath.startsWith('/_worker.js/');
}

/** The second part is service workers: a new URL would be a second registration, not an update. */
const FIXED_IN_ANY_FOLDER = /^(?:sitemap.*\.xml|.*\.html|(?:sw|service-worker|serviceworker|.*-sw|ngsw-worker|OneSignalSDK.*Worker)\.js)$/s;

/**
 * From `_headers` on: configuration of hosts, which read it at the root only. Cloudflare Pages and Netlify
 * (https://developers.cloudflare.com/pages/configuration/headers/, …/redirects/, …/functions/routing/,
 * …/functions/advanced-mode/, which takes a folder too), Azure Static Web Apps
 * (https://learn.microsoft.com/azure/static-web-apps/configuration).
 */
const FIXED_AT_ROOT = new Set([
  'robots.txt',
  'favicon.ico',
  'ads.txt',
  'app-ads.txt',
  '_headers',
  '_redirects',
  '_routes.json',
  '_worker.js',
  'staticwebapp.config.json',
]);
