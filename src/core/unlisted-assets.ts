import { readings } from './asset-path.js';

/**
 * Unlisted: a file that is in `public/`, but not among the entries that the
 * browser gets in production. The list is packed into one string, which a
 * server loads at next to no cost.
 */

/** The one character that no file name can hold. */
const SEPARATOR = '\0';

export function packAssetPaths(assetPaths: readonly string[]): string {
  return assetPaths.join(SEPARATOR);
}

export function unpackAssetPaths(packed: string | undefined): string[] {
  return packed ? packed.split(SEPARATOR) : [];
}

/** The asset path of the list that a written path means, or `undefined`. */
export function findUnlisted(packed: string | undefined, written: string): string | undefined {
  if (!packed) return undefined;
  const list = SEPARATOR + packed + SEPARATOR;
  return readings(written).find((reading) => list.includes(SEPARATOR + reading + SEPARATOR));
}

/**
 * The glob for the `clientAssets` option that covers a file and its
 * neighbours.
 *
 * @example globForNeighbours('/flags/de.svg') // '/flags/**'
 */
export function globForNeighbours(assetPath: string): string {
  const folder = assetPath.slice(0, assetPath.lastIndexOf('/'));
  // Characters that mean something in a glob: any one character matches them.
  return (folder || assetPath).replace(/[\\*?[\](){}!]/g, '?') + (folder && '/**');
}
