import { encodeAssetPath, isExternalUrl } from './asset-path.js';
import { finishUrl, type UrlPrefixes } from './finish-url.js';
import type { Manifest, ManifestEntry } from './manifest-document.js';
import type { RenderManifest } from './render-manifest.js';

export interface RenderManifestSettings extends UrlPrefixes {
  integrity: boolean | 'cross-origin';
  onMissing: 'error' | 'warn';
  /** Whether automatic hashing may link a file. Default: every file. */
  isAutomatic?: (assetPath: string) => boolean;
  /** Development: a file's URL, without prefix; `undefined`: its plain one. Default: that of the manifest. */
  urlOf?: (assetPath: string, entry: ManifestEntry) => string | undefined;
}

/**
 * Makes what rendering code reads of what the pipeline wrote: prefixes put in
 * front, integrity only where the option asks for it.
 *
 * @param isWanted which asset paths to take. Default: all.
 */
export function toRenderManifest(
  manifest: Manifest,
  stablePaths: readonly string[],
  settings: RenderManifestSettings,
  isWanted: (assetPath: string) => boolean = () => true,
): RenderManifest {
  const { basePath, onMissing, isAutomatic, urlOf = (_, { url }) => url } = settings;
  const assets: Record<string, string | readonly [string, string]> = {};
  const unhashed: Record<string, string> = {};
  for (const [assetPath, entry] of Object.entries(manifest.assets)) {
    if (!isWanted(assetPath)) continue;
    const { hash, integrity } = entry;
    const url = urlOf(assetPath, entry);
    if (url === undefined) {
      assets[assetPath] = basePath + encodeAssetPath(assetPath);
      unhashed[assetPath] = hash;
      continue;
    }
    const finished = finishUrl(url, settings);
    const isChecked = settings.integrity === 'cross-origin' ? isExternalUrl(finished) : settings.integrity;
    assets[assetPath] = isChecked ? [finished, integrity] : finished;
  }
  for (const assetPath of stablePaths) {
    if (isWanted(assetPath)) assets[assetPath] = basePath + encodeAssetPath(assetPath);
  }
  const kept = isAutomatic ? Object.keys(assets).filter((assetPath) => !isAutomatic(assetPath)) : [];
  return {
    assets,
    basePath,
    onMissing,
    ...(kept.length > 0 && { notAutomatic: Object.fromEntries(kept.map((assetPath) => [assetPath, true as const])) }),
    ...(Object.keys(unhashed).length > 0 && { unhashed }),
  };
}
