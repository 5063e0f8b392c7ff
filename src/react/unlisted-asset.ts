import { describeProblem } from '../core/errors.js';
import type { RenderManifest } from '../core/render-manifest.js';
import { sharedGlobals } from '../core/shared-globals.js';
import { findUnlisted, globForNeighbours } from '../core/unlisted-assets.js';

/** The source is saved, scanned and compiled in less; until then a path that was just typed looks unlisted. */
const PATIENCE_MS = 5000;

const waiting = new Set<string>();
const said = new Set<string>();

/** Says what to add to `clientAssets`, once for all files that the same glob covers. */
export function warnOfUnlisted(assetPath: string): void {
  const glob = globForNeighbours(assetPath);
  if (said.has(glob)) return;
  said.add(glob);
  const problem = describeProblem({
    what: 'In production, client code gets the plain URL of a file, not the hashed one',
    where: assetPath,
    why: 'the browser is given the paths that stand in your source in quotes, and this one is put together at run time',
    fix: `list it in the second argument of withSmartCache() in your next.config: clientAssets: ['${glob}']`,
  });
  console.warn(`next-smart-cache: ${problem}`);
}

/**
 * For development, where every file has an entry: a path that production would
 * lack is waited for, and said if the newest list still holds it then.
 */
export function foreseeUnlisted(written: string, { unlisted }: RenderManifest): void {
  const assetPath = findUnlisted(unlisted, written);
  if (assetPath === undefined || waiting.has(assetPath) || said.has(globForNeighbours(assetPath))) return;
  waiting.add(assetPath);
  setTimeout(() => {
    waiting.delete(assetPath);
    if (findUnlisted(sharedGlobals().newestManifest?.unlisted, assetPath) !== undefined) warnOfUnlisted(assetPath);
  }, PATIENCE_MS);
}
