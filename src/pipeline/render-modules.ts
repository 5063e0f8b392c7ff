import path from 'node:path';
import { assetPathMatcher } from '../core/asset-path-globs.js';
import type { ResolvedOptions } from '../core/options.js';
import type { RenderManifest } from '../core/render-manifest.js';
import { type RenderManifestSettings, toRenderManifest } from '../core/to-render-manifest.js';
import { writeIfChanged } from './atomic-write.js';
import type { BuiltManifest } from './build-manifest.js';
import type { Project } from './project.js';
import { findMentions, type SourceMentions } from './source-mentions.js';

/** The two modules that stand in for `next-smart-cache/manifest` and `next-smart-cache/client-manifest` in an app's bundles. */
export interface RenderModules {
  /** The whole manifest, for Server Components. */
  server: string;
  /** The entries that client code may look up. */
  client: string;
}

/** Where the modules of a mode are; development has its own, so that it and a build may run side by side. */
export function renderModulePaths({ outputDir }: Pick<Project, 'outputDir'>, mode: 'build' | 'development'): RenderModules {
  return { server: path.join(outputDir, mode, 'manifest.mjs'), client: path.join(outputDir, mode, 'client-manifest.mjs') };
}

/** Writes the modules that differ from what is on disk. */
export function writeRenderModules(
  project: Project,
  { manifest, stablePaths }: BuiltManifest,
  settings: RenderManifestSettings,
  { server, client }: RenderModules,
): void {
  const assetPaths = new Set([...Object.keys(manifest.assets), ...stablePaths]);
  const distDir = path.resolve(project.cacheDir, '../..');
  const mentions = findMentions(project.root, (candidate) => assetPaths.has(candidate), new Set([project.publicDir, distDir]));
  const isForClient = clientAssetFilter(project.options.clientAssets, mentions);
  writeIfChanged(server, toModule(toRenderManifest(manifest, stablePaths, settings), mentions));
  writeIfChanged(client, toModule(toRenderManifest(manifest, stablePaths, settings, isForClient), mentions));
}

function clientAssetFilter(clientAssets: ResolvedOptions['clientAssets'], mentions: SourceMentions): (assetPath: string) => boolean {
  if (clientAssets === 'all') return () => true;
  const isListed = clientAssets === 'referenced' ? () => false : assetPathMatcher(clientAssets);
  return (assetPath) => mentions.assetPaths.has(assetPath) || isListed(assetPath);
}

const MANIFEST_START = 'export const manifest = ';

/** Reads the manifest back out of a module written here. */
export function parseRenderModule(text: string): RenderManifest {
  const line = text.split('\n').find((candidate) => candidate.startsWith(MANIFEST_START)) ?? '';
  return JSON.parse(line.slice(MANIFEST_START.length, -1)) as RenderManifest;
}

function toModule(manifest: RenderManifest, { strategy }: SourceMentions): string {
  return [
    '// Written by next-smart-cache; do not edit.',
    ...(strategy ? ["import Script from 'next/script';"] : []),
    `${MANIFEST_START}${JSON.stringify(manifest)};`,
    `export const NextScript = ${strategy ? 'Script' : 'undefined'};`,
    '',
  ].join('\n');
}
