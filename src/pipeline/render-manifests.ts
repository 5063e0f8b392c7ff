import type { SourceMentions } from '../app-source/source-mentions.js';
import { assetPathMatcher } from '../core/asset-path-globs.js';
import type { ResolvedOptions } from '../core/options.js';
import {
  type ImportMap,
  packAssetPaths,
  type RenderManifest,
  type RenderManifestSettings,
  toRenderManifest,
} from '../core/render-manifest.js';
import type { BuiltManifest } from './build-manifest.js';
import { buildImportMap } from './graph/import-map.js';
import { findEdits, findPreloads } from './graph/loaded-files.js';
import type { Project } from './project.js';

export interface RenderManifestOptions {
  /**
   * Whether the browser gets every entry, and the list of those that it would not
   * get in production. Default: false. Development needs all entries, since the
   * user may type any path while the server runs.
   */
  forDevelopment?: boolean;
  /** Development only: asset paths that were edited since the server started, so an open page may have loaded the old files. */
  edited?: ReadonlySet<string>;
  /** Development only, see `RenderManifest`. Default: 0. */
  renotifications?: number;
}

/** The manifests that rendering code looks asset paths up in. */
interface RenderManifests {
  /** The manifest of Server Components. */
  server: RenderManifest;
  /** The manifest of the browser. */
  client: RenderManifest;
  /** The properties that the server adds to `client` when it renders client code. */
  clientOnServer: Pick<RenderManifest, 'unlisted' | 'importMap'>;
  /** The files that a production build gives the browser no entry for. */
  unlisted: string;
}

/** Works out which entries, preloads and import map each side gets. */
export function buildRenderManifests(
  project: Project,
  { manifest, plainPaths, graph }: BuiltManifest,
  settings: RenderManifestSettings,
  mentions: SourceMentions,
  { forDevelopment = false, edited = new Set(), renotifications = 0 }: RenderManifestOptions,
): RenderManifests {
  const { clientAssets, modules } = project.options;
  const assetPaths = [...Object.keys(manifest.assets), ...plainPaths];
  const isForClient = clientAssetFilter(clientAssets, mentions);
  const unlisted = packAssetPaths(assetPaths.filter((assetPath) => !isForClient(assetPath)));
  const entries = assetPaths.filter(clientAssetFilter(clientAssets === 'all' ? 'referenced' : clientAssets, mentions));

  const all = toRenderManifest(manifest, plainPaths, settings);
  const integrityOf = (assetPath: string) => (settings.integrity === false ? undefined : manifest.assets[assetPath]?.integrity);
  const importMap = mentions.importMap ? buildImportMap(project, modules.imports, graph, entries, all, integrityOf) : undefined;
  const preloads = mentions.preloads ? findPreloads(graph, entries, all, importMap) : undefined;
  const edits = findEdits(graph, manifest.assets, edited, settings.basePath);
  const extras = (map: ImportMap | true) => ({
    ...(preloads && { preloads }),
    ...(importMap && { importMap: map }),
    ...edits,
    ...(renotifications > 0 && { renotifications }),
  });
  const forClient = forDevelopment ? { ...all, unlisted } : toRenderManifest(manifest, plainPaths, settings, isForClient);
  return {
    server: { ...all, ...extras(importMap ?? true) },
    client: { ...forClient, ...extras(true) },
    clientOnServer: { ...(!forDevelopment && { unlisted }), ...(importMap && { importMap }) },
    unlisted,
  };
}

function clientAssetFilter(clientAssets: ResolvedOptions['clientAssets'], mentions: SourceMentions): (assetPath: string) => boolean {
  if (clientAssets === 'all') return () => true;
  const isListed = clientAssets === 'referenced' ? () => false : assetPathMatcher(clientAssets);
  return (assetPath) => mentions.assetPaths.has(assetPath) || isListed(assetPath);
}
