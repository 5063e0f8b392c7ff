import { splitExtension } from '../core/asset-path.js';
import type { ImportMap, RenderedAsset, RenderManifest, RenderManifestSettings } from '../core/render-manifest.js';
import type { BuiltManifest } from './build-manifest.js';
import { importMapFor } from './graph/import-map.js';
import { editsLoadedBy, fontsOf, statesBelow, staticModulesOf } from './graph/loaded-files.js';
import type { Project } from './project.js';

/* What rendering code looks up beside URLs, worked out from what the files say of each other. */

/** For all modules that can be reached from those that the source mentions. */
export function importMapOf(
  project: Project,
  { manifest, graph }: BuiltManifest,
  entries: readonly string[],
  plain: RenderManifest,
  { integrity }: RenderManifestSettings,
): ImportMap {
  const integrityOf = (assetPath: string) => (integrity === false ? undefined : manifest.assets[assetPath]?.integrity);
  return importMapFor(project, graph, entries, plain, integrityOf);
}

/** Those of the files that have any. A module carries the integrity that the import map has for it: a preload must match what it is for. */
export function preloadsOf(
  { graph }: BuiltManifest,
  entries: readonly string[],
  { assets }: RenderManifest,
  importMap: ImportMap | undefined,
): NonNullable<RenderManifest['preloads']> {
  const preloads: Record<string, RenderedAsset[]> = {};
  for (const entry of entries) {
    const listed = [...fontsOf(graph, entry), ...staticModulesOf(graph, entry)].flatMap((target) => assets[target] ?? []);
    if (listed.length > 0) preloads[entry] = listed.map((asset) => withIntegrity(asset, importMap));
  }
  return preloads;
}

/** Development: what was edited since the server was started, for the stylesheets and modules that load it. */
export function editsOf(
  { graph, manifest: { assets } }: BuiltManifest,
  edited: ReadonlySet<string>,
  basePath: string,
): Pick<RenderManifest, 'reloads' | 'below'> {
  if (edited.size === 0) return {};
  const hashes = new Map([...edited].flatMap((assetPath) => (assets[assetPath] ? [[assetPath, assets[assetPath].hash]] : [])));
  const isStylesheet = (assetPath: string) => splitExtension(assetPath).extension.toLowerCase() === '.css';
  const loaded = editsLoadedBy(graph, Object.keys(assets).filter(isStylesheet), hashes);
  const toUrlPaths = (files: readonly [string, string][]) => Object.fromEntries(files.map(([file, hash]) => [basePath + file, hash]));
  return {
    reloads: Object.fromEntries([...loaded].map(([stylesheet, files]) => [stylesheet, toUrlPaths(files)])),
    below: Object.fromEntries(statesBelow(graph, Object.keys(assets), hashes)),
  };
}

function withIntegrity(asset: RenderedAsset, importMap: ImportMap | undefined): RenderedAsset {
  const metadata = typeof asset === 'string' ? importMap?.integrity?.[asset] : undefined;
  return typeof asset === 'string' && metadata !== undefined ? [asset, metadata] : asset;
}
