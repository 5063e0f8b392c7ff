import { compareAssetPaths } from './asset-path.js';
import type { Manifest } from './manifest-document.js';

/** Asset paths, sorted. */
export interface ManifestChanges {
  added: string[];
  /** Those whose URL is another one, also because of a file that they refer to. */
  edited: string[];
  removed: string[];
}

/** What another manifest says that the last one did not. */
export function compareManifests(before: Manifest, after: Manifest): ManifestChanges {
  const changes: ManifestChanges = { added: [], edited: [], removed: [] };
  for (const [assetPath, { url }] of Object.entries(after.assets)) {
    const known = Object.hasOwn(before.assets, assetPath) ? before.assets[assetPath] : undefined;
    if (known === undefined) changes.added.push(assetPath);
    else if (known.url !== url) changes.edited.push(assetPath);
  }
  changes.removed = Object.keys(before.assets).filter((assetPath) => !Object.hasOwn(after.assets, assetPath));
  for (const assetPaths of Object.values(changes) as string[][]) assetPaths.sort(compareAssetPaths);
  return changes;
}
