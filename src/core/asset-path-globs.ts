import picomatch from 'picomatch';
import { STABLE_URL_GLOBS } from './stable-urls.js';

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
