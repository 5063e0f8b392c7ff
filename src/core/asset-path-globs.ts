import picomatch from 'picomatch';

/** The default of the `include` option. */
export const EVERYTHING = '**/*';

/** A test for asset paths, of globs as the options hold them: relative to `public/`. */
export function assetPathMatcher(globs: readonly string[]): (assetPath: string) => boolean {
  // A name may hold a line break, which `.` matches with the flag `s` alone.
  const isMatch = picomatch([...globs], { dot: true, flags: 's' });
  return (assetPath) => isMatch(assetPath.slice(1));
}

/** A glob as options hold it. One without a folder (`*.map`) means that name anywhere, as in `.gitignore`. */
export function normalizeGlob(written: string): string {
  if (written.startsWith('/')) return written.slice(1);
  return written.includes('/') ? written : `**/${written}`;
}

/** Whether an asset path is hashed, and does not keep its name. */
export function hashedPathMatcher(include: readonly string[], exclude: readonly string[]): (assetPath: string) => boolean {
  const isStable = assetPathMatcher([...STABLE_URL_GLOBS, ...exclude]);
  if (include.includes(EVERYTHING)) return (assetPath) => !isStable(assetPath);
  const isIncluded = assetPathMatcher(include);
  return (assetPath) => isIncluded(assetPath) && !isStable(assetPath);
}

/**
 * Files that are asked for by a well-known name and must keep it: crawlers,
 * browsers and service-worker registrations look for these exact URLs.
 * Globs over asset paths without their leading `/`; these files are never hashed, whatever `include` says.
 */
export const STABLE_URL_GLOBS: readonly string[] = [
  'robots.txt',
  'favicon.ico',
  '**/sitemap*.xml',
  'ads.txt',
  'app-ads.txt',
  '.well-known/**',
  // Service workers: a new URL would be a second registration, not an update.
  '**/sw.js',
  '**/service-worker.js',
  '**/serviceworker.js',
  '**/*-sw.js',
  '**/ngsw-worker.js',
  '**/OneSignalSDK*Worker.js',
  '**/*.html',
  // Files that configure a host, which reads them at the root only: Cloudflare Pages and Netlify
  // (https://developers.cloudflare.com/pages/configuration/headers/, …/redirects/, …/functions/routing/,
  // …/functions/advanced-mode/, which takes a folder too), Azure Static Web Apps
  // (https://learn.microsoft.com/azure/static-web-apps/configuration).
  '_headers',
  '_redirects',
  '_routes.json',
  '_worker.js',
  '_worker.js/**',
  'staticwebapp.config.json',
  // Dotfiles, and all that lies in a dot folder.
  '**/.*',
  '**/.*/**',
];
